import { describe, expect, test } from 'vitest';
import type { Call } from '../../src/operations/index.ts';
import { caller, demoTools, failing, names, type Rows } from './demo-tools.ts';

const { world, use } = demoTools();

describe('a condition that the requested kinds cannot meet is an error, not an empty answer', () => {
  test.each([
    [
      { kinds: ['user'], type: ['nl-tutor'] },
      /^Only clusters, .* have a type; users do not\. To search settings, use the arguments text or where/,
    ],
    [{ kinds: ['database', 'dataview'], type: ['SSD'] }, /have a type; databases and dataviews do not\./],
    [{ kinds: ['user'], status: ['ACTIVE'] }, /^Only environments, clusters, .* have a status; users do not\./],
    [{ kinds: ['user'], sort: 'largest' }, /have a size; users do not\./],
    [{ kinds: ['dataview'], sort: 'fullest' }, /have a fullness; dataviews do not\./],
    [{ sort: 'largest' }, /^Sizes of clusters and scaling groups \(memory\), databases .* cannot be compared/],
    [{ kinds: ['volume', 'database'], sort: 'smallest', groupBy: ['zone'] }, /^Sizes of .* cannot be compared/],
    [
      { kinds: ['node'], tags: [{ key: 'owner', absent: true }] },
      /^Only environments, clusters, .* have a tag; nodes do not\./,
    ],
    [{ kinds: ['node'], groupBy: ['tag:owner'] }, /have a tag; nodes do not\./],
    [{ kinds: ['volume'], status: ['ATTACHED'] }, /"ATTACHED" is not a status of volumes. Statuses: CREATING, /],
    [{ kinds: ['cluster'], status: ['RUNING'] }, /"RUNING" is not a status of clusters; did you mean RUNNING/],
    [{ kinds: ['cluster'], notStatus: ['runing'] }, /"runing" is not a status/],
    [{ kinds: ['cluster'], status: ['RUNNING', 'healthy'] }, /"healthy" is not a status of clusters/],
    [
      { kinds: ['volume'], status: ['stuck'] },
      /"stuck" is not a status .* find_kx_problems finds what is stuck, unused/,
    ],
  ])('for entities %j', async (input, says) => {
    const { isError, text } = await use('find_kx_entities', input);
    expect(text).toMatch(says);
    expect(isError).toBe(true);
    expect(text.length).toBeLessThan(400);
  });

  test.each([
    [
      { kinds: ['user'], problem: 'behind' },
      /^Only clusters and dataviews can have the problem behind; users cannot\. find_kx_entities lists users\./,
    ],
    [{ kinds: ['user'] }, /^No problem occurs in users\. find_kx_entities lists users\./],
    [
      { kinds: ['cluster', 'user'], problem: 'unused' },
      /Problems of clusters and users: failed, stuck, behind, dangling, underway\./,
    ],
  ])('for problems %j', async (input, says) => {
    const { isError, text } = await use('find_kx_problems', input);
    expect(text).toMatch(says);
    expect(isError).toBe(true);
  });
});

