import { describe, expect, test } from 'vitest';
import { FinspaceError } from '../../src/operations/failure.ts';
import type { Call } from '../../src/operations/index.ts';
import { caller, demoTools, failing, names, type Rows } from './demo-tools.ts';

const { world, use } = demoTools();
const TIMES = ['createdBefore', 'createdAfter', 'changedBefore', 'changedAfter'];

describe('find_kx_entities', () => {
  test.each([
    [{ name: 'hdb' }, ['hdb-equities-a', 'hdb-equities-b', 'hdb-futures', 'hdb-fx', 'hdb-uat']],
    [{ name: 'hdb*-b' }, ['hdb-equities-b']],
    [{ kinds: ['cluster'], status: ['failed'] }, ['gp-signals']],
    [{ kinds: ['cluster'], notStatus: ['RUNNING'] }, ['gp-reference', 'gp-signals', 'rdb-futures']],
    [{ kinds: ['cluster'], type: ['tickerplant'] }, ['tp-equities', 'tp-fx']],
    [{ kinds: ['cluster'], createdAfter: '2d' }, ['gp-signals', 'rdb-futures']],
    [{ kinds: ['scaling-group'], createdBefore: '50d' }, ['sg-history', 'sg-realtime']],
    [
      { kinds: ['volume'], tags: [{ key: 'owner' }] },
      ['vol-equities', 'vol-fx', 'vol-reference', 'vol-savedown', 'vol-tplog'],
    ],
    [{ kinds: ['cluster'], tags: [{ key: 'owner', value: 'FX-desk' }] }, ['hdb-fx', 'rdb-fx', 'tp-fx']],
    [{ kinds: ['environment'] }, ['kdb-prod', 'kdb-uat']],
    [{ tags: [{ key: 'owner', absent: true }] }, ['vol-backtest']],
    [{ kinds: ['volume'], tags: [{ key: 'owner', value: 'fx-desk', absent: true }], name: 'vol-f' }, []],
    [{ text: 'HDB-4.0' }, ['hdb-futures']],
    [{ text: 'subnet-08e2f70c3e83c5f21' }, ['gw-uat', 'hdb-uat']],
    [{ kinds: ['cluster'], changedAfter: '1h' }, ['gp-reference', 'rdb-futures']],
    [{ kinds: ['dataview'], where: [{ setting: 'autoupdate', is: 'equals', value: true }] }, ['fx_spot_live']],
  ])('finds with %j', async (input, expected) => {
    const { data } = await use('find_kx_entities', input);
    expect(names(data['entities']).toSorted()).toEqual(expected);
    expect(data['found']).toBe(expected.length);
  });

  test.each([{}, { view: 'full' }, { where: [{ setting: 'release', is: 'set' }] }])(
    'shows the nodes of a few clusters for any search and view: %j',
    async (input) => {
      const { data } = await use('find_kx_entities', { kinds: ['cluster'], name: 'hdb-futures', ...input });
      expect(data['entities']).toMatchObject([
        {
          nodes: expect.stringContaining('1 provisioning'),
          nodeList: expect.arrayContaining([expect.stringContaining('PROVISIONING since')]),
        },
      ]);
    },
  );

  test('finds nodes by the name of their cluster', async () => {
    const { data } = await use('find_kx_entities', { kinds: ['node'], name: 'HDB-fut' });
    expect(data).toMatchObject({ found: 3, kinds: { node: 3 } });
    expect(new Set((data['entities'] as Rows).map(({ cluster }) => cluster))).toEqual(new Set(['hdb-futures']));
  });

  test('says that nothing was changed when it fails inside the server', async () => {
    const broken = caller(() => Promise.reject(new TypeError('not a function')), {}, undefined, {
      onerror: () => undefined,
    });
    for (const tool of ['find_kx_entities', 'list_kx_environments'])
      expect(await broken(tool)).toMatchObject({
        isError: true,
        text: expect.stringMatching(/^"\w+" failed inside this server\. Nothing was changed\./),
      });
  });

  test('lists existing states and types if no entity has the requested one', async () => {
    const { data } = await use('find_kx_entities', { kinds: ['volume'], status: ['UPDATING'], type: ['SSD'] });
    expect(data).toMatchObject({
      found: 0,
      existingStatuses: ['ACTIVE'],
      existingTypes: ['HDD_12', 'SSD_1000', 'SSD_250'],
    });
  });

  test('returns the ids of environments that operations require', async () => {
    const ids = { [await world().id('kdb-prod')]: 'kdb-prod', [await world().id('kdb-uat')]: 'kdb-uat' };
    for (const tool of ['find_kx_entities', 'find_kx_problems'])
      expect((await use(tool)).data).toMatchObject({ environments: 2, environmentIds: ids });
  });

  test('names entities whose tags could not be read', async () => {
    const partly = failing(world().call, (_, { resourceArn = '' }) => String(resourceArn).endsWith('vol-fx'));
    const { data } = await caller(partly)('find_kx_entities', { kinds: ['volume'], tags: [{ key: 'owner' }] });
    expect(data).toMatchObject({
      found: 4,
      notRead: [
        {
          environment: 'kdb-prod',
          reason: 'ListTagsForResource of volume:vol-fx: ThrottlingException: "Slow down."',
        },
      ],
    });
  });

  test('sorts entities, and adds up their sizes', async () => {
    const volumes = await use('find_kx_entities', { kinds: ['volume'], sort: 'largest' });
    expect(names(volumes.data['entities']).slice(0, 2)).toEqual(['vol-backtest', 'vol-equities']);
    expect(volumes.data['totals']).toEqual({
      diskGB: 24_000,
      diskGBByType: { HDD_12: 12_000, SSD_1000: 6_000, SSD_250: 6_000 },
    });
    const hosts = await use('find_kx_entities', { kinds: ['scaling-group'], view: 'full', environment: 'kdb-prod' });
    expect(hosts.data).toMatchObject({
      environmentIds: { [await world().id('kdb-prod')]: 'kdb-prod' },
      totals: { hostMemoryFree: '2041 GiB' },
    });
  });

  test('groups by a setting or a tag, and lists the existing settings', async () => {
    const roles = await use('find_kx_entities', { kinds: ['user'], groupBy: ['iamRole'] });
    expect((roles.data['groups'] as Rows)[0]).toMatchObject({ count: 2, names: ['amara_okafor', 'mei_tanaka'] });
    const owners = await use('find_kx_entities', { kinds: ['volume'], groupBy: ['tag:Owner'] });
    expect(names(owners.data['groups'], 'value')).toContain('(none)');
    const nothing = await use('find_kx_entities', { kinds: ['user'], groupBy: ['colour'] });
    expect(nothing).toMatchObject({ isError: true, text: expect.stringContaining('Available: arn, iamRole') });
  });

  test('searches every changeset when changesets are requested', async () => {
    const loads = await use('find_kx_entities', { kinds: ['changeset'], environment: 'kdb-prod' });
    expect(loads.data['kinds']).toEqual({ changeset: 22 });
    expect((await use('find_kx_entities', { environment: 'kdb-prod' })).data['kinds']).not.toHaveProperty('changeset');
  });

  test.each([
    ['releaseLabel', '1.0', 15],
    ['availabilityZoneId', 'use1-az1', 15],
    ['subnetIds', 'subnet-04d9b6a17e83c5f21', 13],
    ['memoryLimit', '8192', 2],
    ['database', 'fx_spot', 3],
  ])('groups by %s under the names that the API and people use', async (setting, value, count) => {
    const { data } = await use('find_kx_entities', { kinds: ['cluster'], groupBy: [setting] });
    expect(data['groups']).toContainEqual(expect.objectContaining({ value, count }));
  });

  test('finds entities without a setting, only of kinds that have it', async () => {
    const without = await use('find_kx_entities', { where: [{ setting: 'autoScalingConfiguration', is: 'unset' }] });
    expect(without.data['kinds']).toEqual({ cluster: 14 });
    expect(without.text).not.toContain('hdb-futures');
  });

  test('shows the source of loads', async () => {
    const loads = await use('find_kx_entities', { kinds: ['changeset'], text: 's3://halden-reference' });
    expect(loads.data['entities']).toMatchObject([
      { changes: ['PUT s3://halden-reference/instruments/ to /instruments/'] },
    ]);
    const elsewhere = await use('find_kx_entities', { text: 's3://halden-reference' });
    expect(elsewhere.data).toMatchObject({ found: 0, notSearched: expect.stringContaining('changeset') });
  });

  test('shows all settings of a few entities, and only listed settings of many', async () => {
    const one = await use('find_kx_entities', { name: 'tp-fx' });
    expect(one.data['entities']).toMatchObject([{ arguments: ['schema=fx'], arn: expect.stringContaining('tp-fx') }]);
    const hosts = await use('find_kx_entities', { kinds: ['scaling-group'] });
    expect(hosts.data['entities']).toContainEqual(expect.objectContaining({ name: 'sg-lab', free: '16 GiB' }));
    const many = await use('find_kx_entities', { kinds: ['cluster'] });
    expect((many.data['entities'] as Rows)[0]).not.toHaveProperty('nodes');
  });

  test('filters by several states, the absence of changes, a date, and a tag value', async () => {
    const moving = await use('find_kx_entities', { status: ['CREATING', 'UPDATING'] });
    expect(names(moving.data['entities'])).toEqual(['gp-reference', 'rdb-futures']);
    const untouched = await use('find_kx_entities', { kinds: ['cluster'], changedBefore: '30d' });
    expect(names(untouched.data['entities'])).toEqual(['tp-equities', 'tp-fx', 'gw-uat', 'hdb-uat']);
    const since = await use('find_kx_entities', { kinds: ['cluster'], createdAfter: '2026-03-13' });
    expect(names(since.data['entities'])).toEqual(['gp-signals', 'rdb-equities', 'rdb-futures', 'rdb-fx']);
    expect((await use('find_kx_entities', { tags: [{ value: 'fx-desk' }] })).data['found']).toBe(7);
    expect(names((await use('find_kx_entities', { tags: [{ absent: true }] })).data['entities'])).toEqual([
      'vol-backtest',
    ]);
  });

  test('suggests existing values, settings or tags if none match', async () => {
    expect(
      (await use('find_kx_entities', { where: [{ setting: 'azMode', is: 'equals', value: 'MULTI' }] })).data[
        'existingValues'
      ],
    ).toEqual(['SINGLE']);
    const { text } = await use('find_kx_entities', { where: [{ setting: 'colour', is: 'set' }] });
    expect(text).toMatch(
      /^None of these has the setting "colour"\. Available: .*, zone, zones\. For a tag, use the argument tags\.$/,
    );
    expect((await use('find_kx_entities', { tags: [{ key: 'owner', value: 'fx' }] })).data['existingTags']).toContain(
      'owner=fx-desk',
    );
  });

  test('counts failed creations as using nothing', async () => {
    const { data } = await use('find_kx_entities', { kinds: ['cluster'], view: 'full' });
    expect(data['totals']).toMatchObject({ nodes: 18, clusterMemoryReserved: '306 GiB', cacheGB: 1_200 });
  });

  test('limits the suggestions to the room that is left', async () => {
    const odd: Call = async (name, input, options) => {
      const reply = await world().call(name, input, options);
      if (name !== 'ListKxVolumes') return reply;
      const status = (at: number) => `${'x'.repeat(1_000)}${at}`;
      const volumes = Array.from({ length: 100 }, (_, at) => ({ volumeName: `v${at}`, status: status(at) }));
      return { kxVolumeSummaries: volumes } as never;
    };
    const { data, text } = await caller(odd)('find_kx_entities', { kinds: ['volume'], status: ['DELETING'] });
    expect(data['existingStatuses']).toHaveLength(30);
    expect(text.length).toBeLessThan(5_000);
  });

  test('counts by name for any name', async () => {
    const odd: Call = async (name, input, options) => {
      const reply = await world().call(name, input, options);
      return JSON.parse(JSON.stringify(reply).replaceAll('"name":"kdb-uat"', '"name":"constructor"'));
    };
    const { data } = await caller(odd)('find_kx_entities', { kinds: ['user'] });
    expect(data['perEnvironment']).toEqual({ 'kdb-prod': 5, constructor: 1 });
  });

  test('says how many more parts could not be read than it names', async () => {
    const input = { kinds: ['environment', 'cluster', 'volume'], environment: 'kdb-prod' };
    const count = Number((await use('find_kx_entities', input)).data['found']);
    const alike = await caller(failing(world().call, 'ListTagsForResource'))('find_kx_entities', {
      ...input,
      tags: [{ key: 'owner' }],
    });
    expect(alike.data['notRead']).toMatchObject([{ reason: expect.stringContaining(` and ${count - 5} more: `) }]);
    const each: Call = async (operation, input, options) => {
      if (operation !== 'ListTagsForResource') return world().call(operation, input, options);
      const detail = `No tags of ${(input as { resourceArn?: string }).resourceArn?.split('/').at(-1)}.`;
      throw new FinspaceError({ operation, code: 'Validation', detail, retryable: false, advice: '' });
    };
    const { data } = await caller(each)('find_kx_entities', { kinds: input.kinds, tags: [{ key: 'owner' }] });
    expect(data['notRead']).toHaveLength(20);
    expect(data['moreNotRead']).toBeGreaterThan(0);
  });

  test.each(['2026-13-01', '2026-02-31', '2026-02-30T10:00Z', '2026-03-01T29:00Z', 'long', '5 fortnights'])(
    'rejects %j as a time',
    async (wrong) => {
      for (const time of TIMES) {
        const { text } = await use('find_kx_entities', { [time]: wrong, kinds: ['user'] });
        expect(text).toContain(`${time}: expects a date, or a span`);
      }
    },
  );

  test('ignores an empty time', async () => {
    const { data: all } = await use('find_kx_entities', { kinds: ['user'] });
    for (const time of TIMES)
      expect((await use('find_kx_entities', { [time]: '', kinds: ['user'] })).data['found']).toBe(all['found']);
  });

  test('searches the nodes of clusters of a type if a status applies to nodes', async () => {
    const { data } = await use('find_kx_entities', { status: ['PROVISIONING'], type: ['RDB'] });
    expect(data['entities']).toMatchObject([{ kind: 'node', cluster: 'rdb-futures', status: 'PROVISIONING' }]);
    const moving = await use('find_kx_entities', { status: ['moving'], type: ['RDB'] });
    expect(moving.data['kinds']).toEqual({ cluster: 1, node: 1 });
    const nodeType = (data['entities'] as Rows)[0]?.['nodeType'] ?? 'kx.s.2xlarge';
    const ofType = await use('find_kx_entities', { status: ['PROVISIONING'], type: [nodeType] });
    expect(ofType.data['kinds']).toMatchObject({ node: expect.any(Number) });
  });

  test('rejects an empty text in a condition on tags, and says that a condition without value matches any value', async () => {
    for (const [member, tag] of [
      ['value', { key: 'owner', value: '' }],
      ['key', { key: '', value: 'fx-desk' }],
      ['value', 'owner='],
    ] as const)
      expect(await use('find_kx_entities', { kinds: ['volume'], tags: [tag] })).toMatchObject({
        isError: true,
        text: expect.stringContaining(`tags.0.${member}: expects text that is not empty`),
      });
    const open = { kinds: ['volume'], tags: [{ key: 'owner', value: null }] };
    expect((await use('find_kx_entities', open)).data).toMatchObject({ found: 5, tagsMatched: ['owner: any value'] });
    const named = { kinds: ['volume'], tags: [{ key: 'owner', value: 'fx-desk' }] };
    expect((await use('find_kx_entities', named)).data).not.toHaveProperty('tagsMatched');
  });

  test('rejects unknown arguments', async () => {
    for (const old of ['tag', 'uses', 'olderThan', 'youngerThan', 'changedWithin'])
      expect((await use('find_kx_entities', { [old]: '1d' })).text).toMatch(`${old}: there is no such argument`);
    expect((await use('find_kx_entities', { owner: 'me' })).text).toMatch(/owner: there is no such argument/);
  });

  test('reports no free memory of a host whose clusters were not read', async () => {
    const unread = failing(world().call, 'GetKxCluster');
    const owners = await caller(unread)('find_kx_entities', { kinds: ['scaling-group'], groupBy: ['tag:owner'] });
    expect(owners.text).not.toContain('hostMemoryFree":"2063');
    const types = await use('find_kx_entities', { kinds: ['scaling-group'], groupBy: ['hostType'], view: 'full' });
    expect(types.data['totals']).toMatchObject({ hostMemoryFree: '2063 GiB' });
    const partly = failing(
      world().call,
      (operation, { clusterName }) => operation === 'GetKxCluster' && clusterName === 'gp-research',
    );
    const { data } = await caller(partly)('find_kx_entities', { kinds: ['scaling-group'], name: 'sg-lab' });
    expect(data['entities']).toMatchObject([{ memory: '64 GiB; some clusters on it could not be read' }]);
    expect((data['entities'] as Rows)[0]).not.toHaveProperty('free');
  });

  test('finds unused entities', async () => {
    const { data } = await use('find_kx_entities', { kinds: ['volume'], where: [{ setting: 'usedBy', is: 'unset' }] });
    expect(names(data['entities'])).toEqual(['vol-backtest']);
  });
});
