import { withoutMisleading } from '../untrusted.ts';
import type { Graph, GraphEntity, Kind, Relation } from './graph-types.ts';
import { type Health, healthOf } from './health.ts';
import { omittedText } from './render-within.ts';
import { bytes } from './units.ts';

interface Shape {
  readonly frame: readonly [open: string, close: string];
  /** What its label shows between name and status. */
  readonly detail?: (facts: GraphEntity['facts']) => unknown;
}

const SHAPES: Record<Kind, Shape> = {
  environment: { frame: ['([', '])'] },
  cluster: { frame: ['[', ']'], detail: ({ type }) => type },
  'scaling-group': { frame: ['{{', '}}'], detail: ({ hostType }) => hostType },
  volume: { frame: ['[(', ')]'], detail: ({ sizeGB }) => (sizeGB === undefined ? undefined : `${sizeGB} GB`) },
  database: { frame: ['[(', ')]'], detail: (facts) => bytes(facts['bytes']) },
  changeset: { frame: ['>', ']'] },
  dataview: { frame: ['[/', '/]'] },
  node: { frame: ['(', ')'] },
  user: { frame: ['(', ')'] },
};
const ARROWS: Record<Relation, string> = {
  mounts: '-->',
  'runs-on': '-.->',
  uses: '-.->',
  'cached-on': '-.->',
  of: '---',
  behind: '==>',
};
const COLOURS: Record<Health, string> = {
  ok: 'fill:#e3f4ec,stroke:#12805c,color:#1b2430',
  underway: 'fill:#e6effc,stroke:#2563c9,color:#1b2430',
  failed: 'fill:#fdeae7,stroke:#c42b1c,stroke-width:3px,color:#1b2430',
  behind: 'fill:#fdf1dd,stroke:#b45f06,stroke-width:3px,color:#1b2430',
  unused: 'fill:#f1edf8,stroke:#7a6a99,stroke-dasharray:5 4,color:#1b2430',
};
/** The kinds of which every entity is drawn. */
const DRAWN = new Set<Kind>(['cluster', 'scaling-group', 'volume', 'database', 'dataview']);

/**
 * An environment as a Mermaid flowchart, with the health of each entity in the whole graph. A thick arrow leads from a stale
 * entity to the data that it lacks.
 */
export function environmentMermaid(graph: Graph, whole: Graph = graph): string {
  const healthById = healthOf(whole);
  const behindTargets = new Set(graph.edges.filter(({ relation }) => relation === 'behind').map(({ to }) => to));
  // Of the changesets, only those that failed or are in progress, and those that something lags behind.
  const drawn = graph.entities.filter(
    ({ id, kind }) =>
      DRAWN.has(kind) || behindTargets.has(id) || (kind === 'changeset' && healthById.get(id)?.health !== 'ok'),
  );
  const keys = new Map(drawn.map(({ id }, index) => [id, `n${index}`]));
  const nodes = drawn.map((entity) => {
    const [open, close] = SHAPES[entity.kind].frame;
    return `  ${keys.get(entity.id)}${open}"${label(entity)}"${close}:::${healthById.get(entity.id)?.health ?? 'ok'}`;
  });
  const edges = graph.edges.flatMap(({ from, to, relation }) => {
    const [a, b] = [keys.get(from), keys.get(to)];
    return a === undefined || b === undefined ? [] : [`  ${a} ${ARROWS[relation]}|${relation}| ${b}`];
  });
  const gaps = graph.gaps.map(({ kind, of }) => `  %% not read: ${kind}${of === undefined ? '' : ` ${escaped(of)}`}`);
  const omitted = omittedText(graph);
  return [
    'flowchart LR',
    `  %% ${escaped(graph.name)} (${graph.environmentId}) as of ${graph.readAt}`,
    ...nodes,
    ...(omitted === undefined ? [] : [`  n${drawn.length}["${escaped(omitted)}"]:::unused`]),
    ...edges,
    ...Object.entries(COLOURS).map(([health, style]) => `  classDef ${health} ${style}`),
    ...gaps,
  ].join('\n');
}

function label({ kind, name, status, facts }: GraphEntity): string {
  return [kind.replace('-', ' '), name, SHAPES[kind].detail?.(facts), status]
    .filter((part) => part !== undefined && part !== '')
    .map(escaped)
    .join('<br/>');
}

/** Names are untrusted: anything that Mermaid or HTML would interpret becomes an entity code. */
const escaped = (text: unknown) =>
  withoutMisleading(String(text)).replace(
    /[^\p{L}\p{N} _.,:/\u25af-]/gu,
    (character) => `#${character.codePointAt(0)};`,
  );
