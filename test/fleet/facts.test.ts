import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Call, OperationName } from '../../src/operations/index.ts';
import { PUBLISHED_QUOTAS } from '../../src/operations/quotas.ts';
import { NOW } from '../inventory/demo.ts';
import { caller, demoTools, failing, names, type Rows } from './demo-tools.ts';
import { EXAMPLES, FLEET_TOOL_NAMES } from './examples.ts';

const { world, use } = demoTools();
const HOUR = 3_600_000;
const IN_PROD = { environment: 'kdb-prod' };

describe('problems', () => {
  test('have the same start time in every tool', async () => {
    const shown = (rows: unknown) => (rows as Rows).map(({ entity, why, since }) => `${entity} ${why} ${since}`);
    const found = await use('find_kx_problems', { ...IN_PROD, kinds: ['cluster'] });
    const problems = shown((found.data['problems'] as Rows).filter(({ problem }) => problem !== 'underway'));
    const described = shown((await use('describe_kx_environment', IN_PROD)).data['attention']);
    expect(problems.length).toBeGreaterThan(2);
    expect(described).toEqual(expect.arrayContaining(problems));
    const about = await use('what_depends_on', { ...IN_PROD, name: 'hdb-equities-b' });
    expect(problems).toEqual(expect.arrayContaining(shown((about.data['entity'] && about.data['attention']) as Rows)));
  });

  test('have one row each if a cluster lags twice, each with its own figures', async () => {
    const { data } = await use('find_kx_problems', { problem: 'behind' });
    expect(data).toMatchObject({ counts: { behind: 3 }, distinctEntities: { behind: 2 } });
    const lags = (data['problems'] as Rows).filter(({ entity }) => entity === 'cluster:hdb-equities-b');
    expect(lags).toMatchObject([
      { type: 'HDB', for: '8 h', dataview: 'equities_taq/equities_taq_static' },
      { type: 'HDB', for: '6 d', database: 'equities_taq', behindBy: 4 },
    ]);
    expect(lags[0]).not.toHaveProperty('behindBy');
  });

  test('report the age of an unused entity as its age, not as the time for which it was unused', async () => {
    const { data } = await use('find_kx_problems', { problem: 'unused' });
    expect(data['unusedSince']).toMatch(/^not in the API/);
    for (const row of data['problems'] as Rows) {
      expect(row).toMatchObject({ age: '28 d' });
      expect(row).not.toHaveProperty('for');
    }
    expect((await use('find_kx_problems', { problem: 'failed' })).data).not.toHaveProperty('unusedSince');
  });

  test('can be found for some kinds alone, with fewer reads', async () => {
    const readsFor = async (input: object) => {
      const before = [...world().counts.values()].reduce((sum, count) => sum + count, 0);
      const { data } = await use('find_kx_problems', { problem: 'failed', ...input });
      const after = [...world().counts.values()].reduce((sum, count) => sum + count, 0);
      return { reads: after - before, counts: data['counts'] };
    };
    const clusters = await readsFor({ kinds: ['cluster'] });
    expect(clusters.counts).toEqual({ failed: 1 });
    expect(clusters.reads).toBeLessThan((await readsFor({})).reads);
  });

  describe('a search for stuck entities', () => {
    afterEach(() => void vi.setSystemTime(NOW));

    test('says after what time an entity counts as stuck', async () => {
      vi.setSystemTime(NOW + 3 * HOUR);
      const { data } = await use('find_kx_problems', { problem: 'stuck' });
      expect(data['problems']).toMatchObject([
        { entity: 'cluster:gp-reference', for: '3 h', stuckAfter: '60 min' },
        { entity: 'cluster:hdb-futures', stuckAfter: '30 min' },
        { entity: 'cluster:rdb-futures', stuckAfter: '60 min' },
      ]);
      const { data: described } = await use('describe_kx_environment', IN_PROD);
      expect(described['attention']).toContainEqual(
        expect.objectContaining({ entity: 'cluster:rdb-futures', stuckAfter: '60 min' }),
      );
    });

    test('says so for each kind if nothing is stuck', async () => {
      const { data } = await use('find_kx_problems', { problem: 'stuck' });
      expect(data).toMatchObject({ counts: { stuck: 0 }, stuckAfter: { cluster: '60 min', node: '30 min' } });
    });
  });
});

