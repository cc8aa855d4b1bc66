import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Embedded, type Members, openEmbedded } from './support/backend.ts';
import { type EnvironmentBuilder, ofCluster, openBuilder, ROLE, ZONE } from './support/call-environment-builder.ts';
import { type Guard, openGuard } from './support/guard.ts';

const CODE = { s3Bucket: 'some-code', s3Key: 'app.zip' };
const put = (day: string) => [{ changeType: 'PUT', s3Path: `s3://some-bucket/${day}/`, dbPath: `/${day}/` }];

let backend: Embedded;
let builder: EnvironmentBuilder;
let guard: Guard;
beforeEach(async () => {
  backend = await openEmbedded();
  builder = await openBuilder(backend.call);
  guard = await openGuard({ call: backend.call, clock: backend.clock });
});
afterEach(async () => {
  await guard.close();
  await backend.close();
});

/** What people do on a usual day: loads, new data under clusters, tags, users, clusters, descriptions. */
async function day(): Promise<Map<string, string>> {
  const outcomes = new Map<string, string>();
  const at = { environmentId: builder.environmentId };
  const run = async (label: string, tool: string, args: Members) => {
    const outcome = await guard.attempt({ tool, arguments: args, principal: label });
    outcomes.set(label, outcome.kind);
    if (outcome.kind === 'refused') throw new Error(`${label}: ${outcome.text}`);
    return outcome.kind === 'done' ? outcome.content : {};
  };
  const here = (label: string, tool: string, args: Members) => run(label, tool, { ...at, ...args });
  const arnOf = (path: string) => `${builder.environmentArn}${path}`;
  await here('a database', 'create_kx_database', { databaseName: 'trades' });
  await here('its description', 'update_kx_database', { databaseName: 'trades', description: 'spot trades' });
  await here('a load', 'create_kx_changeset', { databaseName: 'trades', changeRequests: put('2026.03.16') });
  await here('a second load', 'create_kx_changeset', { databaseName: 'trades', changeRequests: put('2026.03.17') });
  const disk = { volumeType: 'NAS_1', azMode: 'SINGLE', availabilityZoneIds: [ZONE] };
  await here('a volume', 'create_kx_volume', {
    ...disk,
    volumeName: 'fast',
    nas1Configuration: { type: 'SSD_1000', size: 1200 },
  });
  await here('the description of a volume', 'update_kx_volume', { volumeName: 'fast', description: 'cache' });
  const host = { hostType: 'kx.sg.4xlarge', availabilityZoneId: ZONE };
  await here('a scaling group', 'create_kx_scaling_group', { ...host, scalingGroupName: 'hosts' });
  const view = { databaseName: 'trades', dataviewName: 'view' };
  const segmentConfigurations = [{ dbPaths: ['/*'], volumeName: 'fast' }];
  await here('a dataview', 'create_kx_dataview', {
    ...view,
    azMode: 'SINGLE',
    availabilityZoneId: ZONE,
    segmentConfigurations,
  });
  const shared = { scalingGroupConfiguration: { scalingGroupName: 'hosts', memoryReservation: 6, nodeCount: 2 } };
  const onView = { databaseName: 'trades', dataviewName: 'view' };
  const viewing = ofCluster({
    clusterType: 'HDB',
    ...shared,
    databases: [onView],
    code: CODE,
    initializationScript: 'init.q',
  });
  await here('a cluster on the view', 'create_kx_cluster', { clusterName: 'viewing', ...viewing });
  const cacheConfigurations = [{ cacheType: 'CACHE_1000', dbPaths: ['/'] }];
  const databases = [{ databaseName: 'trades', cacheConfigurations }];
  const cacheStorageConfigurations = [{ type: 'CACHE_1000' as const, size: 1200 }];
  await here('a cluster with a cache', 'create_kx_cluster', {
    clusterName: 'caching',
    ...ofCluster({ clusterType: 'HDB', databases, cacheStorageConfigurations }),
  });
  const third = await here('a third load', 'create_kx_changeset', {
    databaseName: 'trades',
    changeRequests: put('2026.03.18'),
  });
  const { changesetId } = third;
  await here('the view on new data', 'update_kx_dataview', { ...view, changesetId });
  await here('a cluster on the new version', 'update_kx_cluster_databases', {
    clusterName: 'viewing',
    databases: [onView],
  });
  await here('a cluster on new data, with its cache', 'update_kx_cluster_databases', {
    clusterName: 'caching',
    databases: [{ databaseName: 'trades', changesetId, cacheConfigurations }],
  });
  await here('new code, with its script', 'update_kx_cluster_code_configuration', {
    clusterName: 'viewing',
    code: { ...CODE, s3Key: 'new.zip' },
    initializationScript: 'init.q',
  });
  await here('a science cluster', 'create_kx_cluster', { clusterName: 'science', ...ofCluster({}) });
  await here('a gateway', 'create_kx_cluster', {
    clusterName: 'gateway',
    ...ofCluster({ clusterType: 'GATEWAY', code: CODE }),
  });
  for (const name of ['ann', 'bob', 'eve'])
    await here(`user ${name}`, 'create_kx_user', { userName: name, iamRole: ROLE });
  await here('a role', 'update_kx_user', { userName: 'eve', iamRole: `${ROLE}-2` });
  for (const path of ['/kxCluster/viewing', '/kxDatabase/trades', '/kxVolume/fast', '/kxUser/ann'])
    await run(`a tag on ${path}`, 'tag_resource', { resourceArn: arnOf(path), tags: { owner: 'fx' } });
  await run('a tag off', 'untag_resource', { resourceArn: arnOf('/kxUser/ann'), tagKeys: ['owner'] });
  await here('the description of the environment', 'update_kx_environment', { description: 'of the desk' });
  await here('a fourth load', 'create_kx_changeset', { databaseName: 'trades', changeRequests: put('2026.03.19') });
  await here('a larger volume', 'update_kx_volume', {
    volumeName: 'fast',
    nas1Configuration: { type: 'SSD_1000', size: 2400 },
  });
  await here('a new name for the environment', 'update_kx_environment', { name: 'trading-2' });
  return outcomes;
}

const askedIn = (outcomes: Map<string, string>) =>
  [...outcomes].flatMap(([label, kind]) => (kind === 'asked' ? [label] : []));

it('an ordinary day needs no approval', async () => {
  const outcomes = await day();
  expect(outcomes.size).toBeGreaterThanOrEqual(30);
  expect(askedIn(outcomes)).toEqual([]);
});

it('on a protected environment, only interruptions, roles and names need approval', async () => {
  await builder.tag('');
  expect(askedIn(await day())).toEqual([
    'a cluster on the new version',
    'a cluster on new data, with its cache',
    'new code, with its script',
    'a role',
    'a larger volume',
    'a new name for the environment',
  ]);
});
