import {
  type CallToolResult,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { nearest } from '../nearest.ts';
import { FinspaceError } from '../operations/failure.ts';
import type { Call, OperationName } from '../operations/index.ts';
import { operationOf } from '../operations/naming.ts';
import type { Answer, Gate } from '../safety/gate.ts';
import type { Question } from '../safety/ledger.ts';
import { type Caller, type Restrictions, withheld } from '../safety/policy.ts';
import type { Place } from '../safety/question.ts';
import { quoted } from '../safety/untrusted.ts';
import { parseArguments } from './arguments.ts';
import { describedTools } from './list.ts';
import { failed, refused, succeeded } from './result.ts';

/** What the tool calls of one caller share. */
export interface ToolEnvironment {
  readonly call: Call;
  readonly restrictions: Restrictions;
  readonly caller: Caller;
  readonly gate: Gate;
  readonly place: Place;
}

type Members = Record<string, unknown>;
type ToolResult = CallToolResult | InputRequiredResult;

/** Runs one `tools/call`. `showsForms` says whether the client can put a form before a person. */
export async function callTool(
  environment: ToolEnvironment,
  { name: tool, arguments: given = {} }: { name: string; arguments?: Members | undefined },
  context: ServerContext,
  showsForms: boolean,
): Promise<ToolResult> {
  const name = operationOf(tool);
  if (name === undefined) throw unknownTool(tool);
  const reason = withheld(name, environment.restrictions, environment.caller);
  if (reason !== undefined) return refused(`${tool} is not offered. ${reason}`);
  const parsed = parseArguments(name, given);
  if ('problems' in parsed) return refused(`${tool} was not called, its arguments are wrong.`, ...parsed.problems);
  try {
    return await throughGate(environment, name, parsed.input, context, showsForms);
  } catch (error) {
    if (error instanceof FinspaceError) return failed(error);
    throw error;
  }
}

function unknownTool(tool: string): ProtocolError {
  const meant = nearest(
    tool,
    describedTools().map(({ name }) => name),
  );
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool ${quoted(tool)}${hint}`);
}

/** Puts the call to the gate, and then to the backend, to a person, or nowhere. */
async function throughGate(
  { call, gate, caller }: ToolEnvironment,
  name: OperationName,
  input: Members,
  context: ServerContext,
  showsForms: boolean,
): Promise<ToolResult> {
  const options = { signal: context.mcpReq.signal };
  const wanted = { name, input, principal: caller.principal, options };
  const nonce = context.mcpReq.requestState<string>();
  const decision = await (nonce === undefined
    ? gate.decide(wanted, showsForms)
    : gate.answered(wanted, nonce, answerIn(context)));
  if (decision.kind === 'refuse') return refused(...decision.lines);
  if (decision.kind === 'ask') return form(decision.question, decision.state);
  return succeeded(name, (await call(name, input as never, { ...options, actor: decision.actor })) as Members);
}

function form({ shown: { noun, text } }: Question, state: string): InputRequiredResult {
  return inputRequired({
    inputRequests: {
      approval: inputRequired.elicit({
        message: text,
        requestedSchema: {
          type: 'object',
          properties: {
            name: { type: 'string', title: `Name of the ${noun}`, description: 'Typed exactly, to approve' },
          },
          required: ['name'],
        },
      }),
    },
    requestState: state,
  });
}

/** The answer comes from the client: anything but a well-formed accept with a typed name is a refusal. */
function answerIn({ mcpReq }: ServerContext): Answer {
  const response = inputResponse(mcpReq.inputResponses, 'approval');
  if (response.kind !== 'elicit') return { action: 'cancel' };
  if (response.action !== 'accept') return { action: response.action };
  const typed = (response.content as Members | undefined)?.['name'];
  return { action: 'accept', typed: typeof typed === 'string' ? typed : '' };
}
