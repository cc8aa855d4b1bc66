import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { MAX_DATA } from '../answer-size.ts';
import { pageWithin } from '../inventory/pages.ts';
import { agentInput, listMember, riskOf } from '../operations/derive.ts';
import { FinspaceError } from '../operations/failure.ts';
import { type Call, type CallOptions, callNamed, type OperationName, operationNamed } from '../operations/index.ts';
import { operationOf, toolName } from '../operations/naming.ts';
import type { Members } from '../operations/operation.ts';
import type { Decision } from '../safety/approvals.ts';
import { isDestructive, offeredTo, POLICY, refusalReason, toolRefusalReason } from '../safety/policy.ts';
import { sentInput } from '../safety/sent-input.ts';
import { quoteUntrusted } from '../untrusted.ts';
import { obtainApproval } from './approval-form.ts';
import { whatChanges, withAnswerIfUnchanged } from './changed.ts';
import { compositeNamed } from './composites.ts';
import type { CompositeTool, Exchange, ToolDependencies, ToolResult } from './dependencies.ts';
import { failureAdvice } from './failure-advice.ts';
import { followUp, replacementFinder } from './follow-up.ts';
import { describedTools } from './list.ts';
import { prepareArguments } from './prepare-arguments.ts';
import { arnOfNew } from './resource-arn.ts';
import {
  failed,
  notOffered,
  refused,
  succeeded,
  UNCHANGED,
  withEnvironmentMeant,
  withNote,
  wrongArguments,
} from './result.ts';
import { shownTags } from './shown-tags.ts';
import { limitSize } from './size-limit.ts';
import { suggestTool } from './suggest.ts';

export async function callTool(
  deps: ToolDependencies,
  params: { name: string; arguments?: Members | undefined },
  exchange: Exchange,
): Promise<ToolResult> {
  const result = await dispatch(deps, params, exchange);
  return limitSize(deps.restrictions.approve === 'none' ? withNote(result, NO_APPROVALS) : result);
}

const NO_APPROVALS = 'This server runs with --approve none: it never requests approval.';

async function dispatch(
  deps: ToolDependencies,
  { name: tool, arguments: given = {} }: { name: string; arguments?: Members | undefined },
  exchange: Exchange,
): Promise<ToolResult> {
  try {
    const name = operationOf(tool);
    if (name !== undefined) return await callOperation(deps, name, given, exchange);
    const composite = compositeNamed(tool);
    if (composite === undefined) throw unknownTool(tool);
    return await callComposite(deps, composite, given, exchange);
  } catch (error) {
    if (error instanceof ProtocolError || exchange.context.mcpReq.signal.aborted) throw error;
    if (error instanceof FinspaceError) return failed(tool, error);
    deps.onerror(error);
    return refused(
      `${quoteUntrusted(tool)} failed inside this server. ${isReadOnly(tool) ? UNCHANGED : IN_PART}`,
      'The person who runs this server can find the cause in its log.',
    );
  }
}

const IN_PART = 'It may have taken effect in part, so check the present state before you continue.';

function isReadOnly(tool: string): boolean {
  const name = operationOf(tool);
  if (name !== undefined) return POLICY[operationNamed(name).risk].readOnly;
  return compositeNamed(tool)?.annotations.readOnlyHint === true;
}

async function callOperation(deps: ToolDependencies, name: OperationName, given: Members, exchange: Exchange) {
  const tool = toolName(name);
  const { restrictions, caller } = deps;
  const reason = refusalReason(name, restrictions, caller);
  if (reason !== undefined) return notOffered(tool, reason);
  const lookup = { deps, signal: exchange.context.mcpReq.signal, isDestructive: isUsuallyDestructive(tool) };
  const prepared = await prepareArguments(lookup, agentInput(operationNamed(name)), given, name);
  if ('problemTexts' in prepared) return wrongArguments(tool, prepared.problemTexts);
  const { input, meant } = prepared;
  const risk = riskOf(operationNamed(name), input);
  const riskRefusal = refusalReason(name, restrictions, caller, risk);
  if (riskRefusal !== undefined)
    return refused(`${tool} did not run: this call would lose data or interrupt work. ${riskRefusal}`);
  try {
    return withEnvironmentMeant(await throughGate(deps, name, input, exchange), meant);
  } catch (error) {
    if (!(error instanceof FinspaceError)) throw error;
    const isCallDestructive = isDestructive(risk);
    // The list of environments is cached per lookup object: a copy would read it again.
    const lookupOfCall =
      isCallDestructive === lookup.isDestructive ? lookup : { ...lookup, isDestructive: isCallDestructive };
    return withEnvironmentMeant(failed(tool, error, await failureAdvice(lookupOfCall, name, input, error)), meant);
  }
}

