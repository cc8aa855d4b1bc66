import fc from 'fast-check';
import { type Call, OPERATION_NAMES, type OperationName, operationNamed } from '../../../src/operations/index.ts';
import { toolName } from '../../../src/operations/naming.ts';
import type { Members } from './backend.ts';
import { KEY, openBuilder, ROLE, ZONE } from './call-environment-builder.ts';
import type { Attempt } from './guard.ts';

/**
 * Two environments with everything in them that a call could lose: data, settings, caches, memory, names and users. The second one is
 * protected.
 */
export async function openRichWorld(call: Call) {
  const [prod, uat] = [await openBuilder(call, 'prod'), await openBuilder(call, 'uat')];
  for (const builder of [prod, uat]) {
    await builder.database('trades');
    for (const path of ['/2026.03.16/', '/2026.03.17/']) await builder.changeset('trades', path);
    for (const name of ['fast', 'slow']) await builder.volume(name);
    await builder.group('hosts');
    await builder.user('ann');
    await builder.dataview('view', {
      description: 'of trades',
      segmentConfigurations: [{ dbPaths: ['/2026.03.16/'], volumeName: 'fast' }],
    });
    const code = { s3Bucket: 'some-code', s3Key: 'app.zip' };
    await builder.cluster('memory', {
      clusterType: 'RDB',
      code,
      initializationScript: 'init.q',
      savedownStorageConfiguration: { type: 'SDS01', size: 100 },
    });
    await builder.cluster('history', {
      clusterType: 'HDB',
      code,
      commandLineArguments: [{ key: 'mode', value: 'live' }],
      scalingGroupConfiguration: { scalingGroupName: 'hosts', memoryReservation: 6, nodeCount: 1 },
      databases: [{ databaseName: 'trades', dataviewName: 'view' }],
    });
  }
  await uat.tag('');
  return [prod, uat] as const;
}

type RichWorld = Awaited<ReturnType<typeof openRichWorld>>;

/** Everything in the world that a person could lose, by its path. */
export async function valuables(call: Call, environments: RichWorld): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const add = (path: string, entity: Members, members: readonly string[]) => {
    found.set(path, 'there');
    for (const member of members) {
      const value = entity[member];
      const isEmpty = value === undefined || (Array.isArray(value) && value.length === 0);
      if (!isEmpty) found.set(`${path} ${member}`, JSON.stringify(value));
    }
  };
  for (const { environmentId, environmentArn } of environments) {
    const at = { environmentId };
    const environment = (await call('GetKxEnvironment', at)) as Members;
    if (environment['status'] === 'DELETED') continue;
    add(environmentId, environment, ['name', 'transitGatewayConfiguration', 'customDNSConfiguration']);
    const { tags = {} } = await call('ListTagsForResource', { resourceArn: environmentArn });
    if (tags['finspace-mcp:protected'] !== undefined) found.set(`${environmentId} protected`, 'true');
    for (const { databaseName = '' } of (await call('ListKxDatabases', at)).kxDatabases ?? []) {
      const database = (await call('GetKxDatabase', { ...at, databaseName })) as Members;
      add(`${environmentId}/${databaseName}`, database, ['numFiles']);
      for (const view of (await call('ListKxDataviews', { ...at, databaseName })).kxDataviews ?? [])
        add(`${environmentId}/${databaseName}/${view.dataviewName}`, view as Members, [
          'segmentConfigurations',
          'changesetId',
        ]);
    }
    for (const { userName = '', iamRole } of (await call('ListKxUsers', at)).users ?? [])
      add(`${environmentId}/user ${userName}`, { iamRole }, ['iamRole']);
    for (const { volumeName = '' } of (await call('ListKxVolumes', at)).kxVolumeSummaries ?? [])
      add(`${environmentId}/volume ${volumeName}`, {}, []);
    for (const { scalingGroupName = '' } of (await call('ListKxScalingGroups', at)).scalingGroups ?? [])
      add(`${environmentId}/group ${scalingGroupName}`, {}, []);
    for (const { clusterName = '' } of (await call('ListKxClusters', at)).kxClusterSummaries ?? []) {
      const cluster = (await call('GetKxCluster', { ...at, clusterName })) as Members;
      const path = `${environmentId}/cluster ${clusterName}`;
      add(path, cluster, ['initializationScript', 'commandLineArguments', 'databases', 'code']);
      const { nodes = [] } = await call('ListKxClusterNodes', { ...at, clusterName });
      if (cluster['clusterType'] === 'RDB')
        add(path, { memory: nodes.map(({ launchTime, nodeId }) => [nodeId, launchTime]) }, ['memory']);
    }
  }
  return found;
}

/** Members whose new value the call requested; they are lost only if they are missing. */
const REPLACEABLE =
  /(?:name|iamRole|segmentConfigurations|changesetId|databases|code|commandLineArguments|initializationScript|transitGatewayConfiguration|customDNSConfiguration)$/;
/** Members that must not change under protection without approval. */
const GUARDED = /(?:[^/]+ name|iamRole|segmentConfigurations|memory|protected)$/;

