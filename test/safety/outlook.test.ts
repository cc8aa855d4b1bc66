import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { environments, inDatabase, inEnvironment } from '../../src/local/arns.ts';
import { quotasOf } from '../../src/local/quotas.ts';
import type { Entity } from '../../src/local/transaction.ts';
import { FinspaceError } from '../../src/operations/failure.ts';
import type { Call, OperationName } from '../../src/operations/index.ts';
import { operationNamed } from '../../src/operations/index.ts';
import { toolName } from '../../src/operations/naming.ts';
import { answering, type Embedded, embedded, HOUR, type Members, SECOND, spyOn, WORLD } from './support/backend.ts';
import { type Estate, KEY, openEstate, ROLE, ZONE } from './support/estate.ts';
import { openGuard } from './support/guard.ts';

let backend: Embedded;
let estate: Estate;
beforeEach(async () => {
  backend = await embedded('empty', 'realistic');
  estate = await openEstate(backend.call);
  backend.clock.advance(HOUR);
  await estate.database('trades');
  await estate.changeset('trades');
  for (const name of ['fast', 'spare']) await estate.volume(name);
  await estate.group('hosts');
  backend.clock.advance(HOUR);
  await estate.dataview('view', {
    autoUpdate: true,
    segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'fast' }],
  });
  backend.clock.advance(HOUR);
});
afterEach(() => backend.close());

interface Preview {
  readonly blocked: boolean;
  readonly wouldRun?: boolean;
  readonly notChecked?: string[];
  readonly quotas: string[];
  readonly blockers: { kind: string; name: string; detail?: string; first: string }[];
  readonly warnings: { kind: string; name: string; detail?: string; first: string }[];
}

async function preview(operation: OperationName, input: Members, call: Call = backend.call, knowsQuotas = true) {
  const quotas = async () => (knowsQuotas ? backend.store.read((tx) => quotasOf({ tx, world: WORLD })) : undefined);
  const guard = await openGuard({ call, clock: backend.clock, quotas });
  try {
    const given = { tool: toolName(operation), arguments: input };
    const outcome = await guard.attempt({ tool: 'plan_change', arguments: given });
    if (outcome.kind !== 'done') throw new Error(`${outcome.kind}: ${'text' in outcome ? outcome.text : ''}`);
    return outcome.content as unknown as Preview;
  } finally {
    await guard.close();
  }
}

const run = (operation: OperationName, input: Members) =>
  backend
    .call(operation, {
      ...input,
      ...('clientToken' in operationNamed(operation).input().shape ? { clientToken: 'once' } : {}),
    } as never)
    .then(
      () => 'done',
      (error: FinspaceError) => error.fields.code as string,
    );

const having = (collection: string, name: string, change: object) =>
  backend.store.write((tx) => tx.put({ ...(tx.get(collection, name) as Entity), due: null, fate: null, ...change }));
const inside = (kind: Parameters<typeof inEnvironment>[2]) => inEnvironment(WORLD, estate.environmentId, kind);
const published = () => backend.store.write((tx) => tx.putSettings(WORLD.arn, { quotas: 'published' }));

const ELSEWHERE = 'use1-az4';
const NOWHERE = 'use9-az1';
const here = (rest: Members = {}): Members => ({ environmentId: estate.environmentId, ...rest });
const cluster = (rest: Members = {}) =>
  here({
    clusterName: 'new',
    clusterType: 'GP',
    releaseLabel: '1.0',
    azMode: 'SINGLE',
    availabilityZoneId: ZONE,
    vpcConfiguration: {
      vpcId: 'vpc-0c81f2d9a4e6b7351',
      securityGroupIds: ['sg-07a1e93bd52f4c618'],
      subnetIds: ['subnet-04d9b6a17e83c5f21'],
      ipAddressType: 'IP_V4',
    },
    ...(rest['scalingGroupConfiguration'] === undefined && {
      capacityConfiguration: { nodeType: 'kx.s.large', nodeCount: 1 },
    }),
    ...rest,
  });
