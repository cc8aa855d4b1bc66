import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kindInArn } from '../../src/kinds/names.ts';
import { statesOf } from '../../src/kinds/statuses.ts';
import { environments } from '../../src/local/arns.ts';
import type { Entity } from '../../src/local/transaction.ts';
import { riskOf } from '../../src/operations/derive.ts';
import type { OperationName } from '../../src/operations/index.ts';
import { operationNamed } from '../../src/operations/index.ts';
import { toolName } from '../../src/operations/naming.ts';
import { inDatabase, inEnvironment } from '../local/collections.ts';
import { type Embedded, embedded, HOUR, type Members, WORLD } from './support/backend.ts';
import { KEY, openBuilder, ROLE } from './support/environment-builder.ts';
import { type Guard, openGuard } from './support/guard.ts';
import { TARGETED } from './support/targets.ts';

let backend: Embedded;
let guard: Guard;
/** What each operation is tried with. */
let inputs: Partial<Record<OperationName, Members>>;
/** Where the target of each operation stands in the store. */
let places: Partial<Record<OperationName, [collection: string, name: string]>>;
let environment: [collection: string, name: string];

beforeAll(async () => {
  backend = await embedded('empty', 'realistic');
  const { call, clock } = backend;
  guard = await openGuard({ call, clock });
  const builder = await openBuilder(call);
  const bare = await openBuilder(call, 'bare');
  const legacy = await call('CreateEnvironment', { name: 'research', kmsKeyId: KEY });
  clock.advance(HOUR);
  const { environmentId } = builder;
  await builder.database('trades');
  await builder.changeset('trades');
  await builder.database('spare');
  await builder.volume('fast');
  await builder.group('hosts');
  await builder.user('ann');
  await builder.dataview('idle', { autoUpdate: true });
  clock.advance(HOUR);
  await builder.cluster('science', { databases: [{ databaseName: 'trades' }] });
  await builder.changeset('trades', '/2026.03.17/');
  clock.advance(HOUR);
  const cluster = { environmentId, clusterName: 'science' };
  const { nodes = [] } = await call('ListKxClusterNodes', cluster);
  const code = { s3Bucket: 'bucket', s3Key: 'code.zip' };
  const customDNSConfiguration = [{ customDNSServerName: 'dns.x.y', customDNSServerIP: '10.0.0.1' }];
  const volume = { environmentId, volumeName: 'fast' };
  inputs = {
    CreateKxChangeset: {
      environmentId,
      databaseName: 'trades',
      changeRequests: [{ changeType: 'DELETE', dbPath: '/' }],
    },
    DeleteEnvironment: { environmentId: legacy.environmentId },
    DeleteKxCluster: cluster,
    DeleteKxClusterNode: { ...cluster, nodeId: nodes[0]?.nodeId },
    DeleteKxDatabase: { environmentId, databaseName: 'spare' },
    DeleteKxDataview: { environmentId, databaseName: 'trades', dataviewName: 'idle' },
    DeleteKxEnvironment: { environmentId: bare.environmentId },
    DeleteKxScalingGroup: { environmentId, scalingGroupName: 'hosts' },
    DeleteKxUser: { environmentId, userName: 'ann' },
    DeleteKxVolume: volume,
    UpdateEnvironment: { environmentId: legacy.environmentId, description: 'new' },
    UpdateKxClusterCodeConfiguration: { ...cluster, code },
    UpdateKxClusterDatabases: { ...cluster, databases: [{ databaseName: 'trades' }] },
    UpdateKxDatabase: { environmentId, databaseName: 'trades', description: 'new' },
    UpdateKxDataview: { environmentId, databaseName: 'trades', dataviewName: 'idle', description: 'new' },
    UpdateKxEnvironment: { environmentId: bare.environmentId, description: 'new' },
    UpdateKxEnvironmentNetwork: { environmentId: bare.environmentId, customDNSConfiguration },
    UpdateKxUser: { environmentId, userName: 'ann', iamRole: `${ROLE}-2` },
    UpdateKxVolume: { ...volume, description: 'new' },
  };
  const inside = (kind: Parameters<typeof inEnvironment>[2], name: string): [string, string] => [
    inEnvironment(WORLD, environmentId, kind),
    name,
  ];
  environment = [environments(WORLD), environmentId];
  const [whole, science] = [[environments(WORLD), bare.environmentId], inside('kxCluster', 'science')] as const;
  places = {
    // Not its database: putting that back would give two changesets one place.
    CreateKxChangeset: inside('kxUser', 'ann'),
    DeleteEnvironment: [`${WORLD.arn}:environment`, String(legacy.environmentId)],
    DeleteKxCluster: science,
    DeleteKxClusterNode: [`${science.join('/')}/kxNode`, String(nodes[0]?.nodeId)],
    DeleteKxDatabase: inside('kxDatabase', 'spare'),
    DeleteKxDataview: [inDatabase(WORLD, environmentId, 'trades', 'kxDataview'), 'idle'],
    DeleteKxEnvironment: [...whole],
    DeleteKxScalingGroup: inside('kxScalingGroup', 'hosts'),
    DeleteKxUser: inside('kxUser', 'ann'),
    DeleteKxVolume: inside('kxVolume', 'fast'),
    UpdateEnvironment: [`${WORLD.arn}:environment`, String(legacy.environmentId)],
    UpdateKxClusterCodeConfiguration: science,
    UpdateKxClusterDatabases: science,
    UpdateKxDatabase: inside('kxDatabase', 'trades'),
    UpdateKxDataview: [inDatabase(WORLD, environmentId, 'trades', 'kxDataview'), 'idle'],
    UpdateKxEnvironment: [...whole],
    UpdateKxEnvironmentNetwork: [...whole],
    UpdateKxUser: inside('kxUser', 'ann'),
    UpdateKxVolume: inside('kxVolume', 'fast'),
  };
});
afterAll(async () => {
  await guard.close();
  await backend.close();
});

