import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyIn, lineage, NAMES, nameIn, pathOf } from '../../src/kinds/names.ts';
import { statusMeanings } from '../../src/kinds/statuses.ts';
import type { KindName } from '../../src/kinds/views.ts';
import { splitArn } from '../../src/local/arns.ts';
import type { Entity } from '../../src/local/transaction.ts';
import { riskOf } from '../../src/operations/derive.ts';
import type { OperationName } from '../../src/operations/index.ts';
import { operationNamed } from '../../src/operations/index.ts';
import { toolName } from '../../src/operations/naming.ts';
import { type Embedded, HOUR, type Members, openEmbedded, WORLD } from './support/backend.ts';
import { KEY, openBuilder, ROLE } from './support/call-environment-builder.ts';
import { type Guard, openGuard } from './support/guard.ts';
import { TARGETED, type Targeted, targetKind } from './support/targets.ts';

let backend: Embedded;
let guard: Guard;
/** The arguments with which each operation is tried. */
let inputs: Readonly<Record<Targeted, Members>>;
let environment: Place;

beforeAll(async () => {
  backend = await openEmbedded('empty', 'realistic');
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
  environment = placeIn('kx-environment', { environmentId });
});
afterAll(async () => {
  await guard.close();
  await backend.close();
});

type Place = readonly [collection: string, name: string];

/** The place in the store of the entity that arguments identify. */
function placeIn(kind: KindName, input: Members): Place {
  const key = keyIn(kind, input);
  const [root = kind] = lineage(kind);
  const arn = `${WORLD.arn}:${NAMES[root].inArn}/${nameIn(root, key)}${pathOf(kind, key)}`;
  const { collection, name } = splitArn(arn);
  return [collection, name];
}

/** What an operation may change; a create changes nothing that could be restored. */
const placeOfTarget = (operation: Targeted): Place =>
  operationNamed(operation).risk === 'create' ? environment : placeIn(targetKind(operation), inputs[operation]);

/** A deleted entity cannot be called again, except kdb environments, which remain readable. */
const statusesOf = (kind: KindName) =>
  Object.keys(statusMeanings(kind)).filter((status) => status !== 'DELETED' || kind === 'kx-environment');

/** Runs work while an entity has a status, and restores everything that it changed. */
async function having<T>(at: Place, status: string, target: Place, work: () => Promise<T>) {
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

/** The preview, whether a person would have to approve, and the reply of the service. */
async function tried(operation: Targeted): Promise<Guidance & { asked: boolean; happens: string }> {
  const tool = toolName(operation);
  const input = inputs[operation];
  const preview = await guard.attempt({ tool: 'plan_change', arguments: { tool, arguments: input } });
  if (preview.kind !== 'done') throw new Error(`${operation}: ${preview.kind}`);
  const { blocked, wouldRun, notChecked, blockers } = preview.content as unknown as Preview;
  // It says that a call would run only if it checked everything that matters.
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

const cases = TARGETED.flatMap((operation) =>
  statusesOf(targetKind(operation)).map((status) => [operation, status] as const),
);

it('tries every operation that has a target', () => {
  const name = 'name its arguments in test/safety/statuses.ci.test.ts';
  expect(Object.keys(inputs).sort(), name).toEqual([...TARGETED].sort());
});

describe('a call that the service rejects by status requests no approval, and its preview says so', () => {
  it.each(cases)('%s of an entity that is %s', async (operation, status) => {
    const target = placeOfTarget(operation);
    const { wouldRun, asked, happens, firsts } = await having(target, status, target, () => tried(operation));
    expect({ wouldRun, asked }, `${happens}; ${firsts.join(' ')}`).toEqual({
      wouldRun: happens === 'done',
      asked: happens === 'done',
    });
  });

  const inside = TARGETED.filter((operation) => /Kx(?!Environment)/.test(operation));
  const all = inside.flatMap((operation) => statusesOf('kx-environment').map((status) => [operation, status] as const));
  it.each(all)('%s in an environment that is %s', async (operation, status) => {
    const target = placeOfTarget(operation);
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
    const target = placeOfTarget(operation);
    const { firsts } = await having(target, status, target, () => tried(operation));
    expect(firsts).toEqual([first]);
  });

  it('a dataview that is being deleted blocks the deletion of its database', async () => {
    const { environmentId } = inputs.DeleteKxVolume as { environmentId: string };
    const at = placeOfTarget('DeleteKxDataview');
    inputs = { ...inputs, DeleteKxDatabase: { environmentId, databaseName: 'trades' } };
    const { wouldRun, firsts, happens } = await having(at, 'DELETING', at, () => tried('DeleteKxDatabase'));
    expect(wouldRun).toBe(false);
    expect(happens).toBe('Conflict');
    expect(firsts.at(-1)).toBe('It is already being deleted: wait_for_kx_entity (kind dataview, until DELETED).');
  });

  it('a cluster whose deletion failed does not block the deletion of its database', async () => {
    const { environmentId } = inputs.DeleteKxVolume as { environmentId: string };
    const { call } = backend;
    await call('DeleteKxDataview', { environmentId, databaseName: 'trades', dataviewName: 'idle', clientToken: 'dv' });
    await call('DeleteKxCluster', { environmentId, clusterName: 'science' });
    backend.clock.advance(4 * 60_000 + 1);
    inputs = { ...inputs, DeleteKxDatabase: { environmentId, databaseName: 'trades' } };
    const science = placeOfTarget('DeleteKxCluster');
    const { wouldRun, happens } = await having(science, 'DELETE_FAILED', science, () => tried('DeleteKxDatabase'));
    expect({ wouldRun, happens }).toEqual({ wouldRun: true, happens: 'done' });
  });
});
