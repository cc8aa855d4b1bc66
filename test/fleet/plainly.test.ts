import { describe, expect, test } from 'vitest';
import type { Call } from '../../src/operations/index.ts';
import { caller, demoTools, failing, names, type Rows } from './table.ts';

const { world, use } = demoTools();
const find = async (asked: Record<string, unknown>) => use('find_kx_entities', asked);
const found = async (asked: Record<string, unknown>) => names((await find(asked)).data['entities'] ?? []);

/** The groups of an answer, by value. */
const groups = async (asked: Record<string, unknown>) =>
  new Map(((await find(asked)).data['groups'] as Rows).map((row) => [row['value'], row]));

describe('what people mean by what they say', () => {
  test.each([
    ['a state that is not', { kinds: ['cluster'], status: 'not RUNNING' }, { kinds: ['cluster'], status: '!RUNNING' }],
    [
      'several',
      { kinds: ['cluster'], status: '!RUNNING,!UPDATING' },
      { kinds: ['cluster'], status: '!RUNNING,UPDATING' },
    ],
    ['words of a name', { name: 'HDB equities' }, { name: 'hdb-equities' }],
    ['a span in words', { kinds: ['cluster'], olderThan: '5 weeks' }, { kinds: ['cluster'], olderThan: '5w' }],
    ['a span with words around it', { changedWithin: 'the last 24 hours' }, { changedWithin: '24h' }],
    ['one of a unit', { kinds: ['changeset'], youngerThan: 'last week' }, { kinds: ['changeset'], youngerThan: '7d' }],
    ['a time ago', { kinds: ['cluster'], olderThan: '6 weeks ago' }, { kinds: ['cluster'], olderThan: '42d' }],
    ['hours', { kinds: ['cluster'], changedWithin: '24 hours' }, { kinds: ['cluster'], changedWithin: '24h' }],
    ['months', { kinds: ['cluster'], changedWithin: '!1 month' }, { kinds: ['cluster'], changedWithin: '!30d' }],
    ['today', { kinds: ['cluster'], changedWithin: 'today' }, { kinds: ['cluster'], changedWithin: '2026-03-17' }],
    ['yesterday', { changedWithin: 'yesterday' }, { changedWithin: '2026-03-16T00:00:00Z' }],
    ['a time', { changedWithin: '2026-03-16 20:00' }, { changedWithin: '2026-03-16T20:00Z' }],
    ['a colon in a tag', { tag: 'owner: fx-desk' }, { tag: 'owner=fx-desk' }],
    ['spaces in a tag', { tag: 'FX desk' }, { tag: 'fx-desk' }],
    ['another spelling of a key', { tag: '!CostCentre' }, { tag: '!cost-centre' }],
    [
      'a tag that is not',
      { kinds: ['cluster'], tag: 'owner != fx-desk' },
      { kinds: ['cluster'], tag: '!owner=fx-desk' },
    ],
    ['another value', { kinds: ['volume'], uses: 'type!=SSD_250' }, { kinds: ['volume'], uses: '!type=SSD_250' }],
    ['a type that is not', { kinds: ['volume'], type: '!SSD' }, { kinds: ['volume'], type: 'HDD' }],
    ['not a type', { type: 'not HDB' }, { type: 'GP,RDB,GATEWAY,TICKERPLANT' }],
    ['several names', { kinds: ['cluster'], name: 'hdb | rdb' }, { type: 'HDB,RDB' }],
    ['not a name', { kinds: ['cluster'], name: '!hdb,rdb' }, { type: '!HDB,RDB' }],
    ['any of several tags', { tag: 'owner=research, owner=fx-desk', kinds: ['user'] }, { name: 'mei,jonas' }],
    [
      'all of several tags',
      { tag: 'stage=research, owner=research', kinds: ['cluster'] },
      { name: 'gp-research,gp-signals' },
    ],
    ['a part of an ARN', { uses: 'role=kdb-quant' }, { uses: 'kdb-quant' }],
  ])('%s', async (_, said, meant) => {
    const expected = new Set(await found(meant));
    const answer = await found(said);
    expect(expected.size).toBeGreaterThan(0);
    expect(new Set(answer)).toEqual(expected);
  });

  test('a family of types', async () => {
    expect(await found({ type: 'SSD' })).toEqual([
      'vol-equities',
      'vol-fx',
      'vol-reference',
      'vol-savedown',
      'vol-tplog',
    ]);
    expect((await find({ type: 'NAS_1' })).data['kinds']).toEqual({ volume: 6 });
    expect(await found({ type: 'TICKERPLANT, gateway' })).toEqual(['gw-prod', 'tp-equities', 'tp-fx', 'gw-uat']);
    expect(await found({ type: 'kx.s' })).toEqual(['hdb-futures', 'rdb-futures']);
  });

  test('more or less than a number', async () => {
    expect(await found({ kinds: ['cluster'], uses: 'nodeCount>1' })).toEqual(['gw-prod', 'hdb-futures', 'hdb-fx']);
    expect(await found({ kinds: ['cluster'], uses: 'nodeCount >= 3' })).toEqual(['hdb-futures']);
    const roomy = ['sg-backtest', 'sg-history', 'sg-realtime', 'sg-uat'];
    for (const uses of ['free>20', 'freeMiB>20480', 'free > 20 GiB', 'freeMiB>0.02TiB'])
      expect(await found({ kinds: ['scaling-group'], uses })).toEqual(roomy);
    const { data } = await find({ kinds: ['database'] });
    const large = (data['entities'] as Rows).filter(({ size }) => /^\d\.\d GB$/.test(String(size)));
    expect(large).not.toEqual(data['entities']);
    expect(await found({ kinds: ['database'], uses: 'size>=1 GB' })).toEqual(names(large));
    expect(await found({ kinds: ['database'], uses: 'files<=3' })).toEqual(['reference_data']);
    expect(await found({ kinds: ['cluster'], uses: 'code>1' })).toEqual([]);
    expect(await found({ kinds: ['volume'], uses: 'sizeGB<2400' })).toEqual(['vol-reference', 'vol-tplog']);
    expect(await found({ kinds: ['volume'], uses: 'sizeGB<=1200', type: 'SSD_250' })).toEqual(['vol-reference']);
  });

  test('what failed includes the loads, and an id is found without saying of what', async () => {
    const failed = await find({ status: 'FAILED' });
    expect(failed.data['kinds']).toEqual({ cluster: 1, changeset: 1 });
    const [load] = (failed.data['entities'] as Rows).filter(({ kind }) => kind === 'changeset');
    expect(await found({ name: load?.['name'] })).toEqual([load?.['name']]);
  });

  test('who owns what failed counts a load with its database', async () => {
    const owners = await groups({ status: 'FAILED', groupBy: 'tag:owner' });
    expect([...owners.keys()].toSorted()).toEqual(['fx-desk', 'research']);
    const { data } = await find({ kinds: ['changeset'], tag: 'owner=fx-desk' });
    expect((data['entities'] as Rows)[0]).toMatchObject({ tagsOfDatabase: { owner: 'fx-desk' } });
  });
});

