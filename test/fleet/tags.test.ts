import { describe, expect, test } from 'vitest';
import type { Call } from '../../src/operations/index.ts';
import { caller, demoTools, failing, type Rows } from './demo-tools.ts';

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

  test.each(TAGGED)('are part of the answer of %s', async (tool, input) => {
    expect((await use(tool, input)).data).toMatchObject({ tags: { stage: 'prod' } });
  });

  test('are omitted if this caller may not read them, and reported as unread if the read failed', async () => {
    const [tool, input] = TAGGED[1];
    const denied = await caller(world().call, { deny: ['list_tags_for_resource'] })(tool, input);
    expect(denied.data).toMatchObject({ clusterName: 'hdb-fx' });
    expect(denied.text).not.toContain('tags');
    const failed = await caller(failing(world().call, 'ListTagsForResource'))(tool, input);
    expect(failed.data).toMatchObject({ clusterName: 'hdb-fx', tagsNotRead: 'ThrottlingException: "Slow down."' });
  });

  test('are not read for entities that cannot have any', async () => {
    const changesetId = (await use('get_kx_database', { ...of, ...fx })).data['lastCompletedChangesetId'];
    const { data } = await use('get_kx_changeset', { ...of, ...fx, changesetId });
    expect(data).toMatchObject({ changesetId });
    expect(data).not.toHaveProperty('tags');
  });

  test('are part of answers about few entities, and about an environment', async () => {
    const { data } = await use('find_kx_entities', { name: 'sg-backtest' });
    expect(data['entities']).toMatchObject([{ tags: { owner: 'research' } }]);
    const described = await use('describe_kx_environment', IN_PROD);
    expect(described.data['environment']).toMatchObject({ tags: { stage: 'prod' } });
    const many = await use('find_kx_entities', { kinds: ['cluster'] });
    expect((many.data['entities'] as Rows)[0]).not.toHaveProperty('tags');
  });
});

describe('the full view of many entities', () => {
  const pages = async (tool: string, input: object, section: string) => {
    const rows: Rows = [];
    let cursor: unknown;
    do {
      const { data } = await use(tool, { ...input, view: 'full', ...(cursor === undefined ? {} : { cursor }) });
      rows.push(...((data[section] ?? []) as Rows));
      cursor = data['cursor'];
    } while (cursor !== undefined);
    return rows;
  };

  test('contains every setting and the tags of each, on every page', async () => {
    const found = await pages('find_kx_entities', {}, 'entities');
    expect(found.length).toBeGreaterThan(40);
    for (const row of found) expect([row['name'], row['tags']]).toEqual([row['name'], expect.any(Object)]);
    for (const row of found) expect(row).toHaveProperty('arn');
    const described = await pages('describe_kx_environment', { environment: 'kdb-prod' }, 'entities');
    const tagsOf = new Map(found.map(({ kind, name, tags }) => [`${kind} ${name}`, tags]));
    for (const { kind, name, tags } of described.filter(({ kind }) => kind !== 'changeset'))
      expect(tags).toEqual(tagsOf.get(`${kind} ${name}`));
  });

  test('reads only the tags of entities on a page', async () => {
    let reads = 0;
    const call: Call = async (name, input, options) => {
      reads += name === 'ListTagsForResource' ? 1 : 0;
      const reply = await world().call(name, input, options);
      if (name !== 'ListKxUsers') return reply;
      const user = (at: number) => ({ userName: `user-${at}`, iamRole: `arn:aws:iam::111122223333:role/r${at}` });
      return { users: Array.from({ length: 2_000 }, (_, at) => user(at)) } as never;
    };
    const input = { environment: 'kdb-prod', kinds: ['user'], view: 'full' };
    expect((await caller(call)('find_kx_entities', input)).data['found']).toBe(2_000);
    expect(reads).toBeLessThan(500);
  });
});

test.each([
  ['a condition on tags', { tags: ['owner'] }],
  ['a condition on tags of environments', { tags: [{ key: 'owner', of: 'environment' }] }],
  ['groups by tag', { groupBy: ['tag:owner'] }],
])('%s reads no tags that the operator denies, and says so', async (_, input) => {
  const reads: string[] = [];
  const call: Call = (name, request, options) => {
    reads.push(name);
    return world().call(name, request, options);
  };
  const denied = await caller(call, { deny: ['list_tags_for_resource'] })('find_kx_entities', input);
  expect(denied).toMatchObject({ isError: true, text: 'Tags cannot be read. The operator of this server denies it.' });
  expect(reads).not.toContain('ListTagsForResource');
});

test('names only the error of a read that failed without a message', async () => {
  const uat = await world().id('kdb-uat');
  const search = { kinds: ['volume'], tags: [{ key: 'owner' }] };
  const withoutTags = failing(world().call, 'ListTagsForResource', 'Throttling', '');
  const { data: tags } = await caller(withoutTags)('find_kx_entities', search);
  expect(tags['notRead']).toMatchObject([{ reason: expect.stringMatching(/: ThrottlingException$/) }]);
  const withoutUat = failing(world().call, (_, { environmentId }) => environmentId === uat, 'Unreachable', '');
  const { data: environments } = await caller(withoutUat)('find_kx_entities', { kinds: ['volume'] });
  expect(environments['notRead']).toEqual([{ environment: 'kdb-uat', reason: 'Unreachable' }]);
});
