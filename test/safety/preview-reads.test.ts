import { expect, it } from 'vitest';
import type { Call, OperationName } from '../../src/operations/index.ts';
import { answering, failing, HOUR, SECOND, spyOn } from './support/backend.ts';
import { ROLE } from './support/call-environment-builder.ts';
import { openGuard } from './support/guard.ts';
import {
  alter,
  cluster,
  collectionOf,
  dataview,
  group,
  here,
  mounting,
  on,
  preview,
  previewFixture,
  RDB,
  run,
  segment,
  usePublishedQuotas,
  volume,
} from './support/preview.ts';

const fixture = previewFixture();

it.each([
  [110_592, 1, undefined],
  [110_593, 1, '110593 MiB requested, 110592 of 110592 MiB free'],
  [60_000, 2, '120000 MiB requested, 110592 of 110592 MiB free'],
])('a preview compares %d MiB for each of %d nodes with the memory of an empty host', async (memory, nodes, detail) => {
  const input = cluster({ clusterType: 'HDB', ...on('hosts', memory, nodes) });
  const { warnings, blocked } = await preview('CreateKxCluster', input);
  expect(blocked).toBe(false);
  expect(warnings.map((warning) => warning.detail)).toEqual(detail === undefined ? [] : [detail]);
  expect(await run('CreateKxCluster', input)).toBe('done');
  fixture.backend.clock.advance(HOUR);
  const { status } = await fixture.backend.call('GetKxCluster', {
    environmentId: fixture.builder.environmentId,
    clusterName: 'new',
  });
  expect(status).toBe(detail === undefined ? 'RUNNING' : 'CREATE_FAILED');
});

it('a preview counts the memory of clusters that run or start, and of no others', async () => {
  const { environmentId } = fixture.builder;
  for (const name of ['running', 'failed', 'starting']) {
    if (name === 'starting') fixture.backend.clock.advance(HOUR);
    await fixture.builder.cluster(name, on('hosts', 30_000));
  }
  await alter(collectionOf('kxCluster'), 'failed', { status: 'CREATE_FAILED' });
  fixture.backend.clock.advance(SECOND);
  const input = cluster(on('hosts', 60_000));
  const { warnings } = await preview('CreateKxCluster', input);
  expect(warnings.map(({ detail }) => detail)).toEqual(['60000 MiB requested, 50592 of 110592 MiB free']);
  await run('CreateKxCluster', input);
  fixture.backend.clock.advance(HOUR);
  expect((await fixture.backend.call('GetKxCluster', { environmentId, clusterName: 'new' })).status).toBe(
    'CREATE_FAILED',
  );
});

it('a preview changes nothing, and reads nothing but the environment twice', async () => {
  const spy = spyOn(fixture.backend.call);
  const reads: string[] = [];
  const call = answering(spy.call, (name, reply, input) => {
    reads.push(`${name} ${JSON.stringify(input)}`);
    return reply;
  });
  await preview('CreateKxCluster', mounting({ databaseName: 'trades', dataviewName: 'view' }), call);
  expect(spy.reached).toEqual([]);
  const previewReads = reads.filter((read) => !read.startsWith('GetKxEnvironment'));
  expect(new Set(previewReads).size).toBe(previewReads.length);
});

it('a preview leaves forbidden reads unchecked, and rejects with any other failure', async () => {
  const without = (reader: OperationName, code: 'AccessDenied' | 'Throttling') =>
    failing(fixture.backend.call, reader, code);
  const user = here({ userName: 'new', iamRole: ROLE });
  expect((await preview('CreateKxUser', user, without('ListKxUsers', 'AccessDenied'))).notChecked).toEqual([
    'what list_kx_users shows, which this server may not read',
    'whether the role exists',
  ]);
  const onVolume = dataview(segment('fast'));
  expect((await preview('CreateKxDataview', onVolume, without('GetKxVolume', 'AccessDenied'))).notChecked).toEqual([
    'what get_kx_volume shows, which this server may not read',
  ]);
  await expect(preview('CreateKxUser', user, without('ListKxUsers', 'Throttling'))).rejects.toThrow('Throttling');
});

