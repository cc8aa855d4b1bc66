import { ProtocolError, ProtocolErrorCode, type ReadResourceResult } from '@modelcontextprotocol/server';
import { environmentGraph, type Graph, type GraphOptions } from '../inventory/graph.ts';
import { walk } from '../inventory/pages.ts';
import { readsDone } from '../inventory/progress.ts';
import { atMost } from '../inventory/reading.ts';
import type { TopologyForm } from '../inventory/uris.ts';
import { agentInput, listMember } from '../operations/derive.ts';
import { FinspaceError, wireName } from '../operations/failure.ts';
import { operationNamed } from '../operations/index.ts';
import { withheld } from '../safety/policy.ts';
import { plainJson, quoted } from '../safety/untrusted.ts';
import { type ResourceKind, resourceAt } from './catalog.ts';
import type { ResourceEnvironment } from './environment.ts';
import { hintsFor } from './hints.ts';
import { notFound } from './not-found.ts';
import { readKit } from './recovery.ts';

/** A listing resource holds at most this many items and says so when there are more. */
const MOST_ITEMS = 2_000;

/** The contents of a resource. Throws ResourceNotFoundError for what does not exist or is not offered. */
export async function readResource(
  environment: ResourceEnvironment,
  uri: string,
  signal: AbortSignal,
  report: (message: string) => Promise<void> = async () => {},
): Promise<ReadResourceResult> {
  const kit = await readKit(environment, uri);
  if (kit !== undefined) return kit;
  const found = resourceAt(uri);
  if (found === undefined || withheld(found.kind.operation, environment.restrictions, environment.caller) !== undefined)
    throw notFound(uri);
  const { kind, input } = found;
  if (!agentInput(operationNamed(kind.operation)).safeParse(input).success) throw notFound(uri);
  try {
    const { seen, text } = await contents(environment, kind, input, { signal, onProgress: readsDone(report) });
    return { contents: [{ uri, mimeType: kind.mimeType, text }], ...hintsFor(kind, seen) };
  } catch (error) {
    throw asProtocolError(uri, error);
  }
}

/** What draws is loaded when somebody looks. */
const FORMS: Record<TopologyForm, (graph: Graph) => string | Promise<string>> = {
  '': (graph) => plainJson({ count: graph.entities.length, complete: graph.gaps.length === 0, ...graph }),
  '.mmd': async (graph) => (await import('../inventory/mermaid.ts')).environmentMermaid(graph),
  '.svg': async (graph) => (await import('../inventory/svg/picture.ts')).environmentSvg(graph),
};

interface Contents {
  readonly seen: object;
  readonly text: string;
}

async function contents(
  { call, restrictions, caller }: ResourceEnvironment,
  { operation, topology }: ResourceKind,
  input: Record<string, string>,
  { signal, onProgress }: Required<Pick<GraphOptions, 'onProgress'>> & { readonly signal: AbortSignal },
): Promise<Contents> {
  if (topology !== undefined) {
    const refusal = (name: typeof operation) => withheld(name, restrictions, caller);
    const graph = await environmentGraph(call, input['environmentId'] ?? '', { signal, refusal, onProgress });
    return { seen: graph, text: await FORMS[topology](graph) };
  }
  const list = listMember(operationNamed(operation));
  if (list === null) return asJson(await call(operation, input as never, { signal }));
  const { items, complete } = await walk(atMost(call, 1, onProgress), operation, input as never, MOST_ITEMS, {
    signal,
  });
  return asJson({ count: items.length, complete, [list]: items });
}

const asJson = (seen: object): Contents => ({ seen, text: plainJson(seen) });

function asProtocolError(uri: string, error: unknown): unknown {
  if (!(error instanceof FinspaceError)) return error;
  const { code, operation, advice, requestId, detail } = error.fields;
  if (code === 'ResourceNotFound') return notFound(uri);
  return new ProtocolError(
    ProtocolErrorCode.InternalError,
    `${operation} failed with ${wireName(code)}: ${quoted(detail, 300)} ${advice}`,
    {
      uri,
      operation,
      error: wireName(code),
      ...(requestId === undefined ? {} : { requestId }),
    },
  );
}
