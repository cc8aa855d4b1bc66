import { describe, expect, test } from 'vitest';
import type { Call } from '../../src/operations/index.ts';
import { caller, demoTools, failing, names, type Rows } from './demo-tools.ts';

const { world, use } = demoTools();
const find = async (input: Record<string, unknown>) => use('find_kx_entities', input);
const found = async (input: Record<string, unknown>) => names((await find(input)).data['entities'] ?? []);

/** The groups of an answer, by value. */
const groups = async (input: Record<string, unknown>) =>
  new Map(((await find(input)).data['groups'] as Rows).map((row) => [row['value'], row]));

describe('what clients send for values that the schema describes', () => {
  test.each([
    ['one text for a list', { kinds: 'cluster', notStatus: 'RUNNING' }, { kinds: ['cluster'], notStatus: ['RUNNING'] }],
    ['commas in it', { status: 'CREATING, updating' }, { status: ['CREATING', 'UPDATING'] }],
    ['words of a name', { name: 'HDB equities' }, { name: 'hdb-equities' }],
    ['a text for a tag', { tags: 'owner=fx-desk' }, { tags: [{ key: 'owner', value: 'fx-desk' }] }],
    ['a map for tags', { tags: { owner: 'fx-desk', stage: 'prod' } }, { tags: ['owner=fx-desk', 'stage=prod'] }],
    ['one condition for tags', { tags: { key: 'owner', value: 'fx-desk' } }, { tags: ['owner=fx-desk'] }],
    ['texts for tags', { tags: ['owner'], kinds: ['volume'] }, { tags: [{ key: 'owner' }], kinds: ['volume'] }],
    ['JSON', { tags: '[{"key":"owner","value":"fx-desk"}]' }, { tags: [{ key: 'OWNER', value: 'FX-DESK' }] }],
    [
      'a text for a number',
      { where: [{ setting: 'nodeCount', is: 'above', value: '1' }] },
      { where: [{ setting: 'nodeCount', is: 'above', value: 1 }] },
    ],
    ['a type in lower case', { type: 'hdb' }, { type: ['HDB'] }],
    ['a time without T', { changedAfter: '2026-03-16 20:00' }, { changedAfter: '2026-03-16T20:00Z' }],
  ])('%s', async (_, said, meant) => {
    const expected = new Set(await found(meant));
    const answer = await found(said);
    expect(expected.size).toBeGreaterThan(0);
    expect(new Set(answer)).toEqual(expected);
  });
});