test('deletions and changes of tags are reported as unknown in a search for changes', async () => {
  for (const input of [{ changedAfter: '1d' }, { sort: 'changed' }]) {
    const { data } = await use('find_kx_entities', input);
    expect(data['notKnown']).toBe('deletions, changes of tags, and who made a change: the API shows none of these');
  }
  expect((await use('find_kx_entities', { createdAfter: '1d' })).data).not.toHaveProperty('notKnown');
});

test('the last change of an entity counts also if its creation is not known', async () => {
  const withoutCreation: Call = async (...asked) =>
    JSON.parse(JSON.stringify(await world().call(...asked)), (key, value) =>
      key === 'createdTimestamp' ? undefined : value,
    );
  const changed = { kinds: ['volume'], changedAfter: '365d', sort: 'changed' };
  const { data } = await use('find_kx_entities', changed);
  expect(names(data['entities'])).not.toEqual([]);
  const unknown = await caller(withoutCreation)('find_kx_entities', changed);
  expect(names(unknown.data['entities'])).toEqual(names(data['entities']));
});

test('the use of volumes is reported as unknown on request', async () => {
  const sorted = (kind: string, sort: string) => use('find_kx_entities', { kinds: [kind], sort });
  expect((await sorted('volume', 'fullest')).data['notKnown']).toMatch(/^how full volumes are/);
  expect((await sorted('volume', 'largest')).data).not.toHaveProperty('notKnown');
  expect((await sorted('scaling-group', 'fullest')).data).not.toHaveProperty('notKnown');
});

test.each(FLEET_TOOL_NAMES)('%s reports the time of its reads', async (tool) => {
  const { input, insteadOfReadAt } = EXAMPLES[tool];
  const { data } = await use(tool, input({ environment: 'kdb-prod', other: 'kdb-uat', cluster: 'hdb-fx' }));
  if (insteadOfReadAt === undefined) expect(data['readAt']).toBe(new Date(NOW).toISOString());
  else expect(data).toHaveProperty(insteadOfReadAt);
});

test('unreadable parts are one line for each reason, with the names', async () => {
  const partly = failing(world().call, 'GetKxVolume');
  const { data } = await caller(partly)('find_kx_entities', { kinds: ['volume'], environment: 'kdb-prod' });
  expect(data['notRead']).toEqual([
    {
      environment: 'kdb-prod',
      reason:
        'GetKxVolume of vol-backtest, vol-equities, vol-fx, vol-reference, vol-savedown and 1 more: ThrottlingException: "Slow down."',
    },
  ]);
});