describe('groups', () => {
  test('by a tag that was not called one, and by several at once, with what each takes up', async () => {
    const owners = await groups({ kinds: ['volume'], groupBy: 'Owner' });
    expect(owners.get('market-data-platform')).toMatchObject({ count: 2, totals: { diskGB: 3_600 } });
    const places = await groups({ kinds: ['volume'], groupBy: 'environment, tag:owner' });
    expect(places.get('kdb-prod, (none)')).toMatchObject({ names: ['vol-backtest'], totals: { diskGB: 12_000 } });
    expect((await groups({ kinds: ['scaling-group'], groupBy: 'environment' })).get('kdb-uat')).toMatchObject({
      totals: { hostMemory: '32 GiB', hostMemoryFree: '22 GiB' },
    });
  });

  test('by what uses what, one by one', async () => {
    const disks = await groups({ kinds: ['cluster'], groupBy: 'volumes' });
    expect(disks.get('vol-tplog')?.['names']).toEqual(['rdb-equities', 'rdb-fx', 'tp-equities', 'tp-fx']);
    expect(disks.get('vol-savedown')).toMatchObject({ count: 2 });
    expect([...disks.keys()]).toHaveLength(3);
    const users = await groups({ kinds: ['volume'], groupBy: 'usedBy' });
    expect(users.get('rdb-fx')?.['names']).toEqual(['vol-savedown', 'vol-tplog']);
    expect((await groups({ kinds: ['cluster'], groupBy: 'nodes' })).get('3')?.['names']).toEqual(['hdb-futures']);
  });
});