const on = (scalingGroupName: string, memoryReservation = 6, nodeCount = 1) => ({
  scalingGroupConfiguration: { scalingGroupName, memoryReservation, nodeCount },
});
const volume = (rest: Members = {}) =>
  here({
    volumeName: 'new',
    volumeType: 'NAS_1',
    azMode: 'SINGLE',
    availabilityZoneIds: [ZONE],
    nas1Configuration: { type: 'SSD_1000', size: 1200 },
    ...rest,
  });
const dataview = (rest: Members = {}) =>
  here({ databaseName: 'trades', dataviewName: 'new', azMode: 'SINGLE', availabilityZoneId: ZONE, ...rest });
const segment = (volumeName: string) => ({ segmentConfigurations: [{ dbPaths: ['/*'], volumeName }] });
const group = (rest: Members = {}) =>
  here({ scalingGroupName: 'new', hostType: 'kx.sg.large', availabilityZoneId: ZONE, ...rest });
const change = (databaseName: string) =>
  here({ databaseName, changeRequests: [{ changeType: 'PUT', s3Path: 's3://some-bucket/data/', dbPath: '/a/' }] });
const RDB = { clusterType: 'RDB', ...on('hosts') };
const mounting = (mount: Members) => cluster({ clusterType: 'HDB', ...on('hosts'), databases: [mount] });
const sized = (nodeType: string, nodeCount: number) => ({ capacityConfiguration: { nodeType, nodeCount } });
const view = () => inDatabase(WORLD, estate.environmentId, 'trades', 'kxDataview');

type Row = readonly [
  title: string,
  operation: OperationName,
  input: () => Members | Promise<Members>,
  blockers: readonly string[],
];

/** After something has been done to the world. */
const after = (prepare: () => Promise<unknown>, input: () => Members) => async () => {
  await prepare();
  return input();
};

const FREE: readonly Row[] = [
  ['a database', 'CreateKxDatabase', () => here({ databaseName: 'new' }), []],
  ['a changeset', 'CreateKxChangeset', () => change('trades'), []],
  ['a user', 'CreateKxUser', () => here({ userName: 'new', iamRole: ROLE }), []],
  ['a scaling group', 'CreateKxScalingGroup', () => group(), []],
  ['a volume', 'CreateKxVolume', () => volume(), []],
  ['a dataview', 'CreateKxDataview', () => dataview({ autoUpdate: true, ...segment('fast') }), []],
  ['a writable dataview', 'CreateKxDataview', () => dataview({ readWrite: true, ...segment('spare') }), []],
  ['a dedicated cluster', 'CreateKxCluster', () => cluster(), []],
  ['a cluster on a host', 'CreateKxCluster', () => cluster(on('hosts')), []],
  ['a cluster on a dataview', 'CreateKxCluster', () => mounting({ databaseName: 'trades', dataviewName: 'view' }), []],
  ['a cluster on a database', 'CreateKxCluster', () => mounting({ databaseName: 'trades' }), []],
  [
    'a cluster that saves down',
    'CreateKxCluster',
    () => cluster({ ...RDB, savedownStorageConfiguration: { volumeName: 'spare' } }),
    [],
  ],
  ['an environment', 'CreateKxEnvironment', () => ({ name: 'new', kmsKeyId: KEY }), []],
];