describe('conditions on facts', () => {
  const find = (input: Record<string, unknown>, call = world().call) => caller(call)('find_kx_entities', input);
  const met = async (kind: string, setting: string, is: string, value?: unknown, call = world().call) => {
    const { data } = await find({ kinds: [kind], where: [{ setting, is, value }] }, call);
    return names(data['entities']);
  };

  test.each([
    ['nodesProvisioning', 'above', 0, ['hdb-futures', 'rdb-futures']],
    ['provisioningSince', 'above', '2026-03-16', ['hdb-futures', 'rdb-futures']],
    ['nodesRunning', 'above', 1, ['gw-prod', 'hdb-futures', 'hdb-fx']],
    ['nodes.status', 'equals', 'PROVISIONING', ['hdb-futures', 'rdb-futures']],
  ])('on nodes read the nodes: %s', async (setting, is, value, expected) => {
    expect(await met('cluster', setting, is, value)).toEqual(expected);
  });

  test('on nodes allow grouping by them, too', async () => {
    const { data } = await find({ kinds: ['cluster'], groupBy: ['nodesProvisioning'] });
    expect(data['groups']).toContainEqual(expect.objectContaining({ value: '1', count: 2 }));
    const byNodes = await find({ kinds: ['cluster'], groupBy: ['nodes'] });
    expect(byNodes.data['groups']).toContainEqual(expect.objectContaining({ value: '3', names: ['hdb-futures'] }));
  });

  test.each([
    ['cluster', 'clusterName', 'hdb-fx'],
    ['user', 'userName', 'mei_tanaka'],
    ['database', 'databaseName', 'fx_spot'],
    ['volume', 'volumeName', 'vol-fx'],
    ['scaling-group', 'scalingGroupName', 'sg-lab'],
    ['dataview', 'dataviewName', 'fx_spot_live'],
  ])('of kind %s accept the name member of the API', async (kind, setting, name) => {
    expect(await met(kind, setting, 'equals', name)).toEqual([name]);
  });

  test('that something is unset do not match unreadable entities', async () => {
    const ofOne = failing(world().call, (operation, input) => {
      return operation === 'GetKxCluster' && input['clusterName'] === 'gp-research';
    });
    expect(await met('cluster', 'code', 'unset')).toEqual(['gp-research']);
    const input = { kinds: ['cluster'], where: [{ setting: 'code', is: 'unset' }] };
    const reason = expect.stringContaining('GetKxCluster of gp-research');
    expect((await find(input, ofOne)).data).toMatchObject({ found: 0, notRead: [{ reason }] });
    expect(await met('cluster', 'code', 'lacks', 'HDB', ofOne)).not.toContain('gp-research');
    expect(await met('cluster', 'code', 'not', 'other', ofOne)).toHaveLength(14);
    expect(await met('cluster', 'type', 'not', 'HDB', ofOne)).toContain('gp-research');
    expect(await met('node', 'nodeType', 'unset', undefined, failing(world().call, 'GetKxCluster'))).toEqual([]);
    const unlisted = failing(world().call, 'ListKxClusters');
    expect(await met('volume', 'usedBy', 'unset', undefined, unlisted)).toEqual([]);
    expect(await met('scaling-group', 'free', 'unset', undefined, failing(world().call, 'GetKxCluster'))).toEqual([]);
  });

  test('compare whole values, not numeric prefixes', async () => {
    const scripted: Call = async (name, input, options) => {
      const reply = await world().call(name, input, options);
      return JSON.parse(JSON.stringify(reply).replaceAll(/"initializationScript":"/g, '$&1_'));
    };
    expect(await met('cluster', 'initializationScript', 'contains', '1_', scripted)).not.toEqual([]);
    expect(await met('cluster', 'initializationScript', 'equals', 1, scripted)).toEqual([]);
    expect(await met('cluster', 'created', 'equals', 2026)).toEqual([]);
  });

  test('compare dates with dates, and reject other numbers', async () => {
    const created = ['gp-signals', 'rdb-equities', 'rdb-futures', 'rdb-fx'];
    expect(await met('cluster', 'created', 'above', '2026-03-12')).toEqual(created);
    expect(await met('cluster', 'created', 'below', '2026-03-13')).not.toContain('rdb-fx');
    for (const [setting, value] of [
      ['created', 2026],
      ['created', '2026-03-13T10:00Z'],
      ['nodeCount', '2026-03-13'],
      ['code', 1],
    ]) {
      const refused = await find({ kinds: ['cluster'], where: [{ setting, is: 'above', value }] });
      expect(refused).toMatchObject({
        isError: true,
        text: expect.stringContaining(`"${setting}" cannot be compared`),
      });
    }
    const text = (await find({ where: [{ setting: 'cidr', is: 'above', value: '10.2.0' }] })).text;
    expect(text).toContain('expects a number as value');
  });
});

describe('quotas', () => {
  const uses = async (quotas: typeof PUBLISHED_QUOTAS | undefined, input: object = IN_PROD) => {
    const ask = caller(world().call, {}, undefined, { quotas: async () => quotas });
    const { data } = await ask('check_kx_quotas', input as Record<string, unknown>);
    const rows = data['quotas'] as Rows;
    return { data, rows, of: (name: string) => rows.find(({ quota }) => quota === name) };
  };
  const GENEROUS = { ...PUBLISHED_QUOTAS, clusters: 20, volumeStorage: 30_000 };

  test('are shown with limit, use and headroom, fullest first', async () => {
    const { of, rows, data } = await uses(GENEROUS);
    expect(of('clusters')).toEqual({ quota: 'clusters', used: 13, limit: 20, headroom: 7 });
    expect(of('GB of volume storage')).toMatchObject({ used: 24_000, limit: 30_000, headroom: 6_000 });
    expect(of('kx.s.2xlarge nodes')).toMatchObject({ used: 3, limit: 5, headroom: 2 });
    expect(of('kx.sg.4xlarge hosts')).toMatchObject({ used: 1, limit: 1, headroom: 0 });
    expect(of('nodes of a cluster')).toMatchObject({ of: 'hdb-futures', used: 3, headroom: 2 });
    expect(of('clusters that write one volume')).toMatchObject({ of: 'vol-savedown', used: 2, headroom: 3 });
    expect(of('clusters that read one volume')).toMatchObject({ used: 2, headroom: 3 });
    expect(of('users')).toMatchObject({ used: 5, limit: 1_000 });
    const shares = rows.filter(({ used }) => used !== 0).map(({ used, limit }) => Number(used) / Number(limit));
    expect(shares).toEqual(shares.toSorted((a, b) => b - a));
    expect(data).toMatchObject({ limits: 'those that this backend enforces', account: { used: 2, limit: 1 } });
  });

  test('are reported as published defaults where the backend shows none, and never as exceeded', async () => {
    const { of, data } = await uses(undefined);
    expect(data['limits']).toMatch(/^published defaults: the API shows no limits/);
    expect(of('clusters')).toEqual({ quota: 'clusters', used: 13, publishedDefault: 10 });
    expect(of('scaling groups')).toMatchObject({ limit: 10, headroom: 6 });
  });

  test('omit unused quotas of several environments unless all are requested', async () => {
    const summary = await uses(GENEROUS, {});
    expect(summary.rows.every(({ used }) => Number(used) > 0)).toBe(true);
    expect(summary.of('users')).toMatchObject({ environment: 'kdb-prod' });
    const full = await uses(GENEROUS, { view: 'full' });
    expect(full.rows.length).toBeGreaterThan(summary.rows.length);
    expect(full.data).not.toHaveProperty('notShown');
  });

  test('do not count unreadable entities', async () => {
    const partly = failing(world().call, 'ListKxUsers' satisfies OperationName);
    const { data } = await caller(partly)('check_kx_quotas', IN_PROD);
    expect((data['quotas'] as Rows).some(({ quota }) => quota === 'users')).toBe(false);
    expect(data['notRead']).toMatchObject([{ environment: 'kdb-prod' }]);
  });

  test('of the account are not counted if some environments are hidden', async () => {
    const limited = caller(world().call, { environments: [await world().id('kdb-prod')] });
    expect((await limited('check_kx_quotas')).data['account']).toMatch(/^not counted/);
  });
});

describe('the caches of a cluster and the changesets that a dataview follows', () => {
  test('appear in the rows of find_kx_entities, for few entities and for one', async () => {
    const cached = { futures_l2: [expect.stringMatching(/^\/.* on CACHE_/)] };
    for (const name of ['hdb-futures', 'hdb']) {
      const { data } = await use('find_kx_entities', { ...IN_PROD, kinds: ['cluster'], name });
      expect(data['entities']).toContainEqual(expect.objectContaining({ name: 'hdb-futures', cached }));
    }
    const { data } = await use('find_kx_entities', { ...IN_PROD, kinds: ['dataview'] });
    const follows = (data['entities'] as Rows).map(({ name, autoUpdate }) => [name, autoUpdate]);
    expect(follows).toContainEqual(['fx_spot_live', true]);
    expect(follows).toContainEqual(['equities_taq_static', false]);
  });

  test('appear in the rows of what_depends_on', async () => {
    const usedBy = async (input: object) => (await use('what_depends_on', { ...IN_PROD, ...input })).data['usedBy'];
    expect(await usedBy({ kind: 'database', name: 'futures_l2' })).toContainEqual(
      expect.objectContaining({ id: 'cluster:hdb-futures', cached: [expect.stringMatching(/ on CACHE_/)] }),
    );
    expect(await usedBy({ name: 'vol-fx' })).toContainEqual(
      expect.objectContaining({
        id: 'dataview:fx_spot/fx_spot_live',
        autoUpdate: true,
        changesetId: expect.any(String),
      }),
    );
  });

  test('show which clusters mount an older version of a dataview', async () => {
    const { data } = await use('what_depends_on', { ...IN_PROD, name: 'hdb-equities-b' });
    const [view] = (data['needs'] as Rows).filter(({ id }) => String(id).startsWith('dataview:'));
    expect(view).toMatchObject({ changesetId: expect.any(String), newestChangesetId: expect.any(String) });
    expect(view?.['newestChangesetId']).not.toBe(view?.['changesetId']);
  });
});
