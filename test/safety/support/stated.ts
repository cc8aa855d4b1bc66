import type { OperationName } from '../../../src/operations/index.ts';
import type { Members } from './backend.ts';
import { ZONE } from './call-environment-builder.ts';
import { clusterRows } from './stated-clusters.ts';
import { rowsOf, type StatedCondition, type StatedWorld, TRADES } from './stated-row.ts';

const GATEWAY = { transitGatewayID: 'tgw-0a1b2c3d4e5f60718', routableCIDRSpace: '100.64.0.0/26' };
const RULE = { ruleNumber: 1, protocol: '6', ruleAction: 'allow', cidrBlock: '10.0.0.0/8' };
const segment = (volumeName: string, path = '/*', more: Members = {}) => ({ volumeName, dbPaths: [path], ...more });

/** Every condition that a text or the catalog states, with a call that violates only it. */
export function statedRows(world: StatedWorld): StatedCondition[] {
  const { environmentId, failed, completed, browser } = world;
  const at = { environmentId };
  const changeset = rowsOf('CreateKxChangeset', { ...at, ...TRADES });
  const request = (change: Members) => ({
    changeRequests: [{ changeType: 'PUT', s3Path: 's3://some-bucket/a/', dbPath: '/a/', ...change }],
  });
  const dataview = rowsOf('CreateKxDataview', {
    ...at,
    ...TRADES,
    dataviewName: 'new',
    azMode: 'SINGLE',
    availabilityZoneId: ZONE,
  });
  const view = rowsOf('UpdateKxDataview', { ...at, ...TRADES, dataviewName: 'still' });
  const volume = rowsOf('CreateKxVolume', {
    ...at,
    volumeName: 'new',
    volumeType: 'NAS_1',
    azMode: 'SINGLE',
    availabilityZoneIds: [ZONE],
    nas1Configuration: { type: 'SSD_1000', size: 1200 },
  });
  const grown = rowsOf('UpdateKxVolume', { ...at, volumeName: 'fast' });
  const network = rowsOf('UpdateKxEnvironmentNetwork', at);
  const rules = (...changes: Members[]) => ({
    transitGatewayConfiguration: {
      ...GATEWAY,
      attachmentNetworkAclConfiguration: changes.map((change) => ({ ...RULE, ...change })),
    },
  });
  const one = (operation: OperationName, argument: string, input: Members, sentence: string) =>
    rowsOf(operation, {})(argument, input, sentence);
  return [
    ...clusterRows(world),
    changeset(
      's3Path',
      request({ s3Path: undefined }),
      'changeRequests.s3Path: Required for PUT: a file, or a folder ending with /, such as s3://bucket/folder/',
    ),
    changeset('dbPath', request({ dbPath: '/a' }), 'changeRequests.dbPath: For PUT it must begin and end with /.'),
    changeset(
      'dbPath',
      request({ dbPath: '/a/b/c/' }),
      'changeRequests.dbPath: Path in the database with at most two folders, such as /2026.03.17/.',
    ),
    dataview(
      'changesetId',
      { autoUpdate: true, changesetId: completed },
      'autoUpdate: not with changesetId or readWrite.',
    ),
    dataview(
      'readWrite',
      { autoUpdate: true, readWrite: true, segmentConfigurations: [segment('spare')] },
      'autoUpdate: not with changesetId or readWrite.',
    ),
    dataview(
      'readWrite',
      { readWrite: true },
      'readWrite: Needs one segment, with dbPaths /* on a volume that no other dataview uses.',
    ),
    dataview(
      'fast',
      { readWrite: true, segmentConfigurations: [segment('fast')] },
      'readWrite: Needs one segment, with dbPaths /* on a volume that no other dataview uses.',
    ),
    dataview('onDemand', {
      segmentConfigurations: [segment('spare', '/a/*', { onDemand: true }), segment('fast', '/b/*')],
    }),
    dataview(
      'overlap',
      { segmentConfigurations: [segment('spare'), segment('fast', '/a/*')] },
      'segmentConfigurations.dbPaths: segments must not overlap',
    ),
    dataview('azMode', { azMode: 'MULTI' }),
    dataview('availabilityZoneId', { availabilityZoneId: undefined }),
    dataview(failed, { changesetId: failed }, 'changesetId: Must be COMPLETED.'),
    view('onDemand', {
      changesetId: completed,
      segmentConfigurations: [segment('spare', '/a/*', { onDemand: true }), segment('fast', '/b/*')],
    }),
    view(
      'overlap',
      { changesetId: completed, segmentConfigurations: [segment('spare'), segment('fast', '/a/*')] },
      'segmentConfigurations.dbPaths: segments must not overlap',
    ),
    view(failed, { changesetId: failed }, 'changesetId: Must be COMPLETED.'),
    view(
      'writable',
      { dataviewName: 'writable', description: 'other', changesetId: completed },
      'summary: A readWrite dataview cannot be updated.',
    ),
    volume('volumeType', { volumeType: 'NAS_2' }, 'volumeType: Network-attached storage, the only type'),
    volume('azMode', { azMode: 'MULTI' }),
    volume(
      'availabilityZoneIds',
      { availabilityZoneIds: [ZONE, 'use1-az4'] },
      'availabilityZoneIds: Exactly one, from get_kx_environment',
    ),
    volume('nas1Configuration', { nas1Configuration: undefined }),
    volume(
      'size',
      { nas1Configuration: { type: 'SSD_1000', size: 1300 } },
      'nas1Configuration.size: GB: 1200 or a multiple of 2400;',
    ),
    volume(
      'size',
      { nas1Configuration: { type: 'HDD_12', size: 2400 } },
      'nas1Configuration.size: for HDD_12 a multiple of 6000',
    ),
    grown(
      'type',
      { nas1Configuration: { type: 'SSD_250', size: 2400 } },
      'nas1Configuration.type: Cannot be changed;',
      'summary: the size cannot be reduced, and the disk type and availability zone are fixed.',
    ),
    grown(
      'size',
      { volumeName: 'large', nas1Configuration: { size: 1200 } },
      'summary: the size cannot be reduced, and the disk type and availability zone are fixed.',
    ),
    grown('1300', { nas1Configuration: { size: 1300 } }, 'nas1Configuration.size: GB: 1200 or a multiple of 2400;'),
    grown(
      '7200',
      { volumeName: 'slow', nas1Configuration: { size: 7200 } },
      'nas1Configuration.size: for HDD_12 a multiple of 6000',
    ),
    network(
      'customDNSConfiguration',
      {
        transitGatewayConfiguration: GATEWAY,
        customDNSConfiguration: [{ customDNSServerName: 'dns', customDNSServerIP: '10.0.0.2' }],
      },
      'summary: Give exactly one of transitGatewayConfiguration and customDNSConfiguration;',
      'transitGatewayConfiguration: not with customDNSConfiguration',
      'customDNSConfiguration: not with transitGatewayConfiguration',
    ),
    network(
      'routableCIDRSpace',
      { transitGatewayConfiguration: { ...GATEWAY, routableCIDRSpace: '10.0.0.0/26' } },
      'transitGatewayConfiguration.routableCIDRSpace: A /26 block inside 100.64.0.0/10 that nothing else behind the gateway uses, such as 100.64.0.0/26',
    ),
    network(
      'ruleNumber',
      rules({}, {}),
      'transitGatewayConfiguration.attachmentNetworkAclConfiguration.ruleNumber: Unique;',
    ),
    network('portRange', rules({ portRange: { from: 9, to: 8 } })),
    network('300.0.0.0/8', rules({ cidrBlock: '300.0.0.0/8' })),
    one('DeleteKxEnvironment', 'cluster', at, 'summary: Fails while the environment has clusters;'),
    one(
      'DeleteKxDatabase',
      'dataview',
      { ...at, databaseName: 'viewed' },
      'summary: Fails while a cluster mounts the database or it has dataviews;',
    ),
    one(
      'DeleteKxDatabase',
      'hdb',
      { ...at, databaseName: 'mounted' },
      'summary: Fails while a cluster mounts the database or it has dataviews;',
    ),
    one(
      'DeleteKxDataview',
      'shared',
      { ...at, ...TRADES, dataviewName: 'view' },
      'summary: Fails while a cluster mounts it;',
    ),
    one(
      'DeleteKxScalingGroup',
      'shared',
      { ...at, scalingGroupName: 'hosts' },
      'summary: Fails while clusters run on it;',
    ),
    one('DeleteKxVolume', 'view', { ...at, volumeName: 'fast' }, 'summary: Fails while a cluster or dataview uses it;'),
    one(
      'TagResource',
      '50 tags',
      {
        resourceArn: `arn:aws:finspace:us-east-1:111122223333:kxEnvironment/${environmentId}/kxUser/tagged`,
        tags: { more: 'one' },
      },
      'summary: an entity has at most 50.',
    ),
    one(
      'CreateEnvironment',
      'federationParameters',
      { name: 'new', federationMode: 'FEDERATED' },
      'federationMode: needs federationParameters.',
    ),
    one(
      'UpdateEnvironment',
      'federationParameters',
      { environmentId: browser, federationMode: 'FEDERATED' },
      'federationMode: needs federationParameters.',
    ),
  ];
}