const REFUSED: readonly Row[] = [
  ['a taken database', 'CreateKxDatabase', () => here({ databaseName: 'trades' }), ['database trades']],
  ['a taken volume', 'CreateKxVolume', () => volume({ volumeName: 'fast' }), ['volume fast']],
  [
    'a taken scaling group',
    'CreateKxScalingGroup',
    () => group({ scalingGroupName: 'hosts' }),
    ['scaling group hosts'],
  ],
  ['a taken dataview', 'CreateKxDataview', () => dataview({ dataviewName: 'view' }), ['dataview view']],
  [
    'a taken user',
    'CreateKxUser',
    after(
      () => estate.user('ann'),
      () => here({ userName: 'ann', iamRole: ROLE }),
    ),
    ['user ann'],
  ],
  [
    'a taken cluster',
    'CreateKxCluster',
    after(
      () => estate.cluster('old'),
      () => cluster({ clusterName: 'old' }),
    ),
    ['cluster old'],
  ],
  [
    'a cluster whose namesake is being deleted',
    'CreateKxCluster',
    after(
      async () => {
        await estate.cluster('old');
        backend.clock.advance(HOUR);
        await backend.call('DeleteKxCluster', { environmentId: estate.environmentId, clusterName: 'old' });
      },
      () => cluster({ clusterName: 'old' }),
    ),
    ['cluster old'],
  ],
  [
    'a taken environment',
    'CreateKxEnvironment',
    () => ({ name: 'trading', kmsKeyId: KEY }),
    ['kdb environment trading'],
  ],
  ['a changeset of no database', 'CreateKxChangeset', () => change('none'), ['database none']],
  ['a dataview of no database', 'CreateKxDataview', () => dataview({ databaseName: 'none' }), ['database none']],
  ['a dataview of no changeset', 'CreateKxDataview', () => dataview({ changesetId: 'none' }), ['changeset none']],
  ['a dataview on no volume', 'CreateKxDataview', () => dataview(segment('none')), ['volume none']],
  ['a dataview in no zone', 'CreateKxDataview', () => dataview({ availabilityZoneId: NOWHERE }), [`zone ${NOWHERE}`]],
  [
    'a dataview in another zone than its volume',
    'CreateKxDataview',
    () => dataview({ availabilityZoneId: ELSEWHERE, ...segment('fast') }),
    ['volume fast'],
  ],
  [
    'a writable dataview on the volume of another',
    'CreateKxDataview',
    () => dataview({ readWrite: true, ...segment('fast') }),
    ['dataview view'],
  ],
  ['a volume in no zone', 'CreateKxVolume', () => volume({ availabilityZoneIds: [NOWHERE] }), [`zone ${NOWHERE}`]],
  ['a host in no zone', 'CreateKxScalingGroup', () => group({ availabilityZoneId: NOWHERE }), [`zone ${NOWHERE}`]],
  ['a cluster in no zone', 'CreateKxCluster', () => cluster({ availabilityZoneId: NOWHERE }), [`zone ${NOWHERE}`]],
  ['a cluster on no host', 'CreateKxCluster', () => cluster(on('none')), ['scaling group none']],
  [
    'a cluster on a host elsewhere',
    'CreateKxCluster',
    () => cluster({ ...on('hosts'), availabilityZoneId: ELSEWHERE }),
    ['scaling group hosts'],
  ],
  ['a cluster on no database', 'CreateKxCluster', () => mounting({ databaseName: 'none' }), ['database none']],
  [
    'a cluster on no changeset',
    'CreateKxCluster',
    () => mounting({ databaseName: 'trades', changesetId: 'none' }),
    ['changeset none'],
  ],
  [
    'a cluster on no dataview',
    'CreateKxCluster',
    () => mounting({ databaseName: 'trades', dataviewName: 'none' }),
    ['dataview none'],
  ],
  [
    'a cluster that saves down to no volume',
    'CreateKxCluster',
    () => cluster({ ...RDB, savedownStorageConfiguration: { volumeName: 'none' } }),
    ['volume none'],
  ],
  [
    'a tickerplant that logs to no volume',
    'CreateKxCluster',
    () =>
      cluster({
        clusterType: 'TICKERPLANT',
        ...on('hosts'),
        code: { s3Bucket: 'bucket', s3Key: 'tick.zip' },
        tickerplantLogConfiguration: { tickerplantLogVolumes: ['none'] },
      }),
    ['volume none'],
  ],
];

