import { beforeEach, expect, it } from 'vitest';
import { environmentCollection } from '../../src/local/arns.ts';
import { HOUR, WORLD } from './support/backend.ts';
import { openBuilder, ROLE } from './support/call-environment-builder.ts';
import {
  after,
  alter,
  collectionOf,
  createMany,
  dataviewCollection,
  expectPlanAsService,
  here,
  on,
  preview,
  previewFixture,
  type Row,
  segment,
  usePublishedQuotas,
} from './support/preview.ts';

const fixture = previewFixture();
beforeEach(async () => {
  const { backend, builder } = fixture;
  await builder.user('ann');
  await builder.database('other');
  await builder.cluster('hdb', {
    clusterType: 'HDB',
    ...on('hosts'),
    databases: [{ databaseName: 'trades', dataviewName: 'view' }],
  });
  backend.clock.advance(HOUR);
});

const hdb = (...databases: object[]) => here({ clusterName: 'hdb', databases });
const review = (rest: object = {}) => here({ databaseName: 'trades', dataviewName: 'view', ...rest });
const onView = { databaseName: 'trades', dataviewName: 'view' };

const ROWS: readonly Row[] = [
  ['a database', 'UpdateKxDatabase', () => here({ databaseName: 'trades', description: 'new' }), []],
  ['a user', 'UpdateKxUser', () => here({ userName: 'ann', iamRole: `${ROLE}-2` }), []],
  ['the name of an environment', 'UpdateKxEnvironment', () => here({ name: 'new' }), []],
  ['the description of an environment', 'UpdateKxEnvironment', () => here({ description: 'new' }), []],
  [
    'the size of a volume',
    'UpdateKxVolume',
    () => here({ volumeName: 'spare', nas1Configuration: { size: 2400 } }),
    [],
  ],
  [
    'a volume that is UPDATING to another type',
    'UpdateKxVolume',
    after(
      () => alter(collectionOf('kxVolume'), 'spare', { status: 'UPDATING' }),
      () => here({ volumeName: 'spare', nas1Configuration: { type: 'SSD_250', size: 1200 } }),
    ),
    ['volume spare', 'volume spare'],
  ],
  ['a dataview', 'UpdateKxDataview', () => review({ ...segment('spare'), remove: ['segmentConfigurations.fast'] }), []],
  [
    'what a cluster mounts',
    'UpdateKxClusterDatabases',
    after(
      async () => {
        await fixture.builder.changeset('trades', '/2026.03.17/');
        fixture.backend.clock.advance(HOUR);
      },
      () => hdb(onView),
    ),
    [],
  ],
  [
    'the name of an environment to that of another',
    'UpdateKxEnvironment',
    after(
      () => openBuilder(fixture.backend.call, 'uat'),
      () => here({ name: 'uat' }),
    ),
    ['kdb environment uat'],
  ],
  [
    'an environment that is being deleted',
    'UpdateKxEnvironment',
    after(
      () => alter(environmentCollection(WORLD), fixture.builder.environmentId, { status: 'DELETING' }),
      () => here({ description: 'new' }),
    ),
    ['kdb environment trading'],
  ],
  [
    'a writable dataview',
    'UpdateKxDataview',
    after(
      async () => {
        await fixture.builder.dataview('notes', { readWrite: true, ...segment('spare') });
        fixture.backend.clock.advance(HOUR);
      },
      () => here({ databaseName: 'trades', dataviewName: 'notes', description: 'new' }),
    ),
    ['dataview notes'],
  ],
  [
    'a dataview that is UPDATING',
    'UpdateKxDataview',
    after(
      () => alter(dataviewCollection(), 'view', { status: 'UPDATING' }),
      () => review({ description: 'new' }),
    ),
    ['dataview view'],
  ],
  [
    'a dataview to no changeset',
    'UpdateKxDataview',
    after(
      async () => {
        await fixture.builder.dataview('fixed');
        fixture.backend.clock.advance(HOUR);
      },
      () => here({ databaseName: 'trades', dataviewName: 'fixed', changesetId: 'none' }),
    ),
    ['changeset none'],
  ],
  [
    'a dataview to no volume',
    'UpdateKxDataview',
    () => review({ ...segment('none'), remove: ['segmentConfigurations.fast'] }),
    ['volume none'],
  ],
  [
    'a dataview to a volume that is UPDATING',
    'UpdateKxDataview',
    after(
      () => alter(collectionOf('kxVolume'), 'spare', { status: 'UPDATING' }),
      () => review({ ...segment('spare'), remove: ['segmentConfigurations.fast'] }),
    ),
    ['volume spare'],
  ],
  [
    'a dataview while ten others are made',
    'UpdateKxDataview',
    after(
      async () => {
        await usePublishedQuotas();
        await createMany(10, (name) => fixture.builder.dataview(name));
      },
      () => review({ description: 'new' }),
    ),
    ['quota dataview versions'],
  ],
  [
    'a cluster to a database that it does not mount',
    'UpdateKxClusterDatabases',
    () => hdb(onView, { databaseName: 'other' }),
    ['database other'],
  ],
  [
    'the code of an HDB with a script and without a restart',
    'UpdateKxClusterCodeConfiguration',
    () =>
      here({
        clusterName: 'hdb',
        code: { s3Bucket: 'bucket', s3Key: 'new.zip' },
        initializationScript: 'init.q',
        deploymentConfiguration: { deploymentStrategy: 'NO_RESTART' },
      }),
    ['argument deploymentConfiguration', 'cluster hdb'],
  ],
  [
    'a cluster to no dataview',
    'UpdateKxClusterDatabases',
    () => hdb({ databaseName: 'trades', dataviewName: 'none' }),
    ['dataview none'],
  ],
  [
    'a cluster to no changeset',
    'UpdateKxClusterDatabases',
    () => here({ ...hdb({ databaseName: 'trades', changesetId: 'none' }), remove: ['databases.trades.dataviewName'] }),
    ['changeset none'],
  ],
  [
    'a cluster to a dataview that is FAILED',
    'UpdateKxClusterDatabases',
    after(
      async () => {
        await fixture.builder.dataview('broken');
        fixture.backend.clock.advance(HOUR);
        await alter(dataviewCollection(), 'broken', { status: 'FAILED' });
      },
      () => hdb({ databaseName: 'trades', dataviewName: 'broken' }),
    ),
    ['dataview broken'],
  ],
];

it.each(ROWS)('a preview of changing %s predicts the reply of the service', async (_, operation, input, expected) => {
  await expectPlanAsService(operation, await input(), expected);
});

it.each([
  ['UpdateKxDataview', () => here({ databaseName: 'trades', dataviewName: 'none' })],
  ['UpdateKxClusterDatabases', () => here({ clusterName: 'none', databases: [onView] })],
] as const)('%s of a missing entity has no plan', async (operation, input) => {
  await expect(preview(operation, input())).rejects.toThrow('ResourceNotFoundException');
});