describe('conditions', () => {
  const where = (setting: string, is: string, value?: unknown) => ({ setting, is, value });

  test('on tags must all hold; several values for one key are alternatives', async () => {
    const owned = (...owners: string[]) => owners.map((value) => ({ key: 'owner', value }));
    expect(await found({ kinds: ['user'], tags: owned('research', 'fx-desk') })).toEqual(['jonas_lind', 'mei_tanaka']);
    const both = [...owned('research'), { key: 'stage', value: 'research' }];
    expect(await found({ kinds: ['cluster'], tags: both })).toEqual(['gp-research', 'gp-signals']);
    const without = [{ key: 'owner', value: 'fx-desk', absent: true }, { key: 'owner' }];
    expect(await found({ kinds: ['user'], tags: without })).not.toContain('jonas_lind');
  });

  test('on types match whole types', async () => {
    const fast = ['vol-equities', 'vol-fx', 'vol-reference', 'vol-savedown', 'vol-tplog'];
    expect(await found({ type: ['SSD_1000', 'SSD_250'] })).toEqual(fast);
    expect((await find({ type: ['NAS_1'] })).data['kinds']).toEqual({ volume: 6 });
    expect(await found({ type: ['TICKERPLANT', 'GATEWAY'] })).toEqual(['gw-prod', 'tp-equities', 'tp-fx', 'gw-uat']);
    expect((await find({ type: ['SSD'] })).data).toMatchObject({ found: 0, existingTypes: expect.any(Array) });
    const others = [where('type', 'not', 'SSD_1000'), where('type', 'not', 'SSD_250')];
    expect(await found({ kinds: ['volume'], where: others })).toEqual(['vol-backtest']);
  });

  test('on statuses match one status or a class', async () => {
    expect(await found({ kinds: ['cluster'], status: ['underway'] })).toEqual(['gp-reference', 'rdb-futures']);
    expect(await found({ kinds: ['cluster'], notStatus: ['settled', 'UPDATING'] })).toEqual([
      'gp-signals',
      'rdb-futures',
    ]);
  });

  test('on numbers accept values with or without a unit', async () => {
    const clusters = (...input: object[]) => found({ kinds: ['cluster'], where: input });
    expect(await clusters(where('nodeCount', 'above', 1))).toEqual(['gw-prod', 'hdb-futures', 'hdb-fx']);
    expect(await clusters(where('nodeCount', 'above', 1), where('nodeCount', 'below', 3))).toEqual([
      'gw-prod',
      'hdb-fx',
    ]);
    expect(await clusters(where('nodeCount', 'equals', 3))).toEqual(['hdb-futures']);
    expect(await clusters(where('code', 'above', 1))).toEqual([]);
    const roomy = ['sg-backtest', 'sg-history', 'sg-realtime', 'sg-uat'];
    for (const value of [20_480, '20480', '20 GiB', '0.02TiB', '20480 MiB'])
      expect(await found({ kinds: ['scaling-group'], where: [where('freeMiB', 'above', value)] })).toEqual(roomy);
    const { data } = await find({ kinds: ['database'] });
    const large = (data['entities'] as Rows).filter(({ size }) => /^\d\.\d GB$/.test(String(size)));
    expect(large).not.toEqual(data['entities']);
    expect(await found({ kinds: ['database'], where: [where('size', 'above', '950 MB')] })).toEqual(names(large));
    expect(await found({ kinds: ['volume'], where: [where('sizeGB', 'below', 2_400)] })).toEqual([
      'vol-reference',
      'vol-tplog',
    ]);
  });

  test('on memory mean that of a node, dedicated or on a host', async () => {
    const large = ['gp-research', 'hdb-equities-a', 'hdb-equities-b', 'hdb-futures', 'hdb-fx'];
    for (const kinds of [['cluster'], 'clusters'])
      expect(await found({ kinds, where: [where('memory', 'above', '30 GiB')] })).toEqual(large);
    expect([...(await groups({ kinds: ['cluster'], groupBy: ['memory'] })).keys()]).not.toContain('(none)');
  });

  test('on values can match a part of a value', async () => {
    const clusters = async (is: string, value?: string) =>
      found({ kinds: ['cluster'], where: [where('code', is, value)] });
    const own = await clusters('contains', 'HDB-4.1.2');
    expect(own).toEqual(['hdb-equities-a', 'hdb-equities-b', 'hdb-fx']);
    const all = await found({ kinds: ['cluster'] });
    expect(await clusters('lacks', 'hdb-4.1.2')).toEqual(all.filter((name) => !own.includes(name)));
    expect(await clusters('equals', 'hdb-4.1.2')).toEqual([]);
    expect(await clusters('unset')).toEqual(['gp-research']);
  });

  test.each([
    [where('nodeCount', 'above'), /where\.0.*: expects a value/],
    [where('nodeCount', 'above', 'many'), /where\.0.*: expects a number as value, such as 3 or 20 GiB/],
    [where('nodeCount', 'like', 3), /where\.0\.is: expects one of equals, not, contains/],
  ])('are rejected if they cannot be compared: %j', async (condition, says) => {
    expect((await find({ where: [condition] })).text).toMatch(says);
  });
});

describe('nodes', () => {
  test('are found by status, with their cluster', async () => {
    const { data } = await find({ status: ['PROVISIONING'] });
    expect(data).toMatchObject({ found: 2, kinds: { node: 2 } });
    expect(data['entities']).toMatchObject(
      ['hdb-futures', 'rdb-futures'].map((cluster) => ({ kind: 'node', cluster, status: 'PROVISIONING' })),
    );
  });

  test('do not count as not searched when a status refers to them', async () => {
    const { data } = await find({ status: ['PROVISIONING'], changedBefore: '2000-01-01' });
    expect(data).toMatchObject({ found: 0, notSearched: 'changesets (argument kinds)' });
  });

  test('are counted by their settings', async () => {
    const clusters = await groups({ kinds: ['node'], groupBy: ['cluster'] });
    expect(clusters.get('hdb-futures')).toMatchObject({ count: 3 });
    expect(await groups({ kinds: ['node'], groupBy: ['zone'] })).toHaveProperty('size', 1);
    expect((await find({ status: ['RUNNING'] })).data['kinds']).not.toHaveProperty('node');
  });
});

describe('loads', () => {
  test('count as failed entities, and are found by their ids', async () => {
    const failed = await find({ status: ['failed'] });
    expect(failed.data['kinds']).toEqual({ cluster: 1, changeset: 1 });
    const [load] = (failed.data['entities'] as Rows).filter(({ kind }) => kind === 'changeset');
    expect(await found({ kinds: ['changeset'], name: load?.['name'] })).toEqual([load?.['name']]);
    expect((await find({ name: load?.['name'] })).data).toMatchObject({
      found: 0,
      notSearched: expect.stringContaining('changesets'),
    });
  });

  test('belong to the owner of their database', async () => {
    const owners = await groups({ status: ['failed'], groupBy: ['tag:owner'] });
    expect([...owners.keys()].toSorted()).toEqual(['fx-desk', 'research']);
    const { data } = await find({ kinds: ['changeset'], tags: [{ key: 'owner', value: 'fx-desk' }] });
    expect((data['entities'] as Rows)[0]).toMatchObject({ tagsOfDatabase: { owner: 'fx-desk' } });
  });
});