const NOT_READY: readonly Row[] = [
  ...(['CREATING', 'CREATE_FAILED', 'DELETING'] as const).map(
    (status): Row => [
      `a cluster on a host that is ${status}`,
      'CreateKxCluster',
      after(
        () => having(inside('kxScalingGroup'), 'hosts', { status }),
        () => cluster(on('hosts')),
      ),
      ['scaling group hosts'],
    ],
  ),
  ...(['CREATING', 'UPDATING', 'UPDATE_FAILED', 'DELETING'] as const).map(
    (status): Row => [
      `a dataview on a volume that is ${status}`,
      'CreateKxDataview',
      after(
        () => having(inside('kxVolume'), 'fast', { status }),
        () => dataview(segment('fast')),
      ),
      ['volume fast'],
    ],
  ),
  ...(['CREATING', 'UPDATING', 'FAILED', 'DELETING'] as const).map(
    (status): Row => [
      `a cluster on a dataview that is ${status}`,
      'CreateKxCluster',
      after(
        () => having(view(), 'view', { status }),
        () => mounting({ databaseName: 'trades', dataviewName: 'view' }),
      ),
      ['dataview view'],
    ],
  ),
  ...(['PENDING', 'PROCESSING', 'FAILED'] as const).map(
    (status): Row => [
      `a dataview of a changeset that is ${status}`,
      'CreateKxDataview',
      async () => {
        const { environmentId } = estate;
        const { kxChangesets = [] } = await backend.call('ListKxChangesets', { environmentId, databaseName: 'trades' });
        const changesetId = String(kxChangesets[0]?.changesetId);
        await having(inDatabase(WORLD, environmentId, 'trades', 'kxChangeset'), changesetId, { status });
        return dataview({ changesetId });
      },
      ['changeset'],
    ],
  ),
  [
    'a database in an environment that is being deleted',
    'CreateKxDatabase',
    after(
      () => having(environments(WORLD), estate.environmentId, { status: 'DELETING' }),
      () => here({ databaseName: 'new' }),
    ),
    ['kdb environment trading'],
  ],
];

const many = (count: number, make: (name: string) => Promise<unknown>) =>
  Promise.all(Array.from({ length: count }, (_, at) => make(`new${at}`)));
const OVER: readonly Row[] = [
  ['a second environment', 'CreateKxEnvironment', () => ({ name: 'new', kmsKeyId: KEY }), ['quota kdb environments']],
  [
    'a sixth volume',
    'CreateKxVolume',
    after(
      () => many(3, estate.volume),
      () => volume(),
    ),
    ['quota volumes'],
  ],
  [
    'more storage than there is',
    'CreateKxVolume',
    () => volume({ nas1Configuration: { type: 'SSD_1000', size: 7200 } }),
    ['quota GB of volume storage'],
  ],
  [
    'a host of a type without any',
    'CreateKxScalingGroup',
    () => group({ hostType: 'kx.sg.16xlarge' }),
    ['quota kx.sg'],
  ],
  ['a second host of a type', 'CreateKxScalingGroup', () => group({ hostType: 'kx.sg.4xlarge' }), ['quota kx.sg']],
  ['six nodes', 'CreateKxCluster', () => cluster({ clusterType: 'HDB', ...on('hosts', 6, 6) }), ['quota nodes']],
  ['six nodes of a type', 'CreateKxCluster', () => cluster(sized('kx.s.16xlarge', 1)), ['quota kx.s.16xlarge']],
  [
    'a sixth dedicated cluster',
    'CreateKxCluster',
    after(
      () => many(5, (name) => estate.cluster(name)),
      () => cluster(sized('kx.s.xlarge', 1)),
    ),
    ['quota Single-AZ'],
  ],
  [
    'more cache than there is',
    'CreateKxCluster',
    () => cluster({ clusterType: 'HDB', cacheStorageConfigurations: [{ type: 'CACHE_1000', size: 8400 }] }),
    ['quota GB of cache'],
  ],
  [
    'a second cluster in three zones',
    'CreateKxCluster',
    after(
      () => estate.cluster('old', MULTI as never),
      () => cluster(MULTI),
    ),
    ['quota Multi-AZ'],
  ],
];
const MULTI = {
  clusterType: 'HDB',
  azMode: 'MULTI',
  availabilityZoneId: undefined,
  vpcConfiguration: {
    vpcId: 'vpc-0c81f2d9a4e6b7351',
    securityGroupIds: ['sg-07a1e93bd52f4c618'],
    subnetIds: ['subnet-11111111', 'subnet-22222222', 'subnet-33333333'],
    ipAddressType: 'IP_V4',
  },
};

