import { beforeAll, describe, expect, test } from 'vitest';
import type { OperationName } from '../../src/operations/index.ts';
import { type EnvironmentBuilder, KEY, openBuilder, token } from './environment-builder.ts';
import { openWorld, type Reply, SECOND, type TestWorld, ZONE } from './world.ts';

/** How Terraform's AWS provider waits: a status other than these ends the run with an error. */
interface Waiter {
  readonly get: OperationName;
  readonly named: object;
  readonly pending: readonly string[];
  readonly target: string;
  /** The member that is read; `status` by default. */
  readonly member?: string;
}

const GONE = 'not found';
const STEP = 5 * SECOND;
const LONGEST = 75 * 60 * SECOND;

let world: TestWorld;
let builder: EnvironmentBuilder;
let environmentId: string;
beforeAll(async () => {
  world = await openWorld();
  builder = await openBuilder(world);
  ({ environmentId } = builder);
  await builder.database('trades');
  await builder.group('sg-used');
  await builder.volume('vol-used');
});

/** Polls every few seconds until the target was seen twice in a row, as the provider does; returns the statuses that it saw, in order. */
async function waited({ get, named, pending, target, member = 'status' }: Waiter): Promise<string[]> {
  const seen: string[] = [];
  let hits = 0;
  for (let time = 0; time <= LONGEST && hits < 2; time += STEP) {
    const refused = await world.refusal(get, named as never);
    const status = refused.status === 404 ? GONE : ((await world.call(get, named as never)) as Reply)[member];
    if (seen.at(-1) !== status) seen.push(status);
    expect([...pending, target], `${get} ${seen.join(', ')}`).toContain(status);
    hits = status === target ? hits + 1 : 0;
    world.advance(STEP);
  }
  expect(seen.at(-1)).toBe(target);
  return seen;
}

const inside = (rest: object) => ({ environmentId, clientToken: token(), ...rest });
const DNS = { customDNSConfiguration: [{ customDNSServerName: 'dns1.corp', customDNSServerIP: '10.0.0.76' }] };
const TGW = { transitGatewayConfiguration: { transitGatewayID: 'tgw-1', routableCIDRSpace: '100.64.0.0/26' } };

describe('Terraform', () => {
  test('creates an environment, tags it, attaches its networks one after the other, and waits until it is DELETED', async () => {
    const { environmentId: id, environmentArn } = await world.call('CreateKxEnvironment', {
      name: 'kdb-tf',
      kmsKeyId: KEY,
    });
    const environment = { get: 'GetKxEnvironment' as const, named: { environmentId: id } };
    await waited({ ...environment, pending: ['CREATE_REQUESTED', 'CREATING'], target: 'CREATED' });
    for (const [network, member] of [
      [TGW, 'tgwStatus'],
      [DNS, 'dnsStatus'],
    ] as const) {
      await world.call('UpdateKxEnvironmentNetwork', { environmentId: id, ...network });
      const pending = ['UPDATE_REQUESTED', 'UPDATING'];
      await waited({ ...environment, member, pending, target: 'SUCCESSFULLY_UPDATED' });
    }
    await world.call('TagResource', { resourceArn: environmentArn, tags: { team: 'kdb' } });
    const read = await world.call('GetKxEnvironment', { environmentId: id });
    for (const member of ['environmentArn', 'dedicatedServiceAccountId', 'creationTimestamp', 'updateTimestamp']) {
      expect(read).toHaveProperty(member);
    }
    expect((await world.call('ListTagsForResource', { resourceArn: environmentArn })).tags).toEqual({ team: 'kdb' });
    await world.call('DeleteKxEnvironment', { environmentId: id });
    await waited({ ...environment, pending: ['DELETE_REQUESTED', 'DELETING'], target: 'DELETED' });
    expect((await world.refusal('DeleteKxEnvironment', { environmentId: id })).message).toContain(
      'The Environment is in DELETED state',
    );
  });

  test('creates, updates and deletes a cluster, whose ARN it composes', async () => {
    const clusterName = 'hdb-tf';
    const cluster = { get: 'GetKxCluster' as const, named: { environmentId, clusterName } };
    const code = { s3Bucket: 'some-code', s3Key: 'app.zip' };
    const rest = { clusterType: 'HDB' as const, code, databases: [{ databaseName: 'trades' }], tags: { team: 'kdb' } };
    await world.call('CreateKxCluster', builder.clusterInput(clusterName, rest));
    await waited({ ...cluster, pending: ['PENDING', 'CREATING'], target: 'RUNNING' });
    const pending = ['PENDING', 'UPDATING'];
    const update = { environmentId, clusterName };
    await world.call('UpdateKxClusterDatabases', { ...update, databases: rest.databases });
    await waited({ ...cluster, pending, target: 'RUNNING' });
    await world.call('UpdateKxClusterCodeConfiguration', { ...update, code });
    await waited({ ...cluster, pending, target: 'RUNNING' });
    const { environmentArn } = await world.call('GetKxEnvironment', { environmentId });
    const resourceArn = `${environmentArn}/kxCluster/${clusterName}`;
    expect((await world.call('ListTagsForResource', { resourceArn })).tags).toEqual({ team: 'kdb' });
    await world.call('DeleteKxCluster', update);
    await waited({ ...cluster, pending: ['DELETING'], target: GONE });
  });

  const segmentConfigurations = () => [{ dbPaths: ['/*'], volumeName: 'vol-used' }];
  const kinds: [
    string,
    OperationName,
    () => object,
    Waiter['get'],
    string,
    () => [OperationName, object] | undefined,
  ][] = [
    [
      'Dataview',
      'CreateKxDataview',
      () => ({ databaseName: 'trades', azMode: 'SINGLE', availabilityZoneId: ZONE, autoUpdate: true }),
      'GetKxDataview',
      'dataviewName',
      () => ['UpdateKxDataview', { databaseName: 'trades', segmentConfigurations: segmentConfigurations() }],
    ],
    [
      'Volume',
      'CreateKxVolume',
      () => ({
        volumeType: 'NAS_1',
        azMode: 'SINGLE',
        availabilityZoneIds: [ZONE],
        nas1Configuration: { type: 'SSD_250', size: 1200 },
      }),
      'GetKxVolume',
      'volumeName',
      () => ['UpdateKxVolume', { nas1Configuration: { type: 'SSD_250', size: 2400 } }],
    ],
    [
      'ScalingGroup',
      'CreateKxScalingGroup',
      () => ({ hostType: 'kx.sg.large', availabilityZoneId: ZONE }),
      'GetKxScalingGroup',
      'scalingGroupName',
      () => undefined,
    ],
  ];
  test.each(kinds)('creates, updates and deletes a %s', async (kind, create, input, get, member, change) => {
    const name = { [member]: `tf-${kind.toLowerCase()}` };
    const { databaseName } = input() as { databaseName?: string };
    const named = { environmentId, ...name, ...(databaseName && { databaseName }) };
    await world.call(create, inside({ ...name, ...input() }) as never);
    await waited({ get, named, pending: ['CREATING'], target: 'ACTIVE' });
    const update = change();
    if (update !== undefined) {
      await world.call(update[0], inside({ ...name, ...update[1] }) as never);
      await waited({ get, named, pending: ['UPDATING'], target: 'ACTIVE' });
    }
    await world.call(`DeleteKx${kind}` as OperationName, { ...named, clientToken: token() } as never);
    await waited({ get, named, pending: ['DELETING'], target: GONE });
  });
});