describe('a condition that some of the requested kinds can meet', () => {
  test.each([
    [{ kinds: ['user', 'cluster'], type: ['RDB'], name: 'rdb-fx' }, ['rdb-fx']],
    [{ status: ['created'], kinds: ['environment'] }, ['kdb-prod', 'kdb-uat']],
    [{ kinds: ['node', 'volume'], tags: [{ key: 'owner', absent: true }] }, ['vol-backtest']],
  ])('is accepted: %j', async (input, expected) => {
    expect(names((await use('find_kx_entities', input)).data['entities'])).toEqual(expected);
  });

  test.each([
    ['emptiest', undefined, 'sg-backtest', 'scaling-group'],
    ['fullest', undefined, 'sg-history', 'scaling-group'],
    ['smallest', ['user', 'volume'], 'vol-reference', 'volume'],
  ])('orders only entities that have it: %s of %j', async (sort, kinds, name, kind) => {
    const { data } = await use('find_kx_entities', { sort, kinds, environment: 'kdb-prod' });
    expect((data['entities'] as Rows)[0]).toMatchObject({ kind });
    expect((data['entities'] as Rows).map((each) => each['name'])).toContain(name);
  });

  test.each([
    [{ type: ['SSD_1000', 'SSD_250'] }, 'vol-equities'],
    [{ name: 'sg-' }, 'sg-backtest'],
  ])('orders results of one measure, whatever kinds could be meant: %j', async (input, name) => {
    const { data } = await use('find_kx_entities', { ...input, sort: 'largest' });
    expect(names(data['entities'])[0]).toBe(name);
  });

  test('orders entities last of which it is unknown', async () => {
    const isOfLab = (_: unknown, input: Record<string, unknown>) => input['clusterName'] === 'gp-signals';
    const { data } = await caller(failing(world().call, isOfLab))('find_kx_entities', {
      kinds: ['scaling-group'],
      sort: 'emptiest',
    });
    expect(names(data['entities']).at(-1)).toBe('sg-lab');
  });

  test.each([
    [{ kinds: ['volume'], name: 'vol-backtest', setting: 'usedBy' }, ['vol-backtest']],
    [{ kinds: ['volume'], type: ['HDD_12'], setting: 'usedBy' }, ['vol-backtest']],
    [{ kinds: ['cluster'], type: ['GATEWAY'], setting: 'volumes' }, ['gw-prod', 'gw-uat']],
    [{ kinds: ['cluster'], type: ['GATEWAY'], setting: 'databaseName' }, ['gw-prod', 'gw-uat']],
    [{ kinds: ['cluster'], name: 'hdb-f*', setting: 'statusReason' }, ['hdb-futures', 'hdb-fx']],
  ])('finds what none of them has, if it could: %j', async ({ setting, ...input }, found) => {
    for (const where of [[{ setting, is: 'unset' }], [{ setting, is: 'lacks', value: 'nothing like it' }]])
      expect(names((await use('find_kx_entities', { ...input, where })).data['entities'])).toEqual(found);
  });

  test.each(['unset', 'lacks'])('refuses what none of them can have: %s', async (is) => {
    const where = [{ setting: 'usedBy', is, ...(is === 'lacks' ? { value: 'nothing like it' } : {}) }];
    const { isError, text } = await use('find_kx_entities', { kinds: ['user'], where });
    expect(isError).toBe(true);
    expect(text).toContain('None of these has the setting "usedBy". Available: arn, iamRole.');
  });

  test('counts those without a setting that they could have', async () => {
    const input = { kinds: ['volume'], type: ['HDD_12'], groupBy: ['usedBy'] };
    const { data } = await use('find_kx_entities', input);
    expect(data['groups']).toEqual([{ value: '(none)', count: 1, names: ['vol-backtest'] }]);
  });

  test('finds nothing by a type that is not set', async () => {
    const { data } = await use('find_kx_entities', { kinds: ['cluster'], type: ['undefined'] });
    expect(data).toMatchObject({ found: 0, existingTypes: expect.arrayContaining(['GATEWAY', 'HDB']) });
  });

  test('returns nothing if no entity meets it now', async () => {
    const { data } = await use('find_kx_entities', { kinds: ['cluster'], status: ['DELETING'] });
    expect(data).toMatchObject({ found: 0, existingStatuses: expect.arrayContaining(['RUNNING']) });
  });

  test('is met by a status that only the endpoint knows', async () => {
    const odd: Call = async (name, input, options) => {
      const reply = await world().call(name, input, options);
      return name === 'ListKxVolumes'
        ? ({ kxVolumeSummaries: [{ volumeName: 'v', status: 'PARKED' }] } as never)
        : reply;
    };
    const { data } = await caller(odd)('find_kx_entities', {
      kinds: ['volume'],
      status: ['PARKED'],
      environment: 'kdb-prod',
    });
    expect(data['found']).toBe(1);
  });
});

describe('find_kx_problems reads only what its problems need', () => {
  const read = async (input: Record<string, unknown>) => {
    const operations = new Set<string>();
    const counting: Call = (name, input, options) => {
      operations.add(name);
      return world().call(name, input, options);
    };
    const { data } = await caller(counting)('find_kx_problems', input);
    return { operations, data };
  };

  test('reads no users', async () => {
    const { operations, data } = await read({});
    expect(operations).not.toContain('ListKxUsers');
    expect(Object.keys(data['counts'] as object)).toHaveLength(6);
  });

  test('reads only databases and loads for the problems of loads', async () => {
    const { operations, data } = await read({ kinds: ['changeset'] });
    expect([...operations].filter((name) => /Cluster|Volume|Group|User/.test(name))).toEqual([]);
    expect(Object.keys(data['counts'] as object)).toEqual(['failed', 'stuck', 'underway']);
  });

  test.each(['cluster', 'volume', 'dataview', 'database', 'scaling-group', 'changeset', 'environment'])(
    'finds the same problems of a %s as a search of all kinds',
    async (kind) => {
      const all = (await use('find_kx_problems', { view: 'full' })).data['problems'] as { entity: string }[];
      const own = (await use('find_kx_problems', { view: 'full', kinds: [kind] })).data['problems'];
      expect(own).toMatchObject(all.filter(({ entity }) => entity.startsWith(`${kind}:`)));
    },
  );
});

test('a search with all settings shows them whatever its order', async () => {
  const full = { kinds: ['cluster'], environment: 'kdb-prod', view: 'full' };
  const rows = async (more: object) => (await use('find_kx_entities', { ...full, ...more })).data['entities'] as Rows;
  const byName = (a: { name?: unknown }, b: { name?: unknown }) => String(a.name).localeCompare(String(b.name));
  expect((await rows({ sort: 'largest' })).toSorted(byName)).toEqual((await rows({})).toSorted(byName));
});
