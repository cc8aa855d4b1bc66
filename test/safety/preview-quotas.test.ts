import { expect, it, onTestFinished } from 'vitest';
import { quotasOf } from '../../src/local/quotas.ts';
import { type Members, WORLD } from './support/backend.ts';
import { KEY } from './support/call-environment-builder.ts';
import { openGuard } from './support/guard.ts';
import {
  after,
  cluster,
  createMany,
  expectPlanAsService,
  group,
  here,
  on,
  preview,
  previewFixture,
  type Row,
  sized,
  usePublishedQuotas,
  volume,
} from './support/preview.ts';

const fixture = previewFixture();

const OVER: readonly Row[] = [
  ['a second environment', 'CreateKxEnvironment', () => ({ name: 'new', kmsKeyId: KEY }), ['quota kdb environments']],
  [
    'a sixth volume',
    'CreateKxVolume',
    after(
      () => createMany(3, fixture.builder.volume),
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
    'a volume that grows beyond the storage quota',
    'UpdateKxVolume',
    () => here({ volumeName: 'fast', nas1Configuration: { size: 7200 } }),
    ['quota GB of volume storage'],
  ],
  [
    'a sixth cluster that writes to a volume',
    'CreateKxCluster',
    after(
      () => createMany(5, (name) => fixture.builder.cluster(name, { ...on('hosts'), clusterType: 'RDB', ...SAVED })),
      () => cluster({ ...on('hosts'), clusterType: 'RDB', ...SAVED }),
    ),
    ['quota write mounts of volume spare'],
  ],
  [
    'a sixth cluster that reads a volume',
    'CreateKxCluster',
    after(
      () => createMany(5, (name) => fixture.builder.cluster(name, ON_VIEW)),
      () => cluster(ON_VIEW),
    ),
    ['quota read mounts of volume fast'],
  ],
  [
    'a host of a type without any',
    'CreateKxScalingGroup',
    () => group({ hostType: 'kx.sg.16xlarge' }),
    ['quota kx.sg'],
  ],
  ['a second host of a type', 'CreateKxScalingGroup', () => group({ hostType: 'kx.sg.4xlarge' }), ['quota kx.sg']],
  ['six nodes', 'CreateKxCluster', () => cluster({ clusterType: 'HDB', ...on('hosts', 6, 6) }), ['quota nodes']],
  [
    'a node of a type without any',
    'CreateKxCluster',
    () => cluster(sized('kx.s.16xlarge', 1)),
    ['quota kx.s.16xlarge'],
  ],
  [
    'a sixth dedicated cluster',
    'CreateKxCluster',
    after(
      () => createMany(5, (name) => fixture.builder.cluster(name)),
      () => cluster(sized('kx.s.xlarge', 1)),
    ),
    ['quota Single-AZ'],
  ],
  [
    'more cache than there is',
    'CreateKxCluster',
    () => cluster({ clusterType: 'HDB', cacheStorageConfigurations: [{ type: 'CACHE_1000', size: 9600 }] }),
    ['quota GB of cache'],
  ],
  [
    'more savedown storage than there is',
    'CreateKxCluster',
    after(
      async () => {
        await fixture.builder.cluster('old', savingDown(16_000));
        await fixture.builder.cluster('shared', { ...on('hosts'), clusterType: 'RDB', ...SAVED });
      },
      () => cluster(savingDown(1_200)),
    ),
    ['quota GB of savedown'],
  ],
  [
    'a second cluster in three zones',
    'CreateKxCluster',
    after(
      () => fixture.builder.cluster('old', MULTI as never),
      () => cluster(MULTI),
    ),
    ['quota Multi-AZ'],
  ],
];
const savingDown = (size: number) =>
  ({ clusterType: 'RDB', savedownStorageConfiguration: { type: 'SDS01', size } }) as const;
const SAVED = { savedownStorageConfiguration: { volumeName: 'spare' } };
const ON_VIEW = {
  ...on('hosts'),
  clusterType: 'HDB' as const,
  databases: [{ databaseName: 'trades', dataviewName: 'view' }],
};
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

it.each(OVER)('%s exceeds a quota', async (_, operation, input, expected) => {
  await usePublishedQuotas();
  await expectPlanAsService(operation, await input(), expected);
});

it('an update counts no mount that the cluster has already', async () => {
  await usePublishedQuotas();
  const { builder, backend } = fixture;
  await builder.cluster('reader', ON_VIEW);
  await builder.changeset('trades', '/new/');
  await backend.call('UpdateKxDataview', here({ databaseName: 'trades', dataviewName: 'view' }) as never);
  backend.clock.advance(3_600_000);
  const { databases } = ON_VIEW;
  const update = await preview('UpdateKxClusterDatabases', here({ clusterName: 'reader', databases }));
  expect(update).toMatchObject({ wouldRun: true, quotas: [] });
});

it('a preview shows the use of quotas, and that an unknown limit is unknown', async () => {
  await usePublishedQuotas();
  expect((await preview('CreateKxVolume', volume())).quotas).toEqual([
    'volumes per environment: 2 of 5 in use',
    'GB of volume storage per environment: 2400 of 7730 in use',
  ]);
  const { quotas, notChecked, blocked } = await preview('CreateKxVolume', volume(), fixture.backend.call, false);
  expect(quotas).toEqual(['volumes per environment: 2 in use', 'GB of volume storage per environment: 2400 in use']);
  expect(blocked).toBe(false);
  expect(notChecked).toEqual([
    'the quota of volumes per environment',
    'the quota of GB of volume storage per environment',
  ]);
});

it('a preview names what to delete if a quota is exhausted', async () => {
  await usePublishedQuotas();
  await createMany(3, fixture.builder.volume);
  expect((await preview('CreateKxVolume', volume())).blockers).toEqual([
    {
      kind: 'quota',
      name: 'volumes per environment',
      detail: '5 of 5 used, 1 more requested',
      first: 'Delete what is not needed (list_kx_volumes, find_kx_problems), or have a person raise the quota.',
    },
  ]);
  const host = group({ hostType: 'kx.sg.16xlarge' });
  expect((await preview('CreateKxScalingGroup', host)).blockers).toMatchObject([
    { detail: '0 of 0 used, 1 more requested', first: 'Request less, or have a person raise the quota.' },
  ]);
});

it('a preview advises to wait if a quota of what is in progress is exhausted', async () => {
  await usePublishedQuotas();
  await createMany(10, fixture.builder.dataview);
  const update = here({ databaseName: 'trades', dataviewName: 'view', description: 'new' });
  expect((await preview('UpdateKxDataview', update)).blockers).toEqual([
    {
      kind: 'quota',
      name: 'dataview versions in progress',
      detail: '10 of 10 used, 1 more requested',
      first: 'Wait until fewer are in progress (list_kx_dataviews), or have a person raise the quota.',
    },
  ]);
});

it('a call that exceeds a quota gets its use and what to delete', async () => {
  await usePublishedQuotas();
  await createMany(3, fixture.builder.volume);
  const previewText = async (knowsQuotas: boolean) => {
    const quotas = async () =>
      knowsQuotas ? fixture.backend.store.read(async (tx) => quotasOf(await tx.settings(WORLD.arn))) : undefined;
    const guard = await openGuard({ call: fixture.backend.call, clock: fixture.backend.clock, quotas });
    const { kind, ...rest } = await guard.attempt({ tool: 'create_kx_volume', arguments: volume() });
    await guard.close();
    expect(kind).toBe('refused');
    return (rest as unknown as Refused).content.error;
  };
  expect(await previewText(true)).toMatchObject({
    error: 'LimitExceededException',
    message:
      'This would exceed the quota of 5 volumes per environment. This local world has the published quotas. To have no limits, a person can replace it, with all that it contains, by a new world: finspace-mcp world reset --world empty --quotas raised (--world chooses the contents: empty, demo or a world file).',
    advice:
      'volumes per environment: 5 of 5 used, 1 more requested. Delete what is not needed (list_kx_volumes, find_kx_problems), or have a person raise the quota.',
  });
  expect((await previewText(false))['advice']).toBe(
    'Quotas: volumes per environment: 5 in use; GB of volume storage per environment: 6000 in use. A quota is used up. Remove something that is not needed, wait for what is in progress, or have a person raise the quota.',
  );
});

it('a changeset for which too many others are being loaded gets the advice to wait for them', async () => {
  await usePublishedQuotas();
  await createMany(10, () => fixture.builder.changeset('trades'));
  const guard = await openGuard({ call: fixture.backend.call, clock: fixture.backend.clock });
  onTestFinished(guard.close);
  const changeRequests = [{ changeType: 'PUT', s3Path: 's3://bucket/more/', dbPath: '/more/' }];
  const input = here({ databaseName: 'trades', changeRequests });
  const outcome = await guard.attempt({ tool: 'create_kx_changeset', arguments: input });
  expect((outcome as unknown as Refused).content.error).toMatchObject({
    error: 'LimitExceededException',
    advice: expect.stringContaining('wait for what is in progress'),
  });
});

interface Refused {
  readonly content: { readonly error: Members };
}