const told = ({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`;

/** What is said and what happens: whatever is said to be refused is, and nothing else. */
async function holds(operation: OperationName, input: Members, expected: readonly string[]) {
  const { blocked, wouldRun, notChecked, blockers } = await preview(operation, input);
  const all = blockers.map(told);
  expect(all.filter((each, at) => each.startsWith(expected[at] ?? '-'))).toEqual(all);
  expect(all).toHaveLength(expected.length);
  const outcome = await run(operation, input);
  expect({ blocked, wouldRun }, `${outcome}: ${all}`).toEqual({
    blocked: outcome !== 'done',
    wouldRun: outcome === 'done' && notChecked === undefined ? true : outcome === 'done' ? undefined : false,
  });
}

describe('a preview of something new says what the service then says', () => {
  it.each(FREE)('%s', async (_, operation, input, expected) => {
    await holds(operation, await input(), expected);
  });
  it.each(REFUSED)('%s', async (_, operation, input, expected) => {
    await holds(operation, await input(), expected);
  });
  it.each(NOT_READY)('%s', async (_, operation, input, expected) => {
    await holds(operation, await input(), expected);
  });
  it.each(OVER)('%s is over a quota', async (_, operation, input, expected) => {
    await published();
    await holds(operation, await input(), expected);
  });
});

it.each([
  [110_592, 1, undefined],
  [110_593, 1, '110593 MiB wanted, 110592 of 110592 MiB free'],
  [60_000, 2, '120000 MiB wanted, 110592 of 110592 MiB free'],
])('%d MiB for %d nodes of an empty host', async (memory, nodes, detail) => {
  const input = cluster({ clusterType: 'HDB', ...on('hosts', memory, nodes) });
  const { warnings, blocked } = await preview('CreateKxCluster', input);
  expect(blocked).toBe(false);
  expect(warnings.map((warning) => warning.detail)).toEqual(detail === undefined ? [] : [detail]);
  expect(await run('CreateKxCluster', input)).toBe('done');
  backend.clock.advance(HOUR);
  const { status } = await backend.call('GetKxCluster', { environmentId: estate.environmentId, clusterName: 'new' });
  expect(status).toBe(detail === undefined ? 'RUNNING' : 'CREATE_FAILED');
});

it('counts the memory of those that run or are on their way up, and of no others', async () => {
  const { environmentId } = estate;
  for (const name of ['running', 'failed', 'starting']) {
    if (name === 'starting') backend.clock.advance(HOUR);
    await estate.cluster(name, on('hosts', 30_000));
  }
  await having(inside('kxCluster'), 'failed', { status: 'CREATE_FAILED' });
  backend.clock.advance(SECOND);
  const input = cluster(on('hosts', 60_000));
  const { warnings } = await preview('CreateKxCluster', input);
  expect(warnings.map(({ detail }) => detail)).toEqual(['60000 MiB wanted, 50592 of 110592 MiB free']);
  await run('CreateKxCluster', input);
  backend.clock.advance(HOUR);
  expect((await backend.call('GetKxCluster', { environmentId, clusterName: 'new' })).status).toBe('CREATE_FAILED');
});

it('says how far quotas are used, and that a limit is not known where it is not', async () => {
  await published();
  expect((await preview('CreateKxVolume', volume())).quotas).toEqual([
    'volumes per environment: 2 of 5',
    'GB of volume storage per environment: 2400 of 7730',
  ]);
  const { quotas, notChecked, blocked } = await preview('CreateKxVolume', volume(), backend.call, false);
  expect(quotas).toEqual(['volumes per environment: 2', 'GB of volume storage per environment: 2400']);
  expect(blocked).toBe(false);
  expect(notChecked).toEqual([
    'the quota of volumes per environment',
    'the quota of GB of volume storage per environment',
    'whether volumes come in that size',
  ]);
});

it('says what has to go where a quota is used up', async () => {
  await published();
  await many(3, estate.volume);
  expect((await preview('CreateKxVolume', volume())).blockers).toEqual([
    {
      kind: 'quota',
      name: 'volumes per environment',
      detail: '5 of 5 used, 1 more wanted',
      first: 'Delete what nobody needs (list_kx_volumes, find_kx_problems), or have a person raise the quota.',
    },
  ]);
  const host = group({ hostType: 'kx.sg.16xlarge' });
  expect((await preview('CreateKxScalingGroup', host)).blockers).toMatchObject([
    { detail: '0 of 0 used, 1 more wanted', first: 'Ask for less, or have a person raise the quota.' },
  ]);
});

it('a call that is over a quota is told which, how far it is used, and what can go', async () => {
  await published();
  await many(3, estate.volume);
  const told = async (knowsQuotas: boolean) => {
    const quotas = async () => (knowsQuotas ? backend.store.read((tx) => quotasOf({ tx, world: WORLD })) : undefined);
    const guard = await openGuard({ call: backend.call, clock: backend.clock, quotas });
    const { kind, ...rest } = await guard.attempt({ tool: 'create_kx_volume', arguments: volume() });
    await guard.close();
    expect(kind).toBe('refused');
    return (rest as unknown as Refused).content.error;
  };
  expect(await told(true)).toMatchObject({
    error: 'LimitExceededException',
    message: 'The quota of 5 volumes per environment is used up.',
    advice:
      'volumes per environment: 5 of 5 used, 1 more wanted. Delete what nobody needs (list_kx_volumes, find_kx_problems), or have a person raise the quota.',
  });
  expect((await told(false))['advice']).toBe(
    'There are now: volumes per environment: 5; GB of volume storage per environment: 6000. A quota is used up. Remove something that is not needed, or have a person raise the quota.',
  );
});
interface Refused {
  readonly content: { readonly error: Members };
}

it('changes nothing and reads each thing once', async () => {
  const spy = spyOn(backend.call);
  const reads: string[] = [];
  const call = answering(spy.call, (name, reply, input) => {
    reads.push(`${name} ${JSON.stringify(input)}`);
    return reply;
  });
  await preview('CreateKxCluster', mounting({ databaseName: 'trades', dataviewName: 'view' }), call);
  expect(spy.reached).toEqual([]);
  const outlook = reads.filter((read) => !read.startsWith('GetKxEnvironment'));
  expect(new Set(outlook).size).toBe(outlook.length);
});

it('leaves unchecked what it may not read, and rejects with any other failure', async () => {
  const failing =
    (code: 'AccessDenied' | 'Throttling'): Call =>
    async (name, input, options) => {
      if (name !== 'ListKxUsers') return backend.call(name, input, options);
      throw new FinspaceError({ operation: name, code, detail: 'no', retryable: false, advice: 'none' });
    };
  const user = here({ userName: 'new', iamRole: ROLE });
  expect((await preview('CreateKxUser', user, failing('AccessDenied'))).notChecked).toEqual([
    'what list_kx_users shows, which this server may not read',
    'whether there is such a role',
  ]);
  await expect(preview('CreateKxUser', user, failing('Throttling'))).rejects.toThrow('ThrottlingException');
});

it('says so when there is no such environment', async () => {
  const input = { environmentId: 'aaaaaaaaaaaaaaaaaaaaaaaaaa', databaseName: 'new' };
  await expect(preview('CreateKxDatabase', input)).rejects.toThrow('ResourceNotFoundException');
});

it('takes what a service leaves out for unknown', async () => {
  const bare = answering(backend.call, (name, reply) => {
    if (name === 'GetKxScalingGroup') return { ...reply, hostType: 'kx.sg9.huge', clusters: undefined };
    if (name === 'GetKxDataview') return { ...reply, activeVersions: undefined };
    if (name === 'GetKxEnvironment') return { ...reply, availabilityZoneIds: undefined };
    if (name === 'GetKxVolume') return { ...reply, nas1Configuration: undefined, availabilityZoneIds: undefined };
    return reply;
  });
  const onView = mounting({ databaseName: 'trades', dataviewName: 'view' });
  const { blocked, notChecked } = await preview('CreateKxCluster', onView, bare);
  expect(blocked).toBe(false);
  expect(notChecked).toContain('whether its host has enough memory');
  const { quotas } = await preview('CreateKxVolume', volume(), bare, false);
  expect(quotas.at(-1)).toBe('GB of volume storage per environment: 0');
  const odd = await preview('CreateKxScalingGroup', group({ hostType: 'kx.sg9.huge' }));
  expect(odd.notChecked).toEqual(['whether there are hosts of that type']);
});

it('takes nothing from those who approve each create: a plan that is blocked is asked about as before', async () => {
  const guard = await openGuard({ call: backend.call, clock: backend.clock, restrictions: { approve: ['create'] } });
  const outcome = await guard.attempt({ tool: 'create_kx_database', arguments: here({ databaseName: 'trades' }) });
  expect(outcome.kind).toBe('asked');
  await guard.close();
});