test('groups by the day on which entities were created or changed', async () => {
  const loads = await groups({ kinds: ['changeset'], groupBy: 'date' });
  expect(loads.get('2026-03-17')).toMatchObject({ count: 3 });
  expect([...loads.keys()]).not.toContain('(none)');
  const days = await groups({ kinds: ['cluster'], groupBy: 'changed', sort: 'changed' });
  expect([...days.keys()]).toEqual([...days.keys()].toSorted().toReversed());
});

test('tags are not settings, and the answer says where to find them', async () => {
  const { data } = await find({ kinds: ['cluster'], uses: 'owner=fx-desk' });
  expect(data).toMatchObject({ found: 0, notSearched: 'tags (argument tag)' });
});

describe('a tag that nothing has', () => {
  test('is not reported as missing everywhere', async () => {
    const lacking = await find({ tag: '!cost-center' });
    expect(lacking).toMatchObject({ isError: true, text: expect.stringContaining('cost-centre, owner, stage') });
    const few = await find({ kinds: ['environment'], tag: '!team' });
    expect(few.data).toMatchObject({ found: 2, tagsThereAre: ['cost-centre', 'owner', 'stage'] });
    const group = await find({ groupBy: 'tag:team' });
    expect(group).toMatchObject({ isError: true, text: expect.stringContaining('cost-centre, owner, stage') });
  });

  test('is one that all lack where nothing is tagged', async () => {
    const bare: Call = async (name, input, options) =>
      name === 'ListTagsForResource' ? ({ tags: {} } as never) : world().call(name, input, options);
    const untagged = caller(bare);
    expect((await untagged('find_kx_entities', { tag: '!owner' })).data['found']).toBe(42);
    const { data } = await untagged('find_kx_entities', { kinds: ['user'], groupBy: 'tag:owner' });
    expect(data['groups']).toMatchObject([{ value: '(none)', count: 6 }]);
  });
});

test('the full view shows all settings of each, even of many', async () => {
  const { data } = await find({ kinds: ['user'], view: 'full' });
  for (const user of data['entities'] as Rows) expect(user['arn']).toContain(`kxUser/${user['name']}`);
  const partly = failing(world().call, 'GetKxVolume');
  const volumes = await caller(partly)('find_kx_entities', { kinds: ['volume'], groupBy: 'environment' });
  expect(volumes.data).toMatchObject({ found: 6, notRead: expect.arrayContaining([expect.anything()]) });
});

