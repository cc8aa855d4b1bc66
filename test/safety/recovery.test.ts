import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Call, type OperationName, operationNamed } from '../../src/operations/index.ts';
import { operationOf } from '../../src/operations/naming.ts';
import type { Plan } from '../../src/safety/plan.ts';
import { memoryKits, type RecoveryKits } from '../../src/safety/recovery.ts';
import { needsKit, type RecoveryKit } from '../../src/safety/recovery-kit.ts';
import type { TeardownPlan } from '../../src/safety/teardown.ts';
import { answering, type Embedded, type Members, openEmbedded } from './support/backend.ts';
import { type EnvironmentBuilder, openBuilder } from './support/call-environment-builder.ts';
import { approved, openGuard } from './support/guard.ts';

let backend: Embedded;
let builder: EnvironmentBuilder;
beforeEach(async () => {
  backend = await openEmbedded();
  builder = await openBuilder(backend.call);
});
afterEach(() => backend.close());

/** Has a call approved by a person who types `name`; returns the kit that was written before it ran. */
async function kitOf(tool: string, given: Members, name: string, kits = memoryKits(backend.call, backend.clock.now)) {
  const beforeCall = (plan: Plan | TeardownPlan) => kits.keep(plan);
  const guard = await openGuard({ call: backend.call, clock: backend.clock, beforeCall });
  const outcome = await approved(guard, { tool, arguments: { environmentId: builder.environmentId, ...given } }, name);
  await guard.close();
  expect(outcome.kind).toBe('done');
  return newest(kits);
}

async function newest(kits: RecoveryKits) {
  const ids = await kits.list();
  return JSON.parse((await kits.read(ids.at(-1) ?? '')) ?? '') as RecoveryKit;
}

let tokens = 0;
/** Runs the creates of a kit, in order, in the environment `into`. */
async function run({ create }: RecoveryKit, into?: string): Promise<void> {
  for (const step of create) {
    const name = operationOf(step.tool) as OperationName;
    const isWhole = operationNamed(name).kind === 'kx-environment';
    if (into !== undefined && isWhole) continue;
    const clientToken = 'clientToken' in operationNamed(name).input().shape ? { clientToken: `again-${++tokens}` } : {};
    const place = into === undefined ? {} : { environmentId: into };
    await (backend.call as (name: OperationName, input: Members) => Promise<unknown>)(name, {
      ...step.arguments,
      ...place,
      ...clientToken,
    });
  }
}

/** A description without everything that depends on the time of creation. */
const lasting = (entity: unknown) =>
  Object.fromEntries(
    Object.entries(entity as Members).filter(
      ([member]) =>
        !/Timestamp$|^(?:lastCompletedChangesetId|activeVersions|changesetId|numBytes|numFiles|numChangesets)$/.test(
          member,
        ),
    ),
  );