/** Whether the calls of a tool destroy or interrupt something, unless their arguments decide that. */
function isUsuallyDestructive(tool: unknown): boolean {
  if (typeof tool !== 'string') return false;
  const name = operationOf(tool);
  if (name !== undefined) return isDestructive(operationNamed(name).risk);
  return compositeNamed(tool)?.annotations.destructiveHint === true;
}

async function callComposite(deps: ToolDependencies, tool: CompositeTool, given: Members, exchange: Exchange) {
  const { restrictions, caller } = deps;
  const reason = toolRefusalReason(tool, restrictions, caller);
  if (reason !== undefined) return notOffered(tool.name, reason);
  const { signal } = exchange.context.mcpReq;
  const lookup = {
    deps,
    signal,
    isDestructive: isUsuallyDestructive(tool.name) || isUsuallyDestructive(given['tool']),
  };
  const prepared = await prepareArguments(lookup, tool.input(), given);
  if ('problemTexts' in prepared) return wrongArguments(tool.name, prepared.problemTexts);
  const { input, meant } = prepared;
  try {
    return withEnvironmentMeant(await tool.run(deps, input, exchange), meant);
  } catch (error) {
    if (!(error instanceof FinspaceError) || signal.aborted) throw error;
    const { operation } = error.fields;
    // plan_change has the arguments of the previewed tool in the member `arguments`.
    const callInput = { ...input, ...(input['arguments'] as Members | undefined) };
    const failedTool = isReadOnly(tool.name) ? toolName(operation) : tool.name;
    return withEnvironmentMeant(
      failed(failedTool, error, await failureAdvice(lookup, operation, callInput, error)),
      meant,
    );
  }
}

function unknownTool(tool: string): ProtocolError {
  const names = describedTools().map(({ name }) => name);
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `Unknown tool ${quoteUntrusted(tool)}${suggestTool(tool, names)}`,
  );
}

/** Passes the call to the gate and then to the backend, unless it waits for a person or is refused. */
async function throughGate(
  deps: ToolDependencies,
  name: OperationName,
  input: Members,
  exchange: Exchange,
): Promise<ToolResult> {
  const { gate, caller, secrets } = deps;
  if (secrets.refusal !== undefined && operationNamed(name).secret !== undefined) return refused(secrets.refusal);
  const options = { signal: exchange.context.mcpReq.signal };
  const offered = offeredTo(deps);
  const request = { name, input, principal: caller.principal, options, offered, refusal: caller.refusal };
  const lookup = { deps, signal: options.signal };
  const findReplacement = await replacementFinder(lookup, name, input);
  const sent = sentInput(input);
  let reply = Promise.resolve<Members>({});
  /** Makes the call in its turn. Its error is thrown below, because `obtainApproval` says of errors that nothing was sent. */
  const makeIfAllowed = async <D extends Decision<unknown> | { readonly kind: 'answered' }>(
    decision: D,
  ): Promise<D> => {
    if (decision.kind === 'run') reply = makeCall(deps.call, name, sent, { ...options, actor: decision.actor });
    await reply.catch(() => undefined);
    return decision;
  };
  const approval = await obtainApproval(deps, exchange, {
    decide: (dialog) =>
      gate.inTurn(request, async () => makeIfAllowed(withAnswerIfUnchanged(await gate.authorize(request, dialog)))),
    resume: (answer) =>
      gate.inTurn(request, async () => makeIfAllowed(await gate.resume(request, answer, exchange.client))),
  });
  if ('result' in approval) return approval.result;
  const output = await reply;
  const delivered = await secrets.deliver(name, sent, output);
  const additions = {
    ...whatChanges(approval.plan, offered),
    ...(await findReplacement()),
    ...(await arnOfNew(lookup, name, sent, output)),
    ...(await shownTags(deps, name, sent, output, options)),
    ...followUp([{ operation: name, input: sent, output }], deps),
  };
  return succeeded(name, delivered.output, { audience: delivered.audience, additions });
}

function makeCall(call: Call, name: OperationName, input: Members, options: CallOptions): Promise<Members> {
  return listMember(operationNamed(name)) === null
    ? callNamed(call, name, input, options)
    : pageWithin(call, name, input as never, MAX_DATA, options);
}
