import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dependenciesOf, dependentsOf, entitiesNamed } from '../../src/inventory/dependents.ts';
import { failedOrStuckIssues } from '../../src/inventory/failed-or-stuck.ts';
import type { Graph, Issue } from '../../src/inventory/graph-types.ts';
import { danglingIssues, staleIssues, unusedIssues } from '../../src/inventory/stale-and-unused.ts';
import { FinspaceError } from '../../src/operations/failure.ts';
import type { OperationName } from '../../src/operations/index.ts';
import { type Demo, demo } from './demo.ts';

let world: Demo;
let graph: Graph;
beforeAll(async () => {
  world = await demo();
  graph = await world.graph('kdb-prod');
});
afterAll(() => world.close());

const facts = (id: string) => graph.entities.find((entity) => entity.id === id)?.facts ?? {};
const lines = (findings: readonly Issue[]) =>
  findings.map(({ entity, condition }) => `${entity.id} ${condition}`).toSorted();

describe('the graph of an environment', () => {
  test('makes one list call per kind, per database for kinds inside databases, and per cluster for nodes', () => {
    const lists = [...world.counts].filter(([name]) => name.startsWith('List'));
    expect(Object.fromEntries(lists)).toEqual({
      ListKxClusters: 1,
      ListKxScalingGroups: 1,
      ListKxVolumes: 1,
      ListKxDatabases: 1,
      ListKxUsers: 1,
      ListKxClusterNodes: 13,
      ListKxDataviews: 4,
      ListKxChangesets: 4,
    });
  });

  test('contains no entity twice, and the facts that people ask for', () => {
    expect(graph.gaps).toEqual([]);
    expect(new Set(graph.entities.map(({ id }) => id)).size).toBe(graph.entities.length);
    expect(facts('scaling-group:sg-lab')).toMatchObject({ memoryMiB: 65536, reservedMiB: 49152, freeMiB: 16384 });
    expect(facts('volume:vol-backtest')).toMatchObject({ type: 'HDD_12', sizeGB: 12000, attachedClusters: [] });
    expect(facts('cluster:hdb-futures')).toMatchObject({ type: 'HDB', nodeType: 'kx.s.2xlarge', nodeCount: 3 });
    expect(facts('dataview:equities_taq/equities_taq_static')['versions']).toHaveLength(2);
  });

  test('contains only the newest, the mounted and the failed changesets', () => {
    const ofFx = graph.entities.filter(({ kind, database }) => kind === 'changeset' && database === 'fx_spot');
    expect(ofFx.map(({ status }) => status)).toEqual(['FAILED', 'COMPLETED']);
    expect(ofFx[0]?.statusReason).toMatch(/halden-fx-landing/);
  });

  test('reports a denied read as a gap, and draws no conclusions from it', async () => {
    const refusal = (name: OperationName) => (name === 'GetKxCluster' ? 'Not offered.' : undefined);
    const partial = await world.graph('kdb-prod', { refusal });
    expect(partial.gaps).toEqual([{ kind: 'cluster', operation: 'GetKxCluster', reason: 'Not offered.' }]);
    expect([...unusedIssues(partial), ...danglingIssues(partial)]).toEqual([]);
  });

  test('reports a rejected read as a gap', async () => {
    const denied = (operation: OperationName) =>
      new FinspaceError({ operation, code: 'AccessDenied', detail: 'No.', retryable: false, advice: '' });
    const partly = await demo({
      before: async (name) => {
        if (name === 'ListKxUsers') throw denied(name);
      },
    });
    const { gaps, entities } = await partly.graph('kdb-prod');
    expect(gaps).toEqual([{ kind: 'user', operation: 'ListKxUsers', reason: 'AccessDeniedException: "No."' }]);
    expect(entities.some(({ kind }) => kind === 'user')).toBe(false);
    await partly.close();
  });

  test('does not wait again after a call that was not admitted', async () => {
    let waited = 0;
    const text = { detail: 'No turn.', advice: '' };
    const crowded = await demo({
      before: async (operation) => {
        if (operation !== 'GetKxCluster') return;
        waited += 1;
        throw new FinspaceError({ operation, code: 'Throttling', attempts: 0, retryable: true, ...text });
      },
    });
    const { gaps } = await crowded.graph('kdb-prod', { concurrency: 1 });
    await crowded.close();
    expect(waited).toBe(1);
    expect(gaps.filter(({ operation }) => operation === 'GetKxCluster').length).toBeGreaterThan(1);
  });

  test('has a gap for a cluster that the list shows and the get does not find', async () => {
    const lagging = await demo({
      before: async (operation) => {
        const text = { detail: 'no such cluster', advice: '' };
        if (operation === 'GetKxCluster')
          throw new FinspaceError({ operation, code: 'ResourceNotFound', retryable: false, ...text });
      },
    });
    const found = await lagging.graph('kdb-prod');
    await lagging.close();
    expect(found.gaps).toContainEqual(expect.objectContaining({ operation: 'GetKxCluster', of: 'hdb-fx' }));
    expect(lines(unusedIssues(found))).toEqual([]);
  });

  test('rejects for an environment that does not exist', async () => {
    const { environmentGraph } = await import('../../src/inventory/graph.ts');
    await expect(environmentGraph(world.call, 'nosuchenvironment')).rejects.toMatchObject({
      fields: { code: 'ResourceNotFound' },
    });
  });

  test('never has more calls in progress than allowed', async () => {
    let running = 0;
    let most = 0;
    const slow = await demo({
      before: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      },
    });
    await slow.graph('kdb-prod', { concurrency: 3 });
    expect(most).toBe(3);
    await slow.close();
  });
});

