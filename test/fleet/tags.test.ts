import { describe, expect, test } from 'vitest';
import { caller, demoTools, failing, type Rows } from './table.ts';

const { world, use } = demoTools();
const IN_PROD = { environment: 'kdb-prod' };

describe('tags', () => {
  const of = { environmentId: 'kdb-prod' };
  const fx = { databaseName: 'fx_spot' };
  const TAGGED = [
    ['get_kx_environment', of],
    ['get_kx_cluster', { ...of, clusterName: 'hdb-fx' }],
    ['get_kx_database', { ...of, ...fx }],
    ['get_kx_dataview', { ...of, ...fx, dataviewName: 'fx_spot_live' }],
    ['get_kx_scaling_group', { ...of, scalingGroupName: 'sg-history' }],
    ['get_kx_volume', { ...of, volumeName: 'vol-fx' }],
    ['get_kx_user', { ...of, userName: 'amara_okafor' }],
  ] as const;

  test.each(TAGGED)('stand in the answer of %s', async (tool, input) => {
    expect((await use(tool, input)).data).toMatchObject({ tags: { stage: 'prod' } });
  });

  test('are left out where this caller may not read them, and said to be unread where that failed', async () => {
    const [tool, input] = TAGGED[1];
    const denied = await caller(world().call, { deny: ['list_tags_for_resource'] })(tool, input);
    expect(denied.data).toMatchObject({ clusterName: 'hdb-fx' });
    expect(denied.text).not.toContain('tags');
    const failed = await caller(failing(world().call, 'ListTagsForResource'))(tool, input);
    expect(failed.data).toMatchObject({ clusterName: 'hdb-fx', tagsNotRead: 'ThrottlingException: "Slow down."' });
  });

  test('are not read for what cannot have any', async () => {
    const changesetId = (await use('get_kx_database', { ...of, ...fx })).data['lastCompletedChangesetId'];
    const { data } = await use('get_kx_changeset', { ...of, ...fx, changesetId });
    expect(data).toMatchObject({ changesetId });
    expect(data).not.toHaveProperty('tags');
  });

  test('stand in the answers about few entities, and about an environment', async () => {
    const { data } = await use('find_kx_entities', { name: 'sg-backtest' });
    expect(data['entities']).toMatchObject([{ tags: { owner: 'research' } }]);
    const described = await use('describe_kx_environment', IN_PROD);
    expect(described.data['environment']).toMatchObject({ tags: { stage: 'prod' } });
    const many = await use('find_kx_entities', { kinds: ['cluster'] });
    expect((many.data['entities'] as Rows)[0]).not.toHaveProperty('tags');
  });
});
