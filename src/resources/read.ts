import { ProtocolError, ProtocolErrorCode, type ReadResourceResult } from '@modelcontextprotocol/server';
import { MAX_DATA, shortened } from '../answer-size.ts';
import { environmentGraph } from '../inventory/graph.ts';
import type { Graph, GraphOptions } from '../inventory/graph-types.ts';
import { listPagesWithin } from '../inventory/pages.ts';
import { progressReporter } from '../inventory/progress.ts';
import { omittedText, renderWithin } from '../inventory/render-within.ts';
import type { TopologyForm } from '../inventory/uris.ts';
import { limitConcurrency } from '../operations/calls.ts';
import { agentInput, listMember } from '../operations/derive.ts';
import { FinspaceError, isNotFound, wireName } from '../operations/failure.ts';
import { callNamed, type OperationName, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import { offeredTo, refusalReason } from '../safety/policy.ts';
import { quoteUntrusted, safeJson } from '../untrusted.ts';
import { cacheHintsFor } from './cache-hints.ts';
import { type ResourceKind, resourceAt } from './catalog.ts';
import type { ResourceDependencies } from './dependencies.ts';
import { notFound, notFoundIn } from './not-found.ts';
import { readKit } from './recovery.ts';

/** How many bytes of a resource to read: the limit of an answer, or more, to detect changes. */
const MAX_BYTES = { answer: MAX_DATA, state: 2_000_000 } as const;

interface ReadOptions {
  readonly report?: (message: string) => Promise<void>;
  readonly extent?: keyof typeof MAX_BYTES;
}

/** The contents of a resource. Throws ResourceNotFoundError if it does not exist or is not offered, and ProtocolError if a read fails. */
export async function readResource(
  deps: ResourceDependencies,
  uri: string,
  signal: AbortSignal,
  { report = async () => {}, extent = 'answer' }: ReadOptions = {},
): Promise<ReadResourceResult> {
  const kit = await readKit(deps, uri);
  if (kit !== undefined) return kit;
  const found = resourceAt(uri);
  if (found === undefined) throw await notFoundIn(deps, uri, signal);
  if (!offeredTo(deps)(found.kind.operation)) throw notFound(uri);
  const { kind, input } = found;
  // A state with gaps would look like a change, so its reads wait.
  const untilAborted = extent === 'state';
  const absentError = async () => (untilAborted ? notFound(uri) : notFoundIn(deps, uri, signal));
  if (!agentInput(operationNamed(kind.operation)).safeParse(input).success) throw await absentError();
  try {
    const reading = { signal, untilAborted, maxBytes: MAX_BYTES[extent], onProgress: progressReporter(report) };
    const { data, text } = await readContents(deps, kind, input, reading);
    return { contents: [{ uri, mimeType: kind.mimeType, text }], ...cacheHintsFor(kind, data) };
  } catch (error) {
    if (isNotFound(error)) throw await absentError();
    throw asProtocolError(uri, error);
  }
}

/** The drawing code is loaded on first use. */
const FORMS: Record<TopologyForm, () => Promise<(graph: Graph, whole: Graph) => string>> = {
  '': async () => (graph) => {
    const complete = graph.gaps.length === 0 && graph.omitted === undefined;
    const next = omittedText(graph);
    return safeJson({ count: graph.entities.length, complete, ...(next === undefined ? {} : { next }), ...graph });
  },
  '.mmd': async () => (await import('../inventory/mermaid.ts')).environmentMermaid,
  '.svg': async () => (await import('../inventory/svg/picture.ts')).environmentSvg,
};

interface Reading extends Required<Pick<GraphOptions, 'onProgress'>> {
  readonly signal: AbortSignal;
  readonly untilAborted: boolean;
  readonly maxBytes: number;
}

async function readContents(
  { call, restrictions, caller, cache, aheadMs }: ResourceDependencies,
  { operation, topologyForm }: ResourceKind,
  input: Record<string, string>,
  { signal, untilAborted, maxBytes, onProgress }: Reading,
) {
  if (topologyForm !== undefined) {
    const refusal = (name: typeof operation) => refusalReason(name, restrictions, caller);
    const options = { signal, untilAborted, refusal, onProgress, cache, aheadMs };
    const graph = await environmentGraph(call, input['environmentId'] ?? '', options);
    return { data: graph, text: renderWithin(graph, maxBytes, await FORMS[topologyForm]()) };
  }
  const list = listMember(operationNamed(operation));
  if (list === null) return asJson(shortened(await callNamed(call, operation, input, { signal }), maxBytes, safeJson));
  const read = limitConcurrency(call, 1, onProgress);
  const { items, nextToken } = await listPagesWithin(read, operation, input as never, maxBytes, { signal });
  const page = { count: items.length, complete: nextToken === undefined, ...nextCall(operation, input, nextToken) };
  return asJson(shortened({ ...page, [list]: items }, maxBytes, safeJson));
}

/** How to get the rest of a list that does not fit. */
const nextCall = (operation: OperationName, input: Record<string, string>, nextToken: unknown) =>
  nextToken === undefined ? {} : { next: { tool: toolName(operation), arguments: { ...input, nextToken } } };

const asJson = (data: object) => ({ data, text: safeJson(data) });

function asProtocolError(uri: string, error: unknown): unknown {
  if (!(error instanceof FinspaceError)) return error;
  const { code, operation, advice, requestId, detail } = error.fields;
  return new ProtocolError(
    ProtocolErrorCode.InternalError,
    `${operation} failed with ${wireName(code)}: ${quoteUntrusted(detail, 300)} ${advice}`,
    { uri, operation, error: wireName(code), ...(requestId === undefined ? {} : { requestId }) },
  );
}