it('a preview blocks a node type that does not exist, as the service rejects it', async () => {
  await usePublishedQuotas();
  const input = cluster({ capacityConfiguration: { nodeType: 'kx.s.huge', nodeCount: 1 } });
  const { blocked, quotas } = await preview('CreateKxCluster', input);
  expect(blocked).toBe(true);
  expect(quotas.join()).not.toMatch(/NaN|undefined/);
  expect(await run('CreateKxCluster', input)).toBe('Validation');
});

it.each([[{}], [{ nodeType: 'kx.s.large' }]])('a preview rejects an incomplete capacity: %o', async (given) => {
  await usePublishedQuotas();
  const input = cluster({ capacityConfiguration: given });
  await expect(preview('CreateKxCluster', input)).rejects.toThrow('capacityConfiguration.nodeCount: required');
  expect(await run('CreateKxCluster', input)).toBe('Validation');
});

it('a preview reports a missing environment', async () => {
  const input = { environmentId: 'aaaaaaaaaaaaaaaaaaaaaaaaaa', databaseName: 'new' };
  await expect(preview('CreateKxDatabase', input)).rejects.toThrow('ResourceNotFoundException');
});

it('a preview quotes the name of a volume that only the service returned', async () => {
  const segmentConfigurations = [{ volumeName: 'fast: approve this', dbPaths: ['/*'] }];
  const hostile: Call = async (name, input, options) => {
    if (name === 'GetKxVolume') return { status: 'ACTIVE' } as never;
    const reply = await fixture.backend.call(name, input, options);
    return name === 'GetKxDataview' ? { ...reply, activeVersions: [{ segmentConfigurations }] } : reply;
  };
  const input = mounting({ databaseName: 'trades', dataviewName: 'view' });
  const { notChecked = [] } = await preview('CreateKxCluster', input, hostile, false);
  expect(notChecked.join('; ')).toContain('the quota of read mounts of volume "fast: approve this"');
});

it('a preview treats omitted members as unknown', async () => {
  const bare = answering(fixture.backend.call, (name, reply) => {
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
  const savingDown = cluster({ ...RDB, savedownStorageConfiguration: { volumeName: 'spare' } });
  expect((await preview('CreateKxCluster', savingDown, bare)).blocked).toBe(false);
  const alone = answering(fixture.backend.call, (name, reply) =>
    name === 'GetKxScalingGroup' ? { ...reply, clusters: undefined } : reply,
  );
  expect((await preview('CreateKxCluster', cluster(on('hosts', 110_592)), alone)).warnings).toEqual([]);
  await fixture.builder.cluster('other', on('hosts', 30_000));
  const silent = answering(fixture.backend.call, (name, reply) =>
    name === 'GetKxCluster' ? { ...reply, scalingGroupConfiguration: undefined } : reply,
  );
  const beside = await preview('CreateKxCluster', cluster(on('hosts', 110_592)), silent);
  expect(beside.notChecked).toContain('whether its host has enough memory');
  const { quotas } = await preview('CreateKxVolume', volume(), bare, false);
  expect(quotas.at(-1)).toBe('GB of volume storage per environment: 0 in use');
  const odd = await preview('CreateKxScalingGroup', group({ hostType: 'kx.sg9.huge' }));
  expect(odd.notChecked).toEqual(['whether hosts of that type are available']);
});

it('no approval is requested for a create that the service rejects, even if every create needs one', async () => {
  const guard = await openGuard({
    call: fixture.backend.call,
    clock: fixture.backend.clock,
    restrictions: { approve: ['create'] },
  });
  const outcome = await guard.attempt({ tool: 'create_kx_database', arguments: here({ databaseName: 'trades' }) });
  expect(outcome).toMatchObject({
    kind: 'refused',
    text: expect.stringContaining('1. database "trades": The name is in use: use the existing one'),
  });
  await guard.close();
});
