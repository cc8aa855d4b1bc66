import type { CallToolResult, InputRequiredResult } from '@modelcontextprotocol/server';
import { truncate } from '../inventory/units.ts';
import { listMember } from '../operations/derive.ts';
import { type FailureFields, type FinspaceError, wireName } from '../operations/failure.ts';
import { type OperationName, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import type { Members } from '../operations/operation.ts';
import { quoteUntrusted, visible } from '../untrusted.ts';
import type { EnvironmentMeant } from './identify.ts';

/** What to do next, and whether a retry may succeed later, if more is known than the error says. */
export type FailureAdvice = Partial<Pick<FailureFields, 'advice' | 'retryable'>>;

interface Success {
  /** The audience of the output, if it is not the model. */
  readonly audience?: 'user' | undefined;
  /** What the answer has besides the API's reply, such as the changes that the call made. Pages of lists have none. */
  readonly additions?: Members;
}

/**
 * The result of a successful call: the API's output, with `complete` for a page of a list, and with the additions for other operations.
 * If the API returns nothing, the result has the status, or `done` if the operation takes no time.
 */
export function succeeded(
  name: OperationName,
  output: Members,
  { audience, additions = {} }: Success = {},
): CallToolResult {
  const { settles } = operationNamed(name);
  const list = listMember(operationNamed(name));
  const complete = output['nextToken'] === undefined;
  const isEmpty = list === null && Object.keys(output).length === 0;
  const status = settles?.now === undefined ? { done: true } : { status: settles.now };
  const statusIfEmpty = isEmpty ? status : {};
  const notes = list === null || complete ? [] : [ONE_PAGE];
  const result = structured(
    list === null ? { ...output, ...statusIfEmpty, ...additions } : { complete, ...output },
    ...notes,
  );
  if (audience === undefined) return result;
  return { ...result, content: result.content.map((block) => ({ ...block, annotations: { audience: [audience] } })) };
}

const ONE_PAGE = 'This is one page. For the rest, repeat the call with the same arguments and this nextToken.';

/**
 * The result of a call that the endpoint rejected or that got no reply, with what was found out about it. The text also names the
 * operation if that is not the one of `tool`.
 */
export function failed(tool: string, { fields }: FinspaceError, known: FailureAdvice = {}): CallToolResult {
  const { operation, code, detail, reason, retryable, advice, outcomeUnknown, httpStatus, requestId } = {
    ...fields,
    ...known,
  };
  const error = {
    operation,
    error: wireName(code),
    message: truncate(detail, MAX_MESSAGE),
    ...(reason === undefined ? {} : { reason }),
    retryable,
    advice,
    ...(outcomeUnknown ? { outcomeUnknown } : {}),
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(requestId === undefined ? {} : { requestId }),
  };
  return {
    isError: true,
    structuredContent: visible({ error }).value,
    content: [
      {
        type: 'text',
        text: [
          `${tool} failed with ${error.error}${httpStatus === undefined ? '' : ` (HTTP ${httpStatus})`}${tool === toolName(operation) ? '' : ` in ${operation}`}: ${quoteUntrusted(detail, 500)}`,
          ...(isUnchanged(fields) ? [UNCHANGED] : []),
          advice,
          ...(outcomeUnknown ? [] : [`Repeating the same call ${retryable ? 'may' : 'will not'} help.`]),
          ...(requestId === undefined ? [] : [`Request id: ${quoteUntrusted(requestId)}`]),
        ].join('\n'),
      },
    ],
  };
}

const MAX_MESSAGE = 2_000;
export const UNCHANGED = 'Nothing was changed.';

/** Whether a change was not sent, or was rejected because something that it needs does not exist. */
const isUnchanged = ({ operation, code, notSent, outcomeUnknown }: FailureFields) =>
  !outcomeUnknown && (notSent === true || (code === 'ResourceNotFound' && operationNamed(operation).risk !== 'read'));

/** The result of a call that this server did not send, or failed to complete: the reason, and what to do. */
export function refused(...lines: string[]): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: lines.join('\n') }] };
}

export const notOffered = (tool: string, reason: string) => refused(`${tool} is not offered. ${reason}`);

export const wrongArguments = (tool: string, problems: readonly string[]) =>
  refused(`${tool} was not called: its arguments are wrong.`, ...problems);

/** The result of a preview if the arguments for the previewed tool are wrong. */
export const wrongPreviewArguments = (tool: string, problems: readonly string[]) =>
  refused(`The arguments for ${tool} are wrong.`, ...problems);

/** Adds a note for the model to a result; a form or link stays unchanged. */
export function withNote<R extends CallToolResult | InputRequiredResult>(result: R, note: string): R {
  return 'inputRequests' in result
    ? result
    : { ...result, content: [...(result as CallToolResult).content, { type: 'text', text: note }] };
}

/** Adds the id and name of the environment to a result, if the call named it by name. */
export function withEnvironmentMeant<R extends CallToolResult | InputRequiredResult>(
  result: R,
  meant: EnvironmentMeant | undefined,
): R {
  if (meant === undefined || 'inputRequests' in result) return result;
  const { structuredContent, isError, content } = result as CallToolResult;
  if (isError || structuredContent === undefined)
    return withNote(
      result,
      `The environment ${quoteUntrusted(meant.name)} has the id ${quoteUntrusted(meant.environmentId)}.`,
    );
  const { value, json } = visible({ resolvedEnvironment: meant, ...structuredContent });
  return {
    ...result,
    structuredContent: value,
    content: content.map((block, at) => (at === 0 ? { ...block, text: json } : block)),
  };
}

/** A result as structured content and as compact JSON text, with notes for the model. */
export function structured(structuredContent: Members, ...notes: readonly string[]): CallToolResult {
  const { value, json } = visible(structuredContent);
  const texts = [json, ...notes];
  return { structuredContent: value, content: texts.map((text) => ({ type: 'text', text })) };
}

/** The note of a preview that omits what the caller may not see; empty if nothing is omitted. */
export const withheldNote = (kinds: readonly string[]) =>
  kinds.length === 0 ? {} : { withheld: WITHHELD, withheldKinds: kinds };

const WITHHELD =
  'Names or details of these kinds are withheld, because this server does not offer the tools that show them; the person who approves sees everything.';
