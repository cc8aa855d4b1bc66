import {
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { nearest } from '../nearest.ts';
import { agentInput } from '../operations/derive.ts';
import { FinspaceError } from '../operations/failure.ts';
import { type OperationName, operationNamed } from '../operations/index.ts';
import { operationOf, toolName } from '../operations/naming.ts';
import type { Answer } from '../safety/gate.ts';
import type { Question } from '../safety/ledger.ts';
import { withheld } from '../safety/policy.ts';
import { quoted } from '../safety/untrusted.ts';
import { parseArguments } from './arguments.ts';
import { compositeNamed } from './composites.ts';
import type { CompositeTool, Exchange, ToolEnvironment, ToolResult } from './environment.ts';
import { describedTools } from './list.ts';
import { failed, refused, succeeded } from './result.ts';

type Members = Record<string, unknown>;

/** Runs one `tools/call`. */
export async function callTool(
  environment: ToolEnvironment,
  { name: tool, arguments: given = {} }: { name: string; arguments?: Members | undefined },
  exchange: Exchange,
): Promise<ToolResult> {
  try {
    const name = operationOf(tool);
    if (name !== undefined) return await callOperation(environment, name, given, exchange);
    const composite = compositeNamed(tool);
    if (composite === undefined) throw unknownTool(tool);
    return await callComposite(environment, composite, given, exchange);
  } catch (error) {
    if (error instanceof FinspaceError) return failed(error);
    throw error;
  }
}

async function callOperation(environment: ToolEnvironment, name: OperationName, given: Members, exchange: Exchange) {
  const tool = toolName(name);
  const reason = withheld(name, environment.restrictions, environment.caller);
  if (reason !== undefined) return refused(`${tool} is not offered. ${reason}`);
  const parsed = parseArguments(agentInput(operationNamed(name)), given);
  if ('problems' in parsed) return refused(`${tool} was not called, its arguments are wrong.`, ...parsed.problems);
  return throughGate(environment, name, parsed.input, exchange);
}

async function callComposite(environment: ToolEnvironment, tool: CompositeTool, given: Members, exchange: Exchange) {
  const { restrictions, caller } = environment;
  const reason = tool.needs.map((name) => withheld(name, restrictions, caller)).find((why) => why !== undefined);
  if (reason !== undefined) return refused(`${tool.name} is not offered. ${reason}`);
  const parsed = parseArguments(tool.input(), given);
  if ('problems' in parsed) return refused(`${tool.name} was not called, its arguments are wrong.`, ...parsed.problems);
  return tool.run(environment, parsed.input, exchange);
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
  { call, gate, caller, secrets, restrictions }: ToolEnvironment,
  name: OperationName,
  input: Members,
  { context, showsForms }: Exchange,
): Promise<ToolResult> {
  const options = { signal: context.mcpReq.signal };
  const wanted = { name, input, principal: caller.principal, options };
  const nonce = context.mcpReq.requestState<string>();
  const decision = await (nonce === undefined
    ? gate.decide(wanted, showsForms)
    : gate.answered(wanted, { nonce, answer: answerIn(context) }));
  if (decision.kind === 'refuse') return refused(...decision.lines);
  if (decision.kind === 'ask') return form(decision.question, decision.state);
  const output = (await call(name, input as never, { ...options, actor: decision.actor })) as Members;
  const revealed = await secrets(name, input, output);
  if (revealed.kind === 'withheld') return refused(revealed.why);
  return succeeded(name, revealed.output, {
    ...(revealed.audience === undefined ? {} : { audience: revealed.audience }),
    ...(restrictions.approve === 'none'
      ? { note: 'Nobody is asked to approve anything: this server runs with --approve none.' }
      : {}),
  });
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