/** What existed before a call and no longer does, or was changed although it was protected. */
export function lossesBetween(before: Map<string, string>, after: Map<string, string>): string[] {
  return [...before].flatMap(([path, value]) => {
    const now = after.get(path);
    if (now === undefined) return [`${path} is gone`];
    if (now === value) return [];
    if (path.endsWith('numFiles')) return Number(now) < Number(value) ? [`${path}: ${value} -> ${now}`] : [];
    if (path.endsWith('memory')) return [`${path} was restarted`];
    const [environmentId] = path.split(/[/ ]/);
    const isProtected = before.has(`${environmentId} protected`);
    if (isProtected && GUARDED.test(path)) return [`${path} changed under protection`];
    if (path.endsWith(' databases') && value.includes('dataviewName') && !now.includes('dataviewName'))
      return [`${path}: its dataview is gone`];
    return REPLACEABLE.test(path) ? [] : [`${path}: ${value} -> ${now}`];
  });
}

const MUTATING = OPERATION_NAMES.filter((name) => !['read', 'reveal'].includes(operationNamed(name).risk));
const some = <T>(...values: T[]) => fc.constantFrom(...values);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 1 });

const POOL: Record<string, fc.Arbitrary<unknown>> = {
  clusterName: some('memory', 'history', 'new'),
  databaseName: some('trades', 'new'),
  dataviewName: some('view', 'new'),
  volumeName: some('fast', 'slow', 'new'),
  scalingGroupName: some('hosts', 'new'),
  userName: some('ann', 'bob'),
  iamRole: some(ROLE, `${ROLE}-2`),
  name: some('prod', 'uat', 'interim'),
  description: some('one', 'two'),
  kmsKeyId: fc.constant(KEY),
  hostType: fc.constant('kx.sg.4xlarge'),
  availabilityZoneId: fc.constant(ZONE),
  availabilityZoneIds: fc.constant([ZONE]),
  azMode: fc.constant('SINGLE'),
  volumeType: fc.constant('NAS_1'),
  nas1Configuration: fc.record({ type: some('SSD_1000', 'SSD_250'), size: some(1200, 2400, 4800) }),
  changeRequests: fc.array(
    fc.oneof(
      fc.constant({ changeType: 'PUT', s3Path: 's3://some-bucket/a/', dbPath: '/2026.03.18/' }),
      fc.constant({ changeType: 'DELETE', dbPath: '/2026.03.16/' }),
    ),
    { minLength: 1, maxLength: 2 },
  ),
  code: some(
    { s3Bucket: 'some-code', s3Key: 'app.zip' },
    { s3Bucket: 'some-code', s3Key: 'new.zip' },
    { s3Key: 'new.zip' },
  ),
  initializationScript: some('init.q', 'other.q'),
  commandLineArguments: some([], [{ key: 'mode', value: 'dry' }], [{ key: 'other', value: '1' }]),
  databases: some([], [{ databaseName: 'trades' }], [{ databaseName: 'trades', dataviewName: 'view' }]),
  segmentConfigurations: some([], [{ dbPaths: ['/2026.03.16/'], volumeName: 'slow' }]),
  deploymentConfiguration: some(
    { deploymentStrategy: 'ROLLING' },
    { deploymentStrategy: 'NO_RESTART' },
    { deploymentStrategy: 'FORCE' },
  ),
  clusterType: some('GP', 'HDB'),
  releaseLabel: fc.constant('1.0'),
  capacityConfiguration: fc.constant({ nodeType: 'kx.s.large', nodeCount: 1 }),
  vpcConfiguration: fc.constant({
    vpcId: 'vpc-0c81f2d9a4e6b7351',
    securityGroupIds: ['sg-07a1e93bd52f4c618'],
    subnetIds: ['subnet-04d9b6a17e83c5f21'],
    ipAddressType: 'IP_V4',
  }),
  transitGatewayConfiguration: fc.constant({ transitGatewayID: 'tgw-1', routableCIDRSpace: '100.64.0.0/26' }),
  customDNSConfiguration: fc.constant([{ customDNSServerName: 'a.x.y', customDNSServerIP: '10.0.0.1' }]),
  tags: some({ owner: 'fx' }, { 'finspace-mcp:protected': 'false' }),
  tagKeys: some(['owner'], ['finspace-mcp:protected']),
};

/**
 * One call of a mutating tool with arguments that may mean something in the rich world, in its protected environment or the other one; never
 * with `remove`.
 */
export type Move = { readonly operation: OperationName; readonly inProtected: boolean; readonly given: Members };

const moveOf = (operation: OperationName): fc.Arbitrary<Move> => {
  const { shape } = operationNamed(operation).input();
  const members = Object.entries(shape).filter(([member]) => member in POOL);
  const given = Object.fromEntries(
    members.map(([member, schema]) => {
      const arbitrary = POOL[member] as fc.Arbitrary<unknown>;
      return [member, schema.safeParse(undefined).success ? maybe(arbitrary) : arbitrary];
    }),
  );
  return fc.record({
    operation: fc.constant(operation),
    inProtected: fc.boolean(),
    given: fc.record(given),
  }) as fc.Arbitrary<Move>;
};

export const moves = fc.array(fc.oneof(...MUTATING.map(moveOf)), { minLength: 1, maxLength: 12 });

/** A move as a call in one of two environments. */
export function attemptOf({ operation, inProtected, given }: Move, [prod, uat]: RichWorld): Attempt {
  const { environmentId, environmentArn } = inProtected ? uat : prod;
  const { shape } = operationNamed(operation).input();
  const path = given['tags'] === undefined && given['tagKeys'] === undefined ? '/kxUser/ann' : '';
  const own = {
    ...('environmentId' in shape ? { environmentId } : {}),
    ...('resourceArn' in shape ? { resourceArn: `${environmentArn}${path}` } : {}),
  };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { tool: toolName(operation), arguments: { ...own, ...set } };
}