describe('groups', () => {
  test('by one or several tags include the total size of each group', async () => {
    const owners = await groups({ kinds: ['volume'], groupBy: ['tag:Owner'] });
    expect(owners.get('market-data-platform')).toMatchObject({ count: 2, totals: { diskGB: 3_600 } });
    const places = await groups({ kinds: ['volume'], groupBy: ['environment', 'tag:owner'] });
    expect(places.get('kdb-prod, (none)')).toMatchObject({ names: ['vol-backtest'], totals: { diskGB: 12_000 } });
    expect((await groups({ kinds: ['scaling-group'], groupBy: ['environment'] })).get('kdb-uat')).toMatchObject({
      totals: { hostMemory: '32 GiB', hostMemoryFree: '22 GiB' },
    });
  });

  test('by use list each user separately', async () => {
    const disks = await groups({ kinds: ['cluster'], groupBy: ['volumes'] });
    expect(disks.get('vol-tplog')?.['names']).toEqual(['rdb-equities', 'rdb-fx', 'tp-equities', 'tp-fx']);
    expect(disks.get('vol-savedown')).toMatchObject({ count: 2 });
    expect(disks.get('vol-equities')?.['names']).toEqual(['hdb-equities-a', 'hdb-equities-b']);
    expect([...disks.keys()]).toHaveLength(6);
    const users = await groups({ kinds: ['volume'], groupBy: ['usedBy'] });
    expect(users.get('rdb-fx')?.['names']).toEqual(['vol-savedown', 'vol-tplog']);
    expect((await groups({ kinds: ['cluster'], groupBy: ['nodeCount'] })).get('3')?.['names']).toEqual(['hdb-futures']);
  });
});

test('groups can be made by the day on which entities were created or changed', async () => {
  const loads = await groups({ kinds: ['changeset'], groupBy: ['created'] });
  expect(loads.get('2026-03-17')).toMatchObject({ count: 3 });
  expect([...loads.keys()]).not.toContain('(none)');
  const days = await groups({ kinds: ['cluster'], groupBy: ['changed'], sort: 'changed' });
  expect([...days.keys()]).toEqual([...days.keys()].toSorted().toReversed());
});

test('tags are not settings, and the answer says where to find them', async () => {
  const { data } = await find({ kinds: ['cluster'], text: 'fx-desk' });
  expect(data).toMatchObject({ found: 0, notSearched: 'names (argument name); tags (argument tags)' });
});

describe('a tag that no entity has', () => {
  test('is answered with the existing tags', async () => {
    const lacking = await find({ tags: [{ key: 'cost-center', absent: true }] });
    expect(lacking.data).toMatchObject({ found: 42, existingTags: ['cost-centre', 'owner', 'stage'] });
    const known = await find({ tags: [{ key: 'owner', absent: true }] });
    expect(known.data).toMatchObject({ found: 1 });
    expect(known.data).not.toHaveProperty('existingTags');
    const group = await find({ groupBy: ['tag:team'] });
    expect(group).toMatchObject({ isError: true, text: expect.stringContaining('cost-centre, owner, stage') });
  });

  test('is told apart from one that exists and has = in its key', async () => {
    const call: Call = async (name, input, options) =>
      name === 'ListTagsForResource' ? ({ tags: { 'team=fx': 'yes' } } as never) : world().call(name, input, options);
    const tagged = caller(call);
    const known = await tagged('find_kx_entities', { tags: [{ key: 'team=fx', value: 'yes' }] });
    expect(known.data).toMatchObject({ found: 42 });
    expect(known.data).not.toHaveProperty('existingTags');
    const unknown = await tagged('find_kx_entities', { tags: [{ key: 'team', value: 'fx' }] });
    expect(unknown.data).toMatchObject({ found: 0, existingTags: ['team=fx'] });
  });

  test('is reported as missing from all entities if none has tags', async () => {
    const bare: Call = async (name, input, options) =>
      name === 'ListTagsForResource' ? ({ tags: {} } as never) : world().call(name, input, options);
    const untagged = caller(bare);
    expect((await untagged('find_kx_entities', { tags: [{ key: 'owner', absent: true }] })).data['found']).toBe(42);
    const { data } = await untagged('find_kx_entities', { kinds: ['user'], groupBy: ['tag:owner'] });
    expect(data['groups']).toMatchObject([{ value: '(none)', count: 6 }]);
  });
});

