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
import { type Call, type OperationName, operationNamed } from '../operations/index.ts';
import { operationOf, toolName } from '../operations/naming.ts';
import type { Answer, Approvals, Ask, Verdict } from '../safety/approvals.ts';
import { type Caller, POLICY, type Restrictions, withheld } from '../safety/policy.ts';
import { type Place, question } from '../safety/question.ts';
import { readTarget, type TargetState } from '../safety/target.ts';
import { quoted } from '../safety/untrusted.ts';
import { parseArguments } from './arguments.ts';
import { describedTools } from './list.ts';
import { failed, refused, succeeded } from './result.ts';

/** What the tool calls of one caller share. */
export interface ToolEnvironment {
  readonly call: Call;
  readonly restrictions: Restrictions;
  readonly caller: Caller;
  readonly approvals: Approvals;
  readonly place: Place;
}

type Members = Record<string, unknown>;
type ToolResult = CallToolResult | InputRequiredResult;
type Asked = ReturnType<Approvals['unseal']>;

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
    const { risk } = operationNamed(name);
    if (POLICY[risk].asks) return await withApproval(environment, name, parsed.input, context, showsForms);
    return await run(environment, name, parsed.input, context);
  } catch (error) {
    if (error instanceof FinspaceError) return failed(error);
    throw error;
  }
}

async function run({ call }: ToolEnvironment, name: OperationName, input: Members, { mcpReq }: ServerContext) {
  return succeeded(name, (await call(name, input as never, { signal: mcpReq.signal })) as Members);
}

function unknownTool(tool: string): ProtocolError {
  const meant = nearest(
    tool,
    describedTools().map(({ name }) => name),
  );
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool ${quoted(tool)}${hint}`);
}

async function withApproval(
  environment: ToolEnvironment,
  name: OperationName,
  input: Members,
  context: ServerContext,
  showsForms: boolean,
): Promise<ToolResult> {
  const asked = context.mcpReq.requestState<Asked>();
  if (asked === undefined) return ask(environment, name, input, context, showsForms);

  const { approvals, place } = environment;
  const verdict = approvals.settle(asked, { operation: name, input, backend: identity(place) }, answerIn(context));
  if (!verdict.granted) return refused(...REFUSALS[verdict.why], `${toolName(name)} did not run. Nothing was changed.`);
  const target = await targetOf(environment, name, input, context);
  if (target?.fingerprint !== verdict.fingerprint) {
    return refused(
      `The ${operationNamed(name).target?.noun} changed after the person saw it, so the approval does not hold any more.`,
      `${toolName(name)} did not run. Calling it again asks again, with the present state.`,
    );
  }
  return run(environment, name, input, context);
}

async function ask(
  environment: ToolEnvironment,
  name: OperationName,
  input: Members,
  context: ServerContext,
  showsForms: boolean,
): Promise<ToolResult> {
  const noun = operationNamed(name).target?.noun ?? 'entity';
  if (!showsForms) {
    return refused(
      `${toolName(name)} did not run: a person has to approve it in a form, and this client cannot show forms (MCP elicitation).`,
      'Nothing that you can pass to this tool replaces that. Ask the person to repeat the request from a client that supports elicitation.',
    );
  }
  const target = await targetOf(environment, name, input, context);
  if (target === undefined) return refused(`${toolName(name)} did not run: there is no such ${noun}.`);
  const { approvals, place } = environment;
  const { fingerprint, name: expected } = target;
  const request: Ask = { operation: name, input, backend: identity(place), fingerprint, name: expected };
  return inputRequired({
    inputRequests: {
      approval: inputRequired.elicit({
        message: question(name, input, target, place),
        requestedSchema: {
          type: 'object',
          properties: {
            name: { type: 'string', title: `Name of the ${noun}`, description: 'Typed exactly, to approve' },
          },
          required: ['name'],
        },
      }),
    },
    requestState: approvals.seal(request),
  });
}

async function targetOf(
  { call }: ToolEnvironment,
  name: OperationName,
  input: Members,
  { mcpReq }: ServerContext,
): Promise<TargetState | undefined> {
  const { target } = operationNamed(name);
  if (target === undefined) throw new Error(`${name} asks for approval but declares no target`);
  return readTarget(call, target, input, { signal: mcpReq.signal });
}

/** The answer comes from the client: anything but a well-formed accept with a typed name is a refusal. */
function answerIn({ mcpReq }: ServerContext): Answer {
  const response = inputResponse(mcpReq.inputResponses, 'approval');
  if (response.kind !== 'elicit') return { action: 'cancel' };
  if (response.action !== 'accept') return { action: response.action };
  const typed = (response.content as Members | undefined)?.['name'];
  return { action: 'accept', typed: typeof typed === 'string' ? typed : '' };
}

const REFUSALS: Record<Extract<Verdict, { granted: false }>['why'], string[]> = {
  cancelled: ['The person closed the form without deciding.'],
  declined: ['The person declined.', 'Do not ask again unless the person asks for it.'],
  'other-call': ['That approval was given for another call.'],
  used: ['That approval has been used already.'],
  'wrong-name': ['What the person typed is not the name, so this is not an approval.'],
};

const identity = ({ backend, region }: Place) => `${backend} ${region}`;
