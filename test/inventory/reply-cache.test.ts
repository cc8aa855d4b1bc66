import { describe, expect, onTestFinished, test } from 'vitest';
import { MINUTE_MS, type ReplyCache, replyCache } from '../../src/inventory/reply-cache.ts';
import type { Call } from '../../src/operations/index.ts';
import { deferred } from '../support/deferred.ts';
import { demo, NOW } from './demo.ts';

interface Kept {
  readonly kept: ReplyCache;
  readonly world: Awaited<ReturnType<typeof demo>>;
  /** The calls of reading kdb-prod, by operation. */
  readonly read: (more?: object) => Promise<Map<string, number>>;
  readonly pass: (ms: number) => void;
  /** Calls an operation of the world, as a tool does: after a change, the cache drops what it has of the environment. */
  readonly call: Call;
  readonly environmentId: string;
}

async function opened(): Promise<Kept> {
  let now = NOW;
  const world = await demo({ lifecycle: 'instant', now: () => now });
  onTestFinished(world.close);
  const kept = replyCache({ now: () => now });
  return {
    kept,
    world,
    call: kept.invalidating(world.call),
    environmentId: await world.id('kdb-prod'),
    pass: (ms) => {
      now += ms;
    },
    read: async (more = {}) => {
      world.counts.clear();
      await world.graph('kdb-prod', { cache: kept, now: () => now, ...more });
      return new Map(world.counts);
    },
  };
}

