import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Graph, GraphEntity, Kind } from '../../src/inventory/graph-types.ts';
import { environmentMermaid } from '../../src/inventory/mermaid.ts';
import { renderWithin } from '../../src/inventory/render-within.ts';
import { summaryOf } from '../../src/inventory/summary.ts';
import { environmentSvg } from '../../src/inventory/svg/picture.ts';
import type { OperationName } from '../../src/operations/index.ts';
import { type Demo, demo } from './demo.ts';
import { synthetic } from './synthetic.ts';

const HOSTILE = ['<script>alert(1)</script>', '"]:::x\n click n0 "javascript:1"', 'a&b\u202Ec', 'x'.repeat(63)];
const hostile = () => synthetic(HOSTILE.length, (index) => HOSTILE[index] ?? '');

/** The legend draws one line of each kind. */
const LEGEND = 1;

let world: Demo;
let graph: Graph;
beforeAll(async () => {
  world = await demo();
  graph = await world.graph('kdb-prod');
});
afterAll(() => world.close());

/** Every tag is closed, and every `<` and `&` in text is escaped, as an XML parser requires. */
function expectWellFormed(svg: string): void {
  const open: string[] = [];
  const style = svg.replace(/<style>[\s\S]*?<\/style>/, '');
  for (const [, close, name, self] of style.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
    if (close === '/') expect(open.pop()).toBe(name);
    else if (self !== '/') open.push(name as string);
  }
  expect(open).toEqual([]);
  expect(style.replace(/<\/?[a-z]+[^<>]*>/g, '')).not.toMatch(/[<>]|&(?!(?:amp|lt|gt|quot|#39|#10);)/);
}

/** The graph with other facts of the entities of one kind. */
const changed = (
  graph: Graph,
  kind: Kind,
  change: (facts: Record<string, unknown>) => Record<string, unknown>,
): Graph => ({
  ...graph,
  entities: graph.entities.map((each) => (each.kind === kind ? { ...each, facts: change({ ...each.facts }) } : each)),
});

describe('the topology picture', () => {
  test.each([
    ['the demo', () => graph],
    ['no clusters', () => synthetic(0)],
    ['three clusters', () => synthetic(3)],
    ['sixty clusters', () => synthetic(60)],
    ['hostile names', hostile],
  ])('of %s is well-formed and loads nothing', (_, of) => {
    const svg = environmentSvg(of());
    expectWellFormed(svg);
    expect(svg).not.toMatch(/href|url\(|@import|<script|<foreignObject|\bon\w+=/i);
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  test('shows in words what is failed, stale and unused', () => {
    const svg = environmentSvg(graph);
    expect(svg).toContain('Not enough memory on scaling group sg-lab');
    expect(svg).toContain('4 changesets behind equities_taq, on an older version of equities_taq_static');
    expect(svg).toContain('newest load failed');
    expect(svg).toMatch(/unused · created/);
  });

  test('links volumes to the clusters and dataviews that use them, and ends every line in an arrowhead', () => {
    const svg = environmentSvg(graph);
    const users = new Set(
      graph.edges.filter(({ to }) => to.startsWith('volume:')).map(({ from, to }) => `${from} ${to}`),
    );
    expect(svg.match(/<path d="M[^"]*" class="link-volume"/g)).toHaveLength(users.size + LEGEND);
    const lines = svg.match(/class="link(?:-\w+)?"/g) ?? [];
    expect(svg.match(/class="head link(?:-\w+)?"/g)).toHaveLength(lines.length);
    expect(svg).toContain('4 clusters');
  });

  test('uses the standard terms for states, and dates with their year', () => {
    const svg = environmentSvg(graph);
    for (const words of ['unused', 'in progress', 'updated manually', 'as of 2026-03-17 09:00 UTC'])
      expect(svg).toContain(`>${words}<`);
    expect(svg).not.toMatch(
      /by nothing|by nobody|by hand|outside of updates|on (?:its|their) way|\b\d\d? [A-Z][a-z]{2} \d\d:/,
    );
  });

  test('counts an entity in each of its states, as the answers about problems do', () => {
    // hdb-futures is behind while one of its nodes starts.
    expect(environmentSvg(graph)).toContain(
      '10/13 clusters running, 3 in progress, 2 failed or stuck, 2 behind, 2 unused.',
    );
  });

  test('counts what the environment contains, without the changesets, of which it has only some', () => {
    const contents = graph.entities.filter(({ kind }) => kind !== 'environment' && kind !== 'changeset');
    expect(environmentSvg(graph)).toContain(`<desc id="d">${contents.length} entities: `);
  });

  test('shows a version of a dataview without data', () => {
    const versions = [{ versionId: 'v1', created: graph.readAt }];
    const svg = environmentSvg(changed(graph, 'dataview', (facts) => ({ ...facts, versions })));
    expect(svg).toContain('>no data<');
    expect(svg).not.toContain('undefined');
  });

  test.each([
    [{ changesets: 1, files: 1 }, '1 changeset, 1 file'],
    [{ changesets: 2, files: 0 }, '2 changesets, 0 files'],
    [{ changesets: undefined, files: undefined }, '? changesets, ? files'],
  ])('counts the changesets and files of a database, as in %j', (amounts, expected) => {
    const svg = environmentSvg(changed(graph, 'database', (facts) => ({ ...facts, ...amounts })));
    expect(svg).toContain(`&#10;${expected}</title>`);
  });

  test('shows every cluster', () => {
    const svg = environmentSvg(synthetic(60));
    for (const { kind, name } of synthetic(60).entities) if (kind === 'cluster') expect(svg).toContain(name);
  });

  test('says when it is incomplete', () => {
    const gaps = [{ kind: 'user', operation: 'ListKxUsers', reason: 'AccessDeniedException' }] as const;
    expect(environmentSvg({ ...graph, gaps })).toContain('1 part could not be read');
  });

  test('draws no memory bar for a host of which some clusters could not be read', () => {
    const svg = environmentSvg(changed(graph, 'scaling-group', ({ reservedMiB: _, freeMiB: __, ...facts }) => facts));
    expect(svg).not.toMatch(/NaN|> of|reserved/);
    expect(svg).toContain('64 GiB; some clusters on it could not be read');
  });

  test('says nothing about the size of a cluster that could not be read', async () => {
    const refusal = (name: OperationName) => (name === 'GetKxCluster' ? 'Not offered.' : undefined);
    expect(environmentSvg(await world.graph('kdb-prod', { refusal }))).not.toMatch(/NaN|undefined/);
  });

  test.each([
    ['NONE', 'no private network'],
    ['SUCCESSFULLY_UPDATED', 'private network attached'],
    ['UPDATING', 'private network UPDATING'],
    ['FAILED_UPDATE', 'private network FAILED_UPDATE'],
    [undefined, undefined],
  ])('describes the network %s of an environment as %s', (network, words) => {
    const svg = environmentSvg(changed(graph, 'environment', (facts) => ({ ...facts, network })));
    expect(svg.match(/(?:no )?private network(?: \w+)?/g)?.map(String)).toEqual(
      words === undefined ? undefined : [words],
    );
  });

  test('shows what a cluster mounts that does not exist as a failure', () => {
    const without = graph.entities.filter(({ id }) => id !== 'database:fx_spot');
    const svg = environmentSvg({ ...graph, entities: without });
    expect(svg).toMatch(/>mounts database:fx_spot, which does not exist</);
  });

  test('makes hostile text visible and harmless', () => {
    const svg = environmentSvg(hostile());
    expect(svg).not.toContain('\u202E');
    expect(svg).toContain('&lt;script&gt;');
  });
});

describe('the flowchart', () => {
  test('consists of nodes, edges, classes and comments, and keeps names out of the syntax', () => {
    const lines = environmentMermaid(hostile()).split('\n');
    expect(lines[0]).toBe('flowchart LR');
    for (const line of lines.slice(2))
      expect(line).toMatch(/^ {2}(?:n\d+(?:\[|\(|\{|>).*:::\w+|n\d+ \S+\|[a-z-]+\| n\d+|classDef .*|%% .*)$/);
    expect(lines.join('\n')).not.toContain('<script');
  });

  test('leaves out nothing that fits, although an entity takes less than in other forms', () => {
    const clusters = Array.from({ length: 900 }, (_, at): GraphEntity => {
      const name = `hdb-${at}`;
      return { id: `cluster:${name}`, kind: 'cluster', name, status: 'RUNNING', facts: { type: 'HDB' } };
    });
    const large: Graph = { ...graph, entities: clusters, edges: [], gaps: [] };
    const text = renderWithin(large, 56_000, environmentMermaid);
    expect(text).toContain('hdb-899');
    expect(text).not.toContain('Left out');
  });
});

describe('the summary', () => {
  test('does not show the nodes of a cluster that could not be read', async () => {
    const refusal = (name: OperationName) => (name === 'GetKxCluster' ? 'Not offered.' : undefined);
    const { entities } = summaryOf(await world.graph('kdb-prod', { refusal, nodes: false }));
    expect(entities.cluster).toHaveLength(13);
    for (const { nodes } of entities.cluster ?? []) expect(nodes).toBeUndefined();
  });

  test('counts entities by a status of any name', () => {
    const entities = graph.entities.map((each) => (each.kind === 'volume' ? { ...each, status: 'constructor' } : each));
    const volumes = entities.filter(({ kind }) => kind === 'volume').length;
    expect(summaryOf({ ...graph, entities }).counts['volume']).toEqual({ constructor: volumes });
  });

  test('counts clusters by status, and lists what needs attention', () => {
    const { counts, attention } = summaryOf(graph);
    expect(counts['cluster']).toEqual({ RUNNING: 10, UPDATING: 1, CREATE_FAILED: 1, CREATING: 1 });
    expect(attention.map(({ entity }) => String(entity).replace(/\/.*/, '')).toSorted()).toEqual([
      'changeset:fx_spot',
      'cluster:gp-signals',
      'cluster:hdb-equities-b',
      'cluster:hdb-equities-b',
      'cluster:hdb-futures',
      'cluster:hdb-futures',
      'scaling-group:sg-backtest',
      'volume:vol-backtest',
    ]);
  });
});