test('the full view shows all settings of each entity, even of many', async () => {
  const { data } = await find({ kinds: ['user'], view: 'full' });
  for (const user of data['entities'] as Rows) expect(user['arn']).toContain(`kxUser/${user['name']}`);
  const partly = failing(world().call, 'GetKxVolume');
  const volumes = await caller(partly)('find_kx_entities', { kinds: ['volume'], groupBy: ['environment'] });
  expect(volumes.data).toMatchObject({ found: 6, notRead: expect.arrayContaining([expect.anything()]) });
});

describe('changes in progress', () => {
  test('include the expected time of completion in every tool', async () => {
    const { data } = await use('find_kx_problems', { problem: 'underway' });
    const [started] = (data['problems'] as Rows).filter(({ entity }) => entity === 'cluster:rdb-futures');
    const minutes = (Date.parse(String(started?.['expectedBy'])) - Date.parse(String(started?.['since']))) / 60_000;
    expect(minutes).toBe(20);
    expect((await find({ status: ['CREATING'] })).data['entities']).toMatchObject([
      { expectedBy: started?.['expectedBy'] },
    ]);
    const about = await use('what_depends_on', { name: 'rdb-futures' });
    expect(about.data['entity']).toMatchObject({ expectedBy: started?.['expectedBy'] });
    expect((await use('what_depends_on', { name: 'gp-signals' })).text).not.toContain('expectedBy');
  });

  test('a search for stale entities also lists databases whose newest load failed', async () => {
    const { data } = await use('find_kx_problems', { problem: 'behind' });
    expect(data['newestLoadFailed']).toMatchObject([{ environment: 'kdb-prod', database: 'fx_spot' }]);
    expect((await use('find_kx_problems', { problem: 'behind', environment: 'uat' })).text).not.toContain('LoadFailed');
  });
});

test('problems show their owners', async () => {
  const { data } = await use('find_kx_problems');
  const owners = new Map(
    (data['problems'] as Rows).map((row) => [row['entity'], (row['tags'] ?? row['tagsOfDatabase']) as object]),
  );
  expect(owners.get('scaling-group:sg-backtest')).toMatchObject({ owner: 'research' });
  expect(owners.get('volume:vol-backtest')).toEqual({});
  expect([...owners].filter(([entity]) => String(entity).startsWith('changeset:'))).toMatchObject([
    [expect.anything(), { owner: 'fx-desk' }],
  ]);
  const denied = caller(world().call, { deny: ['list_tags_for_resource'] });
  expect((await denied('find_kx_problems')).text).not.toContain('owner');
});

test('the first few entities are shown in full, with the total number', async () => {
  const { data } = await find({ kinds: ['changeset'], sort: 'newest', limit: 3 });
  expect(data).toMatchObject({ found: 23, shown: 3 });
  expect(names(data['entities'], 'database').toSorted()).toEqual(['equities_taq', 'futures_l2', 'fx_spot']);
  for (const load of data['entities'] as Rows) expect(load['changes']).toHaveLength(1);
  expect(data).not.toHaveProperty('more');
  const largest = await find({ kinds: ['volume'], sort: 'largest', limit: 2 });
  expect(names(largest.data['entities'])).toEqual(['vol-backtest', 'vol-equities']);
  expect(largest.data).not.toHaveProperty('totals');
  const owners = await find({ groupBy: ['tag:owner'], limit: 1 });
  expect(names(owners.data['groups'], 'value')).toEqual(['market-data-platform']);
  expect((await find({ kinds: ['volume'], limit: 50 })).data).toMatchObject({ found: 6, totals: { diskGB: 24_000 } });
});

test('a word that is not a name is not reported as missing', async () => {
  expect((await find({ name: 'hdb-eqities-b' })).data).toMatchObject({ found: 0, didYouMean: 'hdb-equities-b' });
  expect((await find({ name: 'trader' })).data).toMatchObject({
    notSearched: expect.stringContaining('argument text'),
  });
  expect(await found({ text: 'trader' })).toEqual(['gw-prod', 'jonas_lind']);
});

test('settings of environments accept the names of the API', async () => {
  for (const setting of ['customDNSConfiguration', 'tgw', 'attachmentNetworkAclConfiguration'])
    expect(await found({ kinds: ['environment'], where: [{ setting, is: 'unset' }] })).toEqual(['kdb-uat']);
  const accounts = await groups({ kinds: ['environment'], groupBy: ['awsAccountId'] });
  expect([...accounts.values()]).toMatchObject([{ count: 2 }]);
});