describe('changes in progress', () => {
  test('says when that is usually done, everywhere', async () => {
    const { data } = await use('find_kx_problems', { problem: 'underway' });
    const [started] = (data['problems'] as Rows).filter(({ entity }) => entity === 'cluster:rdb-futures');
    const minutes = (Date.parse(String(started?.['usuallyDoneBy'])) - Date.parse(String(started?.['since']))) / 60_000;
    expect(minutes).toBe(20);
    expect((await find({ status: 'CREATING' })).data['entities']).toMatchObject([
      { usuallyDoneBy: started?.['usuallyDoneBy'] },
    ]);
    const about = await use('what_depends_on', { name: 'rdb-futures' });
    expect(about.data['entity']).toMatchObject({ usuallyDoneBy: started?.['usuallyDoneBy'] });
    expect((await use('what_depends_on', { name: 'gp-signals' })).text).not.toContain('usuallyDoneBy');
  });

  test('says whose newest load failed beside what is behind', async () => {
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

describe('what_depends_on', () => {
  test('shows its tags, and the sizes of what it needs', async () => {
    const { data } = await use('what_depends_on', { name: 'hdb-fx' });
    expect(data['entity']).toMatchObject({ tags: { owner: 'fx-desk' } });
    expect(data['needs']).toContainEqual(expect.objectContaining({ id: 'scaling-group:sg-history', free: '24 GiB' }));
    expect(data['needs']).toContainEqual(expect.objectContaining({ id: 'volume:vol-fx', sizeGB: 2_400 }));
    const denied = caller(world().call, { deny: ['list_tags_for_resource'] });
    expect((await denied('what_depends_on', { name: 'hdb-fx' })).data['entity']).not.toHaveProperty('tags');
  });

  test('shows the nodes of a cluster, with their ids', async () => {
    const environmentId = await world().id('kdb-prod');
    const { nodes = [] } = await world().call('ListKxClusterNodes', { environmentId, clusterName: 'hdb-futures' });
    const { data } = await use('what_depends_on', { name: 'hdb-futures' });
    const minutes = (iso = '') => iso.slice(0, 16);
    expect(nodes).toHaveLength(3);
    expect(data['entity']).toMatchObject({
      nodeList: nodes.map(({ nodeId, status, launchTime }) => `${nodeId} ${status} since ${minutes(launchTime)}Z`),
    });
  });

  test('shows which clusters still hold the data of a load', async () => {
    const { data } = await use('find_kx_problems', { problem: 'behind' });
    const lags = (data['problems'] as Rows).filter(({ entity }) => entity === 'cluster:hdb-equities-b');
    const late: Rows[number] = Object.assign({}, ...lags);
    const about = await use('what_depends_on', { name: late['mounted'] });
    expect(about.data).toMatchObject({ dependants: 2 });
    expect(about.data['usedBy']).toMatchObject([
      { id: 'cluster:hdb-equities-b', how: 'mounts', from: 'dataview:equities_taq/equities_taq_static' },
      { id: 'dataview:equities_taq/equities_taq_static', versionIds: [late['mountedVersion']] },
    ]);
    const futures = await use('what_depends_on', { kind: 'database', name: 'futures_l2' });
    const held = (futures.data['usedBy'] as Rows).find(({ id }) => id === 'cluster:hdb-futures')?.['changesetId'];
    expect((await use('what_depends_on', { name: held })).data['usedBy']).toMatchObject([
      { id: 'cluster:hdb-futures', from: 'database:futures_l2' },
    ]);
  });

  test('says where to look for what is not an entity', async () => {
    const { isError, text } = await use('what_depends_on', { name: 'subnet-04d9b6a17e83c5f21' });
    expect(isError).toBe(true);
    expect(text).toMatch(/use find_kx_entities with uses\.$/);
  });
});

test('the first few are shown in full, with the total number', async () => {
  const { data } = await find({ kinds: ['changeset'], sort: 'newest', limit: 3 });
  expect(data).toMatchObject({ found: 23, shown: 3 });
  expect(names(data['entities'], 'database').toSorted()).toEqual(['equities_taq', 'futures_l2', 'fx_spot']);
  for (const load of data['entities'] as Rows) expect(load['changes']).toHaveLength(1);
  expect(data).not.toHaveProperty('more');
  const largest = await find({ kinds: ['volume'], sort: 'largest', limit: 2 });
  expect(names(largest.data['entities'])).toEqual(['vol-backtest', 'vol-equities']);
  expect(largest.data).not.toHaveProperty('totals');
  const owners = await find({ groupBy: 'owner', limit: 1 });
  expect(names(owners.data['groups'], 'value')).toEqual(['market-data-platform']);
  expect((await find({ kinds: ['volume'], limit: 50 })).data).toMatchObject({ found: 6, totals: { diskGB: 24_000 } });
});

test('a word that is not a name is not reported as missing', async () => {
  expect((await find({ name: 'hdb-eqities-b' })).data).toMatchObject({ found: 0, didYouMean: 'hdb-equities-b' });
  expect((await find({ name: 'trader' })).data).toMatchObject({ notSearched: expect.stringContaining('uses') });
  expect(await found({ uses: 'trader' })).toEqual(['gw-prod', 'jonas_lind']);
});

test('settings of environments go by the names of the API', async () => {
  for (const uses of ['!customDNSConfiguration', '!tgw', '!attachmentNetworkAclConfiguration'])
    expect(await found({ kinds: ['environment'], uses })).toEqual(['kdb-uat']);
  const accounts = await groups({ kinds: ['environment'], groupBy: 'awsAccountId' });
  expect([...accounts.values()]).toMatchObject([{ count: 2 }]);
});

test('an environment is found by what people call it', async () => {
  for (const environment of ['production', 'PROD', 'kdb prod', 'KDB_PROD'])
    expect((await find({ environment, kinds: ['cluster'] })).data['found']).toBe(13);
  const uat = await use('what_depends_on', { name: 'uat' });
  expect(uat.data['entity']).toMatchObject({ id: 'environment:kdb-uat' });
  expect((await use('what_depends_on', { name: 'uat', kind: 'cluster' })).text).toContain('"gw-uat", "hdb-uat"');
  for (const environment of ['prod2', 'kdb-production', 'uat-kdb'])
    expect((await find({ environment })).text).toContain('There is no kdb environment');
  expect((await find({ environment: 'kdb' })).text).toContain('Existing ones: "kdb-prod", "kdb-uat"');
});