describe('the graph of the demo world', () => {
  test('shows the dependents of a volume, nearest first: a dataview, and the clusters that mount it', () => {
    const ids = dependentsOf(graph, 'volume:vol-equities').map(({ entity, distance }) => [entity.id, distance]);
    expect(ids).toEqual([
      ['dataview:equities_taq/equities_taq_static', 1],
      ['cluster:hdb-equities-a', 2],
      ['cluster:hdb-equities-b', 2],
    ]);
  });

  test('shows the dependencies of a cluster, nearest first', () => {
    const ids = dependenciesOf(graph, 'cluster:hdb-fx').map(({ entity }) => entity.id);
    expect(ids).toEqual([
      'dataview:fx_spot/fx_spot_live',
      'scaling-group:sg-history',
      'database:fx_spot',
      'volume:vol-fx',
    ]);
  });

  test('shows the contents of an environment as its dependents', () => {
    const [environment] = entitiesNamed(graph, 'kdb-prod');
    const others = graph.entities.filter(({ kind }) => kind !== 'environment' && kind !== 'changeset');
    expect(dependentsOf(graph, environment?.id ?? '').map(({ entity }) => entity)).toEqual(others);
  });

  test('shows stale clusters and dataviews', () => {
    expect(lines(staleIssues(graph))).toEqual([
      'cluster:hdb-equities-b old changeset',
      'cluster:hdb-equities-b old version',
      'cluster:hdb-futures old changeset',
    ]);
    const futures = staleIssues(graph).find(({ entity }) => entity.name === 'hdb-futures');
    expect(futures?.facts).toMatchObject({ database: 'futures_l2', behindBy: 2 });
  });

  test('shows unused entities, and no dangling references', () => {
    expect(lines(unusedIssues(graph))).toEqual(['scaling-group:sg-backtest unused', 'volume:vol-backtest unused']);
    expect(lines(danglingIssues(graph))).toEqual([]);
  });

  test('shows failed entities, and since when', () => {
    expect(lines(failedOrStuckIssues(graph))).toEqual([
      `changeset:${graph.entities.find(({ status }) => status === 'FAILED')?.id.slice(10)} failed`,
      'cluster:gp-signals failed',
      'cluster:hdb-futures replacing nodes',
    ]);
    const signals = failedOrStuckIssues(graph).find(({ entity }) => entity.name === 'gp-signals');
    expect(signals?.facts['reason']).toMatch(/Not enough memory/);
    expect(signals?.since).toBe('2026-03-16T07:14:20.000Z');
  });

  test('shows stuck entities, after several times the usual duration', () => {
    const later = { ...graph, readAt: '2026-03-17T12:00:00.000Z' };
    const stuck = failedOrStuckIssues(later).filter(({ condition }) => condition.startsWith('stuck'));
    expect(lines(stuck)).toEqual([
      'cluster:gp-reference stuck',
      'cluster:hdb-futures stuck nodes',
      'cluster:rdb-futures stuck',
    ]);
  });
});