const KIND_OF: Partial<Record<OperationName, string>> = {
  DeleteEnvironment: 'environment',
  DeleteKxCluster: 'kxCluster',
  DeleteKxClusterNode: 'kxNode',
  DeleteKxDataview: 'kxDataview',
  DeleteKxEnvironment: 'kxEnvironment',
  DeleteKxScalingGroup: 'kxScalingGroup',
  DeleteKxVolume: 'kxVolume',
  UpdateEnvironment: 'environment',
  UpdateKxClusterCodeConfiguration: 'kxCluster',
  UpdateKxClusterDatabases: 'kxCluster',
  UpdateKxDataview: 'kxDataview',
  UpdateKxEnvironment: 'kxEnvironment',
  UpdateKxEnvironmentNetwork: 'kxEnvironment',
  UpdateKxVolume: 'kxVolume',
};

/** What is gone is not there to be asked for again, but for environments, which stay to be looked at. */
const statusesOf = (kind: string) =>
  Object.keys(statesOf(kindInArn(kind))).filter((status) => status !== 'DELETED' || kind === 'kxEnvironment');

/** Does something while an entity has a status, and puts everything back that it touched. */
async function having<T>(at: [string, string], status: string, target: [string, string], work: () => Promise<T>) {
  const kept = await backend.store.read((tx) => Promise.all([at, target].map(([place, name]) => tx.get(place, name))));
  const [entity] = kept as [Entity, Entity];
  await backend.store.write((tx) => tx.put({ ...entity, status, due: null, plannedFailure: null }));
  try {
    return await work();
  } finally {
    await backend.store.write(async (tx) => {
      for (const each of kept as Entity[]) await tx.put(each);
    });
  }
}

interface Preview {
  readonly blocked: boolean;
  readonly wouldRun?: boolean;
  readonly notChecked?: string[];
  readonly blockers: { readonly first: string }[];
}

interface Guidance {
  readonly wouldRun: boolean;
  readonly firsts: string[];
}

/** What the preview says, whether a person would be asked, and what the service does. */
async function tried(operation: OperationName): Promise<Guidance & { asked: boolean; happens: string }> {
  const tool = toolName(operation);
  const input = inputs[operation] as Members;
  const preview = await guard.attempt({ tool: 'plan_change', arguments: { tool, arguments: input } });
  if (preview.kind !== 'done') throw new Error(`${operation}: ${preview.kind}`);
  const { blocked, wouldRun, notChecked, blockers } = preview.content as unknown as Preview;
  // It says that a call would run only where it looked at all that counts.
  expect(wouldRun).toBe(notChecked === undefined ? !blocked : undefined);
  const asks = ['destroy', 'network'].includes(riskOf(operationNamed(operation), input));
  const outcome = asks
    ? (await guard.attempt({ tool, arguments: input, principal: `${Math.random()}` })).kind
    : undefined;
  const happens = await backend
    .call(operation, { ...input, ...(hasToken(operation) ? { clientToken: `t-${++tokens}` } : {}) } as never)
    .then(
      () => 'done',
      ({ fields }) => fields.code as string,
    );
  const asked = asks ? outcome === 'asked' : !blocked;
  return { wouldRun: !blocked, asked, happens, firsts: blockers.map(({ first }) => first) };
}

