import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call, OperationName } from '../../src/operations/index.ts';
import { type Plan, planCall } from '../../src/safety/plan.ts';
import { answering, type Embedded, failing, type Members, openEmbedded } from './support/backend.ts';
import { type EnvironmentBuilder, KEY, openBuilder } from './support/call-environment-builder.ts';
import { PLACE } from './support/guard.ts';

describe('a service that omits optional members', () => {
  let backend: Embedded;
  let builder: EnvironmentBuilder;
  let environmentId: string;
  beforeAll(async () => {
    backend = await openEmbedded();
    builder = await openBuilder(backend.call);
    environmentId = builder.environmentId;
    await builder.database('trades');
    await builder.changeset('trades');
    await builder.volume('fast');
    await builder.group('hosts');
    await builder.dataview('view', {
      autoUpdate: true,
      segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'fast' }],
    });
    await builder.cluster('gateway');
  });
  afterAll(() => backend.close());

  const planned = async (call: Call, operation: OperationName, input: Members) =>
    (await planCall({ call, backendLocation: PLACE }, operation, input, 'ann')) as Plan;
  /** Replies without these members, at any depth. */
  const without = (...left: string[]) =>
    answering(backend.call, (_, reply) =>
      JSON.parse(JSON.stringify(reply, (member, value) => (left.includes(member) ? undefined : value))),
    );

  it.each<[string, OperationName, Members, string[]]>([
    [
      'a dataview without versions',
      'DeleteKxDataview',
      { databaseName: 'trades', dataviewName: 'view' },
      ['activeVersions'],
    ],
    [
      'versions without clusters',
      'DeleteKxDataview',
      { databaseName: 'trades', dataviewName: 'view' },
      ['attachedClusters'],
    ],
    ['a scaling group without clusters', 'DeleteKxScalingGroup', { scalingGroupName: 'hosts' }, ['clusters']],
    [
      'a volume without clusters',
      'DeleteKxVolume',
      { volumeName: 'fast' },
      ['attachedClusters', 'segmentConfigurations'],
    ],
    [
      'a volume without a size',
      'DeleteKxVolume',
      { volumeName: 'fast' },
      ['nas1Configuration', 'segmentConfigurations'],
    ],
    ['a cluster without storage', 'DeleteKxCluster', { clusterName: 'gateway' }, ['cacheStorageConfigurations']],
  ])('does not block the deletion of %s', async (_, operation, input, left) => {
    const { blockers, lost } = await planned(without(...left), operation, { environmentId, ...input });
    expect(blockers).toEqual([]);
    expect(lost).not.toEqual([]);
  });

  it('about the location of an entity shows the person what is known, and deletes nothing', async () => {
    const user = { environmentId, volumeName: 'fast' };
    const mute = failing(backend.call, 'GetKxEnvironment');
    const { shown, forbidden, unchecked } = await planned(mute, 'DeleteKxVolume', user);
    expect(unchecked).toEqual(['what get_kx_environment shows, which this server may not read']);
    expect(shown.text).toContain('\nregion: "us-east-1", backend: "test".\n');
    expect(forbidden?.why).toContain('cannot be read');
    const { shown: known } = await planned(backend.call, 'DeleteKxVolume', user);
    expect(known.text).toContain(
      '\nenvironment: "trading", account: "111122223333", region: "us-east-1", backend: "test".\n',
    );
  });

  it('has nothing to omit of what does not exist yet: the person sees what a create would make', async () => {
    const { shown } = await planned(backend.call, 'CreateKxEnvironment', { name: 'new-one', kmsKeyId: KEY });
    expect(shown.text.split('\n')).toEqual([
      'CREATE kdb environment new-one',
      'Changes name: not set -> new-one. + 1 more below',
      'Type new-one to approve.',
      'region: "us-east-1", backend: "test".',
      'Changes:',
      'name: not set -> "new-one".',
      expect.stringMatching(/^kmsKeyId: not set -> "arn:aws:kms:.*"\.$/),
    ]);
  });
});