describe('a recovery kit', () => {
  const things: [string, string, Members, (call: Call) => Promise<unknown>, OperationName][] = [
    ['a database', 'delete_kx_database', { databaseName: 'trades' }, () => builder.database('trades'), 'GetKxDatabase'],
    ['a user', 'delete_kx_user', { userName: 'ann' }, () => builder.user('ann'), 'GetKxUser'],
    ['a volume', 'delete_kx_volume', { volumeName: 'fast' }, () => builder.volume('fast'), 'GetKxVolume'],
    [
      'a scaling group',
      'delete_kx_scaling_group',
      { scalingGroupName: 'hosts' },
      () => builder.group('hosts'),
      'GetKxScalingGroup',
    ],
    [
      'a dataview',
      'delete_kx_dataview',
      { databaseName: 'trades', dataviewName: 'view' },
      async () => {
        await builder.database('trades');
        await builder.volume('fast');
        await builder.dataview('view', {
          autoUpdate: true,
          segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'fast' }],
        });
      },
      'GetKxDataview',
    ],
    ['a cluster', 'delete_kx_cluster', { clusterName: 'gateway' }, () => builder.cluster('gateway'), 'GetKxCluster'],
    [
      'a cluster that mounts a database',
      'delete_kx_cluster',
      { clusterName: 'hdb' },
      async () => {
        await builder.database('trades');
        await builder.changeset('trades');
        await builder.cluster('hdb', {
          clusterType: 'HDB',
          cacheStorageConfigurations: [],
          databases: [{ databaseName: 'trades' }],
        });
      },
      'GetKxCluster',
    ],
    [
      'a cluster that mounts a dataview',
      'delete_kx_cluster',
      { clusterName: 'hdb' },
      async () => {
        await builder.database('trades');
        await builder.group('hosts');
        await builder.changeset('trades');
        await builder.volume('fast');
        await builder.dataview('view', {
          autoUpdate: true,
          segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'fast' }],
        });
        await builder.cluster('hdb', {
          clusterType: 'GP',
          databases: [{ databaseName: 'trades', dataviewName: 'view' }],
          scalingGroupConfiguration: { scalingGroupName: 'hosts', memoryReservation: 6, nodeCount: 1 },
        });
      },
      'GetKxCluster',
    ],
    [
      'a dataview that stays at its changeset',
      'delete_kx_dataview',
      { databaseName: 'trades', dataviewName: 'monday' },
      async () => {
        await builder.database('trades');
        await builder.changeset('trades');
        await builder.dataview('monday');
      },
      'GetKxDataview',
    ],
  ];

  it.each(things)('of %s recreates it as it was', async (_, tool, given, make, getter) => {
    await make(backend.call);
    const look = async () =>
      lasting(await backend.call(getter, { environmentId: builder.environmentId, ...given } as never));
    const before = await look();
    const kit = await kitOf(tool, given, String(Object.values(given).at(-1)));
    await expect(look()).rejects.toThrow('ResourceNotFound');
    expect(kit.create).toHaveLength(1);
    expect(kit.create[0]).not.toHaveProperty('remark');
    expect(kit.about).toContain('Configuration only');
    expect(kit.lacks.join(' ')).toContain('Data that was written');
    await run(kit);
    expect(await look()).toEqual(before);
  });

  it('of an environment recreates its contents, and names its former location', async () => {
    await builder.database('trades');
    await builder.volume('fast');
    await builder.group('hosts');
    await builder.user('ann');
    await builder.dataview('view', { autoUpdate: true });
    const kit = await kitOf('delete_kx_environment', {}, `trading ${builder.environmentId.slice(0, 4)}`);
    expect(kit.create.map(({ tool }) => tool)).toEqual([
      'create_kx_environment',
      'create_kx_user',
      'create_kx_scaling_group',
      'create_kx_database',
      'create_kx_volume',
      'create_kx_dataview',
    ]);
    expect(kit.lacks).toContain(
      'Older versions: what used one of a dataview or of a deleted database uses the newest.',
    );
    expect(kit.deleted).toMatchObject({
      tool: 'delete_kx_environment',
      place: { backend: 'test', region: 'us-east-1' },
    });
    const { environmentId } = await openBuilder(backend.call, 'other');
    await run(kit, environmentId);
    expect(await backend.call('ListKxUsers', { environmentId })).toMatchObject({ users: [{ userName: 'ann' }] });
    expect(
      await backend.call('GetKxDataview', { environmentId, databaseName: 'trades', dataviewName: 'view' }),
    ).toMatchObject({ autoUpdate: true });
  });

  it('of a dataview that stays at its changeset says what to omit if its database is recreated, too', async () => {
    await builder.database('trades');
    await builder.changeset('trades');
    await builder.dataview('monday');
    const names = { databaseName: 'trades', dataviewName: 'monday' };
    const kit = await kitOf('delete_kx_dataview', names, 'monday');
    const ofDatabase = await kitOf('delete_kx_database', { databaseName: 'trades' }, 'trades');
    await run(ofDatabase);
    await expect(run(kit)).rejects.toThrow('ResourceNotFound');
    expect(kit.lacks.join(' ')).toContain('If the database of a changesetId was recreated, omit the changesetId.');
    const create = kit.create.map((step) => ({ ...step, arguments: { ...step.arguments, changesetId: undefined } }));
    await run({ ...kit, create });
    const { environmentId } = builder;
    expect(await backend.call('GetKxDataview', { environmentId, ...names })).toMatchObject({ status: 'ACTIVE' });
  });

  it('recreates a failed cluster last, because it may take memory that others need', async () => {
    await builder.group('hosts');
    const on = (memoryReservation: number) => ({
      capacityConfiguration: undefined,
      scalingGroupConfiguration: { scalingGroupName: 'hosts', memoryReservation, nodeCount: 1 },
    });
    await builder.cluster('large', on(1_000_000));
    await builder.cluster('small', on(6));
    const kit = await kitOf('tear_down_kx_environment', {}, `trading ${builder.environmentId.slice(0, 4)}`);
    const names = kit.create.map((step) => step.arguments['clusterName']).filter(Boolean);
    expect(names).toEqual(['small', 'large']);
  });

  it('recreates a writable dataview before others on its volume, which the service refuses in the other order', async () => {
    await builder.database('trades');
    await builder.changeset('trades');
    await builder.volume('fast');
    const segmentConfigurations = [{ dbPaths: ['/*'], volumeName: 'fast' }];
    await builder.dataview('writable', { readWrite: true, segmentConfigurations });
    await builder.dataview('readable', { segmentConfigurations });
    const kit = await kitOf('tear_down_kx_environment', {}, `trading ${builder.environmentId.slice(0, 4)}`);
    const { environmentId } = await openBuilder(backend.call, 'other');
    await run(kit, environmentId);
    const views = kit.create.filter(({ tool }) => tool === 'create_kx_dataview');
    expect(views).toMatchObject([
      {
        arguments: { dataviewName: 'writable' },
        remark: 'The service refuses it while another dataview is on its volume.',
      },
      { arguments: { dataviewName: 'readable' } },
    ]);
  });

  it('of a node, which the service replaces by itself, recreates nothing', async () => {
    await builder.cluster('gateway');
    const { nodes = [] } = await backend.call('ListKxClusterNodes', {
      environmentId: builder.environmentId,
      clusterName: 'gateway',
    });
    const nodeId = String(nodes[0]?.nodeId);
    const { create } = await kitOf('delete_kx_cluster_node', { clusterName: 'gateway', nodeId }, nodeId);
    expect(create).toEqual([]);
  });

  it('of a dataset browser environment is created from the nested members of its reply', async () => {
    const kits = memoryKits(
      async () =>
        ({ environment: { name: 'research', kmsKeyId: 'key', environmentId: 'abc', environmentArn: 'arn' } }) as never,
      backend.clock.now,
    );
    await kits.keep({
      operation: 'DeleteEnvironment',
      tool: 'delete_environment',
      input: { environmentId: 'abc' },
    } as unknown as Plan);
    expect((await newest(kits)).create).toMatchObject([
      { tool: 'create_environment', arguments: { name: 'research', kmsKeyId: 'key' } },
    ]);
  });

  it('of a dataset browser environment tags the new environment, not the deleted one', async () => {
    const tags = { team: 'kai' };
    const { environmentId = '' } = await backend.call('CreateEnvironment', { name: 'research', tags } as never);
    const kit = await kitOf('delete_environment', { environmentId }, `research ${environmentId.slice(0, 4)}`);
    expect(kit.about).toContain('<environmentArn>');
    expect(kit.create).toEqual([
      { tool: 'create_environment', arguments: expect.objectContaining({ name: 'research' }) },
      { tool: 'tag_resource', arguments: { resourceArn: '<environmentArn>', tags } },
    ]);
    expect(kit.lacks.join(' ')).toContain('superuser');
  });

  it('of an entity that disappeared in the meantime contains what the call said about it', async () => {
    const gone = answering(backend.call, (name, reply) => (name === 'ListKxUsers' ? { users: [] } : reply));
    const kits = memoryKits(gone, backend.clock.now);
    const input = { environmentId: builder.environmentId, userName: 'ann' };
    await kits.keep({ operation: 'DeleteKxUser', tool: 'delete_kx_user', input } as unknown as Plan);
    expect((await newest(kits)).create).toMatchObject([{ arguments: input, remark: 'Fill in manually: iamRole.' }]);
  });

  it('is required for deletions only', () => {
    const plan = (operation: OperationName) => ({ operation }) as Plan;
    expect(needsKit(plan('DeleteKxUser'))).toBe(true);
    expect(needsKit(plan('UpdateKxEnvironmentNetwork'))).toBe(false);
    expect(needsKit({ deletions: [] } as unknown as TeardownPlan)).toBe(true);
  });
});