describe('the cache of replies', () => {
  test('reuses the details of unchanged clusters, and reads volumes, databases and the lists of entities again', async () => {
    const { read } = await opened();
    const first = await read();
    const again = await read();
    expect(first.get('GetKxCluster')).toBeGreaterThan(5);
    expect(again.get('GetKxCluster')).toBeUndefined();
    for (const name of ['ListKxClusters', 'ListKxVolumes', 'GetKxVolume', 'GetKxDatabase', 'ListKxChangesets'])
      expect([name, again.get(name)]).toEqual([name, first.get(name)]);
  });

  test('gives the same graph as a read without it', async () => {
    const { kept, read, world } = await opened();
    await read();
    const { readAt: _, ...known } = await world.graph('kdb-prod', { cache: kept });
    const { readAt: __, ...fresh } = await world.graph('kdb-prod');
    expect(known).toEqual(fresh);
  });

  test('reads a cluster again that another client has changed', async () => {
    const { read, world, environmentId, pass } = await opened();
    await read();
    pass(1_000);
    const code = { s3Bucket: 'kdb-code', s3Key: 'other.zip' };
    await world.call('UpdateKxClusterCodeConfiguration', { environmentId, clusterName: 'gw-prod', code } as never);
    expect((await read()).get('GetKxCluster')).toBe(1);
    expect((await read()).get('GetKxCluster')).toBeUndefined();
  });

  test('does not keep a reply that shows another state than the list', async () => {
    const { kept } = await opened();
    const request = {
      name: 'GetKxCluster',
      input: { environmentId: 'e', clusterName: 'c' },
      version: 'one',
    } as const;
    const ask = async () => ({ status: 'UPDATING' });
    await kept.read({ ...request, isCurrent: () => false, load: ask });
    expect(kept.bytes()).toBe(0);
  });

  test('keeps the nodes of a cluster for a minute, and says when they were read', async () => {
    const { kept, read, world, pass } = await opened();
    await read();
    pass(MINUTE_MS);
    expect((await read()).get('ListKxClusterNodes')).toBeUndefined();
    const { readAt } = await world.graph('kdb-prod', { cache: kept, now: () => NOW + MINUTE_MS });
    expect(Date.parse(readAt)).toBe(NOW);
    pass(1);
    expect((await read()).get('ListKxClusterNodes')).toBeGreaterThan(5);
  });

  test('drops only the environment that this server changes', async () => {
    const { kept, read, call, world, environmentId } = await opened();
    await read();
    await world.graph('kdb-uat', { cache: kept });
    const both = kept.bytes();
    await call('UpdateKxDatabase', { environmentId, databaseName: 'fx', description: 'changed' } as never).catch(
      () => {},
    );
    expect(kept.bytes()).toBeGreaterThan(0);
    expect(kept.bytes()).toBeLessThan(both);
    expect((await read()).get('GetKxCluster')).toBeGreaterThan(5);
  });

  test('drops what it has of an environment after a change that names it by its ARN', async () => {
    const { kept, read, call, environmentId } = await opened();
    await read();
    const resourceArn = `arn:aws:finspace:us-east-1:111122223333:kxEnvironment/${environmentId}`;
    await call('TagResource', { resourceArn, tags: { a: 'b' } }).catch(() => {});
    expect(kept.bytes()).toBe(0);
  });

  test('keeps no reply that was requested before a change', async () => {
    const { kept, call, environmentId } = await opened();
    const { promise: held, resolve: release } = deferred();
    const request = { name: 'GetKxCluster', input: { environmentId, clusterName: 'c' }, version: 'one' } as const;
    const reading = kept.read({ ...request, load: async () => held.then(() => ({ status: 'RUNNING' })) });
    await call('DeleteKxCluster', { environmentId, clusterName: 'c' }).catch(() => {});
    release();
    expect(await reading).toMatchObject({ reply: { status: 'RUNNING' } });
    expect(kept.bytes()).toBe(0);
  });

  test('keeps no list of environments that was requested before a change', async () => {
    const { kept, call, environmentId } = await opened();
    const { promise: held, resolve: release } = deferred();
    const listing = kept.readEnvironments(async () => held.then(() => [{ environmentId }]));
    await call('DeleteKxEnvironment', { environmentId }).catch(() => {});
    release();
    expect(await listing).toEqual([{ environmentId }]);
    expect(kept.environments()).toBeUndefined();
    await kept.readEnvironments(async () => [{ environmentId }]);
    expect(kept.environments()).toEqual([{ environmentId }]);
  });

  test('uses nothing that was read before the clock was set back', async () => {
    const { kept, read, pass, environmentId } = await opened();
    await kept.readEnvironments(async () => [{ environmentId }]);
    await read();
    pass(-60 * MINUTE_MS);
    expect(kept.environments()).toBeUndefined();
    expect((await read()).get('ListKxClusterNodes')).toBeGreaterThan(5);
    expect((await read()).get('ListKxClusterNodes')).toBeUndefined();
  });

  test('drops everything, also the list of environments, after the world was replaced', async () => {
    let worldInstance = 'one';
    const kept = replyCache({ now: () => NOW, worldInstance: async () => worldInstance });
    await kept.dropIfReplaced();
    await kept.readEnvironments(async () => [{ environmentId: 'e' }]);
    await kept.read({ name: 'GetKxCluster', input: { environmentId: 'e' }, version: '', load: async () => ({}) });
    await kept.dropIfReplaced();
    expect(kept.environments()).toEqual([{ environmentId: 'e' }]);
    expect(kept.bytes()).toBeGreaterThan(0);
    worldInstance = 'two';
    await kept.dropIfReplaced();
    expect(kept.environments()).toBeUndefined();
    expect(kept.bytes()).toBe(0);
  });

  test('drops the least recently used reply when it is full', async () => {
    const loaded: string[] = [];
    const readFrom = (cache: ReplyCache) => (clusterName: string) => {
      const load = async () => ({ clusterName: loaded.push(clusterName) });
      const input = { environmentId: 'e', clusterName };
      return cache.read({ name: 'GetKxCluster', input, version: '', load });
    };
    const measured = replyCache({ now: () => NOW });
    await readFrom(measured)('a');
    const kept = replyCache({ now: () => NOW, maxBytes: 3 * measured.bytes() });
    const read = readFrom(kept);
    loaded.length = 0;
    for (const name of 'abcad') await read(name);
    expect(kept.bytes()).toBe(3 * measured.bytes());
    for (const name of 'acdb') await read(name);
    expect(loaded.join('')).toBe('abcdb');
  });

  test('returns nothing to a caller who may not read it', async () => {
    const { kept, read, world } = await opened();
    await read();
    const refusal = (name: string) => (name === 'GetKxCluster' ? 'Not for you.' : undefined);
    const graph = await world.graph('kdb-prod', { cache: kept, refusal });
    expect(graph.gaps).toContainEqual({ kind: 'cluster', operation: 'GetKxCluster', reason: 'Not for you.' });
    expect(graph.entities.filter(({ facts }) => facts['code'] !== undefined)).toEqual([]);
  });
});