let tokens = 0;
const hasToken = (operation: OperationName) => 'clientToken' in operationNamed(operation).input().shape;

const cases = TARGETED.flatMap((operation) => {
  const kind = KIND_OF[operation];
  return kind === undefined ? [] : statusesOf(kind).map((status) => [operation, status] as const);
});

describe('a call that the service rejects by status requests no approval, and its preview says so', () => {
  it.each(cases)('%s of an entity that is %s', async (operation, status) => {
    const target = places[operation] as [string, string];
    const { wouldRun, asked, happens, firsts } = await having(target, status, target, () => tried(operation));
    expect({ wouldRun, asked }, `${happens}; ${firsts.join(' ')}`).toEqual({
      wouldRun: happens === 'done',
      asked: happens === 'done',
    });
  });

  const inside = TARGETED.filter((operation) => /Kx(?!Environment)/.test(operation));
  const all = inside.flatMap((operation) => statusesOf('kxEnvironment').map((status) => [operation, status] as const));
  it.each(all)('%s in an environment that is %s', async (operation, status) => {
    const target = places[operation] as [string, string];
    const { wouldRun, asked, happens } = await having(environment, status, target, () => tried(operation));
    expect({ wouldRun, asked }, happens).toEqual({ wouldRun: happens === 'done', asked: happens === 'done' });
  });

  it.each([
    ['DeleteKxCluster', 'DELETING', 'It is already being deleted: wait_for_kx_entity (kind cluster, until DELETED).'],
    ['DeleteKxEnvironment', 'DELETED', 'It is already deleted.'],
    ['DeleteKxEnvironment', 'SUSPENDED', 'It is suspended. This server cannot change that.'],
    [
      'DeleteEnvironment',
      'DELETE_REQUESTED',
      'It is already being deleted: repeat get_environment until it is DELETED.',
    ],
    ['DeleteKxVolume', 'UPDATING', 'It must be ACTIVE: wait_for_kx_entity (kind volume, until ACTIVE).'],
    ['DeleteKxScalingGroup', 'CREATING', 'It must be ACTIVE: wait_for_kx_entity (kind scaling-group, until ACTIVE).'],
    ['UpdateKxVolume', 'DELETING', 'It is being deleted: neither it nor its contents can be changed.'],
    [
      'UpdateKxClusterDatabases',
      'CREATE_FAILED',
      'It failed, and waiting does not help: delete it and create it again.',
    ],
  ] as const)('%s of an entity that is %s says what to do', async (operation, status, first) => {
    const target = places[operation] as [string, string];
    const { firsts } = await having(target, status, target, () => tried(operation));
    expect(firsts).toEqual([first]);
  });

  it('a dataview that is being deleted blocks its database and its volume', async () => {
    const { environmentId } = inputs['DeleteKxVolume'] as { environmentId: string };
    const at = places.DeleteKxDataview as [string, string];
    inputs = { ...inputs, DeleteKxDatabase: { environmentId, databaseName: 'trades' } };
    const { wouldRun, firsts, happens } = await having(at, 'DELETING', at, () => tried('DeleteKxDatabase'));
    expect(wouldRun).toBe(false);
    expect(happens).toBe('Conflict');
    expect(firsts.at(-1)).toBe('It is already being deleted: wait_for_kx_entity (kind dataview, until DELETED).');
  });

  it('a cluster whose deletion failed blocks nothing', async () => {
    const { environmentId } = inputs['DeleteKxVolume'] as { environmentId: string };
    const { call } = backend;
    await call('DeleteKxDataview', { environmentId, databaseName: 'trades', dataviewName: 'idle', clientToken: 'dv' });
    await call('DeleteKxCluster', { environmentId, clusterName: 'science' });
    backend.clock.advance(4 * 60_000 + 1);
    inputs = { ...inputs, DeleteKxDatabase: { environmentId, databaseName: 'trades' } };
    const science = places.DeleteKxCluster as [string, string];
    const { wouldRun, happens } = await having(science, 'DELETE_FAILED', science, () => tried('DeleteKxDatabase'));
    expect({ wouldRun, happens }).toEqual({ wouldRun: true, happens: 'done' });
  });
});
