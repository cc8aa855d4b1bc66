import { afterEach, describe, expect, it } from 'vitest';
import type { Call, OperationName } from '../../src/operations/index.ts';
import { typedIn } from '../support/typed.ts';
import { type Embedded, HOUR, openEmbedded, type Spy, spyOn } from './support/backend.ts';
import { type EnvironmentBuilder, openBuilder } from './support/call-environment-builder.ts';
import { accept, asked, type Guard, openGuard } from './support/guard.ts';

const TOOL = 'tear_down_kx_environment';
const REASON = 'The network interface is in use';

describe('a teardown with a deletion that fails', () => {
  const opened: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close();
  });

  /** A service on which the deletions of these operations fail until it is healed; `around` replaces its call. */
  const failing = async (
    operations: readonly OperationName[],
    {
      lifecycle = 'instant',
      around,
    }: { lifecycle?: 'instant' | 'realistic'; around?: (backend: Embedded) => Call } = {},
  ) => {
    let isHealed = false;
    const backend = await openEmbedded('empty', lifecycle, (name) =>
      !isHealed && operations.includes(name) ? { failure: { reason: REASON }, delayMs: 0 } : undefined,
    );
    opened.push(() => backend.close());
    const builder = await openBuilder(backend.call);
    backend.clock.advance(HOUR);
    const spy = spyOn(around?.(backend) ?? backend.call);
    const guard = await openGuard({ call: spy.call, clock: backend.clock });
    opened.push(() => guard.close());
    return { backend, builder, spy, guard, heal: () => (isHealed = true) };
  };

  const approve = async (guard: Guard, { environmentId }: EnvironmentBuilder, only?: readonly string[]) => {
    const attempt = { tool: TOOL, arguments: { environmentId, ...(only && { only }) } };
    const { message, state } = await asked(guard, attempt);
    const outcome = await guard.attempt({ ...attempt, state, answers: accept(typedIn(message)) });
    if (outcome.kind !== 'done') throw new Error(outcome.kind);
    return { message, content: outcome.content, text: outcome.text };
  };
  const deletions = ({ reached }: Spy) => reached.map(({ name }) => name);

  const furnished = async (builder: EnvironmentBuilder, { clock }: Embedded) => {
    await builder.database('trades');
    for (const name of ['rdb', 'hdb']) await builder.cluster(name);
    await builder.user('ann');
    clock.advance(HOUR);
  };
  const FAILED = (name: string) => ({ entity: `cluster "${name}"`, status: 'DELETE_FAILED', reason: REASON });

  it('requests no further deletion, and says which one failed and why', async () => {
    const { backend, builder, spy, guard } = await failing(['DeleteKxCluster']);
    await furnished(builder, backend);
    const { content } = await approve(guard, builder);
    expect(content).toMatchObject({
      finished: false,
      requested: 1,
      left: 4,
      why: `The deletion of cluster "hdb" failed with the status DELETE_FAILED: "${REASON}".`,
      failed: [FAILED('hdb')],
      rest: [
        'cluster "rdb" ("GP, RUNNING, unsaved data in memory")',
        'database "trades" ("0 B, 0 changesets")',
        'user "ann"',
        expect.anything(),
      ],
    });
    expect(deletions(spy)).toEqual(['DeleteKxCluster']);
  });

  it('stops waiting when the deletion fails that the next one waits for', async () => {
    let looks = 0;
    const { backend, builder, spy, guard } = await failing(['DeleteKxCluster'], {
      lifecycle: 'realistic',
      around:
        ({ call, clock }) =>
        async (name, input, options) => {
          // Both deletions were requested, and the environment waits for them.
          if (name === 'ListKxClusters' && spy.reached.length === 2 && ++looks === 2) clock.advance(HOUR);
          return call(name, input, options);
        },
    });
    for (const name of ['rdb', 'hdb']) await builder.cluster(name);
    backend.clock.advance(HOUR);
    expect((await approve(guard, builder)).content).toMatchObject({
      requested: 2,
      left: 1,
      why: expect.stringContaining('The deletion of cluster "hdb" failed with the status DELETE_FAILED'),
      failed: [FAILED('hdb'), FAILED('rdb')],
    });
    expect(deletions(spy)).toEqual(['DeleteKxCluster', 'DeleteKxCluster']);
  });

  it('deletes nothing after a failure that shows while a step is authorized', async () => {
    let looks = 0;
    const { backend, builder, spy, guard } = await failing(['DeleteKxVolume'], {
      lifecycle: 'realistic',
      around:
        ({ call, clock }) =>
        async (name, input, options) => {
          // The plan of the step reads the user once, and its authorization again.
          if (name === 'ListKxUsers' && spy.reached.length === 1 && ++looks === 2) clock.advance(HOUR);
          return call(name, input, options);
        },
    });
    await builder.volume('fast');
    await builder.user('ann');
    backend.clock.advance(HOUR);
    expect((await approve(guard, builder, ['fast', 'ann'])).content).toMatchObject({
      requested: 1,
      left: 1,
      failed: [{ entity: 'volume "fast"', status: 'DELETE_FAILED', reason: REASON }],
    });
    expect(deletions(spy)).toEqual(['DeleteKxVolume']);
  });

  it('goes on after a reply that is older than the deletion of a failed entity', async () => {
    let stale: object | undefined;
    const { backend, builder, spy, guard, heal } = await failing(['DeleteKxCluster'], {
      around:
        ({ call }) =>
        async (name, input, options) => {
          const isFirstLook = name === 'GetKxCluster' && spy.reached.length === 1 && stale !== undefined;
          const output = isFirstLook ? stale : await call(name, input, options);
          if (isFirstLook) stale = undefined;
          else if (name === 'GetKxCluster') stale = output;
          return output as never;
        },
    });
    await builder.cluster('hdb');
    await builder.user('ann');
    await backend.call('DeleteKxCluster', { environmentId: builder.environmentId, clusterName: 'hdb' });
    backend.clock.advance(HOUR);
    heal();
    const { content } = await approve(guard, builder, ['hdb', 'ann']);
    expect(content).toMatchObject({ finished: true, requested: 2 });
    expect(stale).toBeUndefined();
  });

  it('stops at the failure of a deletion that was in progress before', async () => {
    let isPlanned = false;
    let looks = 0;
    const { backend, builder, spy, guard } = await failing(['DeleteKxVolume'], {
      lifecycle: 'realistic',
      around:
        ({ call, clock }) =>
        async (name, input, options) => {
          const output = await call(name, input, options);
          if (isPlanned && name === 'GetKxVolume' && looks++ === 0) clock.advance(60_000);
          return output;
        },
    });
    const { environmentId } = builder;
    await builder.volume('fast');
    await builder.user('ann');
    backend.clock.advance(HOUR);
    await backend.call('DeleteKxVolume', { environmentId, volumeName: 'fast' });
    const attempt = { tool: TOOL, arguments: { environmentId, only: ['fast', 'ann'] } };
    const { message, state } = await asked(guard, attempt);
    isPlanned = true;
    expect(await guard.attempt({ ...attempt, state, answers: accept(typedIn(message)) })).toMatchObject({
      content: { finished: false, requested: 0, left: 1, why: expect.stringContaining('volume "fast" failed') },
    });
    expect(deletions(spy)).toEqual([]);
  });

  it('reports failed deletions apart from those in progress, and waits only for the latter', async () => {
    const { backend, builder, guard } = await failing(['DeleteKxVolume'], {
      lifecycle: 'realistic',
      around:
        ({ call, clock }) =>
        async (name, input, options) => {
          const output = await call(name, input, options);
          if (name === 'DeleteKxVolume') clock.advance(60_000);
          return output;
        },
    });
    const { environmentId } = builder;
    await builder.cluster('hdb');
    await builder.volume('fast');
    backend.clock.advance(HOUR);
    const { content, text } = await approve(guard, builder, ['hdb', 'fast']);
    expect(content).toEqual({
      ...{ finished: false, requested: 2, gone: 0, left: 0 },
      failed: [{ entity: 'volume "fast"', status: 'DELETE_FAILED', reason: REASON }],
      ...{ underway: 1, entities: ['cluster "hdb"'] },
      next: {
        tool: 'wait_for_kx_entity',
        arguments: { environment: environmentId, kind: 'cluster', name: 'hdb', until: 'DELETED' },
      },
    });
    expect(text).toContain('All deletions were accepted, but 1 of them failed.');
    expect(text).toContain('To wait for the end');
  });

  it('reports nothing in progress if all deletions have failed', async () => {
    const { backend, builder, guard } = await failing(['DeleteKxCluster']);
    await furnished(builder, backend);
    const { content, text } = await approve(guard, builder, ['hdb']);
    expect(content).toEqual({ ...{ finished: false, requested: 1, gone: 0, left: 0 }, failed: [FAILED('hdb')] });
    expect(text).not.toContain('nothing is left to approve');
  });

  it('can be continued: the next plan shows the failure, and stops at it again', async () => {
    const { backend, builder, spy, guard, heal } = await failing(['DeleteKxCluster', 'DeleteKxVolume']);
    await builder.volume('fast');
    await builder.cluster('hdb');
    await builder.user('ann');
    backend.clock.advance(HOUR);
    await approve(guard, builder);
    expect((await approve(guard, builder)).content).toMatchObject({ requested: 1, left: 3, failed: [FAILED('hdb')] });
    expect(deletions(spy)).toEqual(['DeleteKxCluster', 'DeleteKxCluster']);
    await approve(guard, builder, ['fast']);
    heal();
    const { message, content } = await approve(guard, builder);
    expect(content).toMatchObject({ finished: true, requested: 4, left: 0 });
    expect(message).toContain('cluster "hdb" ("GP, DELETE_FAILED")');
    expect(message).toContain('volume "fast" ("1200 GB of SSD_1000, DELETE_FAILED")');
  });
});
