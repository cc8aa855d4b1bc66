import { describe, it } from 'vitest';
import { environmentCollection } from '../../src/local/arns.ts';
import { inDatabase } from '../local/collections.ts';
import { HOUR, WORLD } from './support/backend.ts';
import { KEY, ROLE } from './support/call-environment-builder.ts';
import {
  after,
  alter,
  changeset,
  cluster,
  collectionOf,
  dataview,
  dataviewCollection,
  ELSEWHERE,
  expectPlanAsService,
  group,
  here,
  mounting,
  NOWHERE,
  on,
  previewFixture,
  RDB,
  type Row,
  segment,
  volume,
} from './support/preview.ts';

const fixture = previewFixture();

const FREE: readonly Row[] = [
  ['a database', 'CreateKxDatabase', () => here({ databaseName: 'new' }), []],
  ['a changeset', 'CreateKxChangeset', () => changeset('trades'), []],
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
      () => fixture.builder.user('ann'),
      () => here({ userName: 'ann', iamRole: ROLE }),
    ),
    ['user ann'],
  ],
  [
    'a taken cluster',
    'CreateKxCluster',
    after(
      () => fixture.builder.cluster('old'),
      () => cluster({ clusterName: 'old' }),
    ),
    ['cluster old'],
  ],
  [
    'a cluster whose namesake is being deleted',
    'CreateKxCluster',
    after(
      async () => {
        await fixture.builder.cluster('old');
        fixture.backend.clock.advance(HOUR);
        await fixture.backend.call('DeleteKxCluster', {
          environmentId: fixture.builder.environmentId,
          clusterName: 'old',
        });
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
  ['a changeset of no database', 'CreateKxChangeset', () => changeset('none'), ['database none']],
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
  [
    'a cluster of which everything is elsewhere',
    'CreateKxCluster',
    () =>
      cluster({
        clusterType: 'GP',
        ...on('hosts'),
        availabilityZoneId: ELSEWHERE,
        databases: [{ databaseName: 'trades', dataviewName: 'view' }],
        savedownStorageConfiguration: { volumeName: 'spare' },
      }),
    ['scaling group hosts', 'dataview view', 'volume fast', 'volume spare'],
  ],
  [
    'a gateway that mounts a database without code',
    'CreateKxCluster',
    () => cluster({ clusterType: 'GATEWAY', ...on('hosts'), databases: [{ databaseName: 'trades' }] }),
    ['argument databases', 'argument code'],
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
        () => alter(collectionOf('kxScalingGroup'), 'hosts', { status }),
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
        () => alter(collectionOf('kxVolume'), 'fast', { status }),
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
        () => alter(dataviewCollection(), 'view', { status }),
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
        const { environmentId } = fixture.builder;
        const { kxChangesets = [] } = await fixture.backend.call('ListKxChangesets', {
          environmentId,
          databaseName: 'trades',
        });
        const changesetId = String(kxChangesets[0]?.changesetId);
        await alter(inDatabase(WORLD, environmentId, 'trades', 'kxChangeset'), changesetId, { status });
        return dataview({ changesetId });
      },
      ['changeset'],
    ],
  ),
  [
    'a database in an environment that is being deleted',
    'CreateKxDatabase',
    after(
      () => alter(environmentCollection(WORLD), fixture.builder.environmentId, { status: 'DELETING' }),
      () => here({ databaseName: 'new' }),
    ),
    ['kdb environment trading'],
  ],
];

describe('a preview of a create predicts the reply of the service', () => {
  it.each(FREE)('%s', async (_, operation, input, expected) => {
    await expectPlanAsService(operation, await input(), expected);
  });
  it.each(REFUSED)('%s', async (_, operation, input, expected) => {
    await expectPlanAsService(operation, await input(), expected);
  });
  it.each(NOT_READY)('%s', async (_, operation, input, expected) => {
    await expectPlanAsService(operation, await input(), expected);
  });
});
