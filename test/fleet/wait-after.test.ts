import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Embedded, HOUR, MINUTE, openEmbedded } from '../safety/support/backend.ts';
import { type EnvironmentBuilder, openBuilder } from '../safety/support/call-environment-builder.ts';
import { accept, asked, decline, type Guard, openGuard } from '../safety/support/guard.ts';

let backend: Embedded;
let builder: EnvironmentBuilder;
let guard: Guard;
let environmentId: string;
beforeAll(async () => {
  backend = await openEmbedded('empty', 'realistic');
  builder = await openBuilder(backend.call);
  ({ environmentId } = builder);
  backend.clock.advance(HOUR);
  await builder.database('trades');
  guard = await openGuard({ call: backend.call, clock: backend.clock });
});
afterAll(async () => {
  await guard.close();
  await backend.close();
});

const later = () => backend.clock.advance(HOUR);
const deletion = (clusterName: string) => ({ tool: 'delete_kx_cluster', arguments: { environmentId, clusterName } });
const wait = async (args: object) => {
  const began = performance.now();
  const outcome = await guard.attempt({
    tool: 'wait_for_kx_entity',
    arguments: { environment: 'trading', kind: 'cluster', ...args },
  });
  if (outcome.kind !== 'done') throw new Error(outcome.kind);
  return { ...outcome.content, tookMs: performance.now() - began };
};
const AT_ONCE = { tookMs: expect.toSatisfy((ms: number) => ms < 10_000) };

describe('a wait for the end of a deletion', () => {
  it('distinguishes an entity that this server deleted from one that never existed', async () => {
    await builder.cluster('brief');
    later();
    const { state } = await asked(guard, deletion('brief'));
    await guard.attempt({ ...deletion('brief'), state, answers: accept('brief') });
    later();
    expect(await wait({ name: 'brief', until: 'DELETED' })).toMatchObject({ reached: true, status: 'DELETED' });
    expect(await wait({ name: 'brief', until: 'DELETED' })).not.toHaveProperty('why');
    expect(await wait({ name: 'never', until: 'DELETED' })).toMatchObject({ reached: false, status: 'NOT_FOUND' });
    expect(await wait({ name: 'brief' })).toMatchObject({ reached: false, why: 'It no longer exists.' });
  });

  it('ends at once if the person declined the deletion, even if an earlier entity of that name was deleted', async () => {
    const why = expect.stringContaining('no delete by this server was accepted since it was created');
    const refusal = { reached: false, status: 'RUNNING', why };
    await builder.cluster('kept');
    await builder.cluster('brief');
    later();
    for (const name of ['kept', 'brief']) {
      const { state } = await asked(guard, deletion(name));
      backend.clock.advance(MINUTE);
      await guard.attempt({ ...deletion(name), state, answers: decline });
      expect(await wait({ name, until: 'DELETED' })).toMatchObject({ ...refusal, ...AT_ONCE });
    }
  });
});

describe('a wait for the nodes of a cluster', () => {
  it('ends when the replacement of a deleted node runs', async () => {
    const capacityConfiguration = { nodeType: 'kx.s.large', nodeCount: 2 };
    const databases = [{ databaseName: 'trades' }];
    await builder.cluster('pair', { clusterType: 'HDB', capacityConfiguration, databases });
    later();
    expect(await wait({ kind: 'nodes', name: 'pair' })).toMatchObject({ reached: true, entity: 'nodes:pair' });
    const { nodes = [] } = await backend.call('ListKxClusterNodes', { environmentId, clusterName: 'pair' });
    await backend.call('DeleteKxClusterNode', {
      environmentId,
      clusterName: 'pair',
      nodeId: String(nodes[0]?.nodeId),
    });
    setTimeout(later, 300);
    const waited = await wait({ kind: 'nodes', name: 'pair' });
    expect(waited).toMatchObject({ reached: true, status: 'RUNNING' });
    expect(waited.tookMs).toBeGreaterThan(300);
  });

  it('ends if the cluster failed or does not exist', async () => {
    const failing = await openGuard({
      clock: backend.clock,
      call: async (name, input, options) => {
        const reply = await backend.call(name, input, options);
        return name === 'GetKxCluster' ? { ...reply, status: 'CREATE_FAILED' } : reply;
      },
    });
    const attempt = {
      tool: 'wait_for_kx_entity',
      arguments: { environment: 'trading', kind: 'nodes', name: 'pair' },
    };
    expect(await failing.attempt(attempt)).toMatchObject({ content: { reached: false, status: 'CREATE_FAILED' } });
    await failing.close();
    expect(await wait({ kind: 'nodes', name: 'nobody' })).toMatchObject({ reached: false, status: 'NOT_FOUND' });
  });
});

describe('a wait for several entities', () => {
  it('ends when each entity is ready or cannot become ready, and reports each', async () => {
    await builder.volume('fast');
    await builder.group('hosts');
    setTimeout(later, 300);
    const also = [
      { kind: 'scaling-group', name: 'hosts' },
      { kind: 'volume', name: 'slow' },
    ];
    const waited = await wait({ kind: 'volume', name: 'fast', also });
    expect(waited).toMatchObject({
      reached: false,
      counts: { reached: 2, pending: 0, unreachable: 1 },
      entities: [
        { entity: 'volume:fast', reached: true, status: 'ACTIVE' },
        { entity: 'scaling-group:hosts', reached: true, status: 'ACTIVE' },
        { entity: 'volume:slow', reached: false, status: 'NOT_FOUND' },
      ],
    });
    expect(waited).not.toHaveProperty('handle');
    expect(await wait({ kind: 'volume', name: 'fast', also: also.slice(0, 1) })).toMatchObject({ reached: true });
  });
});
