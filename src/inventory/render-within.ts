import { bytesOf } from '../answer-size.ts';
import type { Graph, GraphEntity, Kind } from './graph-types.ts';
import { HEALTH_ORDER, healthOf } from './health.ts';
import { counted } from './units.ts';

/** Entities that need attention are kept first, and among equals the kinds in this order. */
const KEPT_FIRST: readonly Kind[] = ['scaling-group', 'database', 'cluster', 'volume', 'dataview', 'user', 'changeset'];

/** Limits the first attempt, because a large picture takes long to draw. Where entities take less, the second attempt has more. */
const USUAL_ENTITY_BYTES = 140;
/** Entities that need attention take more text than others. */
const MARGIN = 0.9;

/**
 * An environment as text in at most `maxBytes` bytes, or with one entity. If it would be larger, entities are omitted, and `omitted` of
 * the rendered graph counts them. `render` also receives the whole graph, because a part of it does not show what is unused.
 */
export function renderWithin(graph: Graph, maxBytes: number, render: (graph: Graph, whole: Graph) => string): string {
  const all = graph.entities.length;
  const attempt = (kept: number) => {
    const text = render(kept === all ? graph : reduceGraph(graph, kept), graph);
    const size = bytesOf(text);
    return { kept, text, size, fitting: Math.min(all, Math.floor((kept * maxBytes * MARGIN) / size)) };
  };
  let found = attempt(Math.min(all, Math.floor(maxBytes / USUAL_ENTITY_BYTES)));
  if (found.size <= maxBytes && found.fitting > found.kept) found = attempt(found.fitting);
  while (found.size > maxBytes && found.kept > 1) found = attempt(found.fitting);
  return found.text;
}

function reduceGraph(graph: Graph, maxEntities: number): Graph {
  const healthById = healthOf(graph);
  const rank = ({ id, kind }: GraphEntity) =>
    kind === 'environment'
      ? -1
      : HEALTH_ORDER.indexOf(healthById.get(id)?.health ?? 'ok') * KEPT_FIRST.length + KEPT_FIRST.indexOf(kind);
  const kept = graph.entities.toSorted((a, b) => rank(a) - rank(b)).slice(0, maxEntities);
  const ids = new Set(kept.map(({ id }) => id));
  const omitted: Partial<Record<Kind, number>> = {};
  for (const { id, kind } of graph.entities) if (!ids.has(id)) omitted[kind] = (omitted[kind] ?? 0) + 1;
  return {
    ...graph,
    entities: graph.entities.filter(({ id }) => ids.has(id)),
    edges: graph.edges.filter(({ from, to }) => ids.has(from) && ids.has(to)),
    omitted,
  };
}

/** `Left out for lack of room: 320 clusters, 1 volume. find_kx_entities lists them.`; undefined if nothing is omitted. */
export function omittedText({ omitted = {} }: Graph): string | undefined {
  const counts = Object.entries(omitted).map(([kind, count]) => counted(kind.replace('-', ' '), count));
  return counts.length === 0
    ? undefined
    : `Left out for lack of room: ${counts.join(', ')}. find_kx_entities lists them.`;
}
