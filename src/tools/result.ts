import type { CallToolResult, InputRequiredResult } from '@modelcontextprotocol/server';
import { cut } from '../inventory/units.ts';
import { listMember } from '../operations/derive.ts';
import { type FailureFields, type FinspaceError, wireName } from '../operations/failure.ts';
import { type OperationName, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import { quoted, visible } from '../untrusted.ts';

import type { EnvironmentMeant } from './identify.ts';

type Members = Record<string, unknown>;

/** What to do next, and whether the same call may succeed later, where more is known than the error says. */
export type Told = Partial<Pick<FailureFields, 'advice' | 'retryable'>>;

interface Success {
  /** For whom the output is meant when it is not for the model. */
  readonly audience?: 'user' | undefined;
  /** What the call did, beside what the API answers. */
  readonly done?: Members;
}

/**
 * The result of a call that went through: the API's output, with `complete` added where it is a page of a list, and the status where the
 * API answers nothing; with what was done.
 */
export function succeeded(name: OperationName, output: Members, { audience, done = {} }: Success = {}): CallToolResult {
  const { settles } = operationNamed(name);
  const list = listMember(operationNamed(name));
  const complete = output['nextToken'] === undefined;
  const isSilent = list === null && Object.keys(output).length === 0;
  const silence = !isSilent ? {} : settles?.now === undefined ? { done: true } : { status: settles.now };
  const remarks = list === null || complete ? [] : [ONE_PAGE];
  const result = structured(list === null ? { ...output, ...silence, ...done } : { complete, ...output }, ...remarks);
  if (audience === undefined) return result;
  return { ...result, content: result.content.map((block) => ({ ...block, annotations: { audience: [audience] } })) };
}

const ONE_PAGE = 'This is one page. For the rest, repeat the call with the same arguments and this nextToken.';

/** The result of a call that the endpoint refused or that never got an answer, with what was found out about it since. */
export function failed({ fields }: FinspaceError, told: Told = {}): CallToolResult {
  const { operation, code, detail, reason, retryable, advice, outcomeUnknown, httpStatus, requestId } = {
    ...fields,
    ...told,
  };
  const error = {
    operation,
    error: wireName(code),
    message: cut(detail, MOST_OF_MESSAGE),
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
          `${toolName(operation)} failed with ${error.error}${httpStatus === undefined ? '' : ` (HTTP ${httpStatus})`}: ${quoted(detail, 500)}`,
          advice,
          `Repeating the same call ${retryable ? 'may' : 'will not'} help.`,
          ...(requestId === undefined ? [] : [`Request id: ${quoted(requestId)}`]),
        ].join('\n'),
      },
    ],
  };
}

const MOST_OF_MESSAGE = 2_000;

/** The result of a call that this server did not send, with the reason and what to do instead. */
export function refused(...lines: string[]): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: lines.join('\n') }] };
}

/** The same result with a remark for the model; a form or link that stands for one stays as it is. */
export function noted<R extends CallToolResult | InputRequiredResult>(result: R, note: string): R {
  return 'inputRequests' in result
    ? result
    : { ...result, content: [...(result as CallToolResult).content, { type: 'text', text: note }] };
}

/** The same result with the id and name of the environment that the call gave by its name; undefined where it gave an id. */
export function naming<R extends CallToolResult | InputRequiredResult>(
  result: R,
  meant: EnvironmentMeant | undefined,
): R {
  if (meant === undefined || 'inputRequests' in result) return result;
  const { structuredContent, isError, content } = result as CallToolResult;
  if (isError || structuredContent === undefined)
    return noted(result, `The environment ${quoted(meant.name)} has the id ${quoted(meant.environmentId)}.`);
  const { value, json } = visible({ resolvedEnvironment: meant, ...structuredContent });
  return {
    ...result,
    structuredContent: value,
    content: content.map((block, at) => (at === 0 ? { ...block, text: json } : block)),
  };
}

/** A result as structured content and the same as compact JSON text, with notes for the model where they are needed. */
export function structured(structuredContent: Members, ...notes: readonly string[]): CallToolResult {
  const { value, json } = visible(structuredContent);
  const texts = [json, ...notes];
  return { structuredContent: value, content: texts.map((text) => ({ type: 'text', text })) };
}

/** The remark of a preview that leaves out what this server does not show the caller; nothing where it leaves out nothing. */
export const withheldKinds = (kinds: readonly string[]) =>
  kinds.length === 0 ? {} : { withheld: WITHHELD, withheldKinds: kinds };

const WITHHELD =
  'Names or details of these kinds are withheld, because this server does not offer the tools that show them; the person who approves sees everything.';
