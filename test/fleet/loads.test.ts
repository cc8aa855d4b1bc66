import { describe, expect, test } from 'vitest';
import type { Call, Output } from '../../src/operations/index.ts';
import { NOW } from '../inventory/demo.ts';
import { caller, demoTools, names, type Rows } from './demo-tools.ts';
import { EXAMPLES, FLEET_TOOL_NAMES } from './examples.ts';

const { world } = demoTools();
const HOUR = 3_600_000;
const PAGE = 100;
type Load = NonNullable<Output<'ListKxChangesets'>['kxChangesets']>[number];

/** The demo world with this many additional loads of futures_l2, one an hour, some of which failed. */
function withLoads(count: number, failed: readonly number[] = []) {
  const loads = Array.from({ length: count }, (_, at): Load => {
    const time = new Date(NOW - (at + 1) * HOUR).toISOString();
    const status = failed.includes(at) ? 'FAILED' : 'COMPLETED';
    const times = { createdTimestamp: time, lastModifiedTimestamp: time, activeFromTimestamp: time };
    return { changesetId: `load${at}`, status, ...times };
  });
  let pages = 0;
  const call: Call = async (name, input, options) => {
    const { databaseName, changesetId = '', nextToken = '0' } = input as Record<string, string>;
    if (databaseName !== 'futures_l2') return world().call(name, input, options);
    if (name === 'ListKxChangesets') {
      pages += 1;
      const from = Number(nextToken);
      const isLast = from + PAGE >= loads.length;
      const kxChangesets = loads.slice(from, from + PAGE);
      return { kxChangesets, ...(isLast ? {} : { nextToken: String(from + PAGE) }) } as never;
    }
    const load = loads.find((each) => each.changesetId === changesetId);
    if (name === 'GetKxChangeset' && load !== undefined)
      return { ...load, errorInfo: { errorType: 'Failed', errorMessage: `No file for ${changesetId}.` } } as never;
    return world().call(name, input, options);
  };
  return { use: caller(call), pages: () => pages };
}

const ofDatabase = (rows: unknown) =>
  (rows as Rows).filter(({ entity }) => String(entity).startsWith('changeset:futures_l2/'));

describe('a database whose loads take several pages', () => {
  const failed = [3, 50, 99, 100, 101, 150, 199, 200, 249];
  const { use } = withLoads(250, failed);

  test('shows each failed load once, with the reason, and reports nothing as unread', async () => {
    const { data } = await use('find_kx_problems', { problem: 'failed', environment: 'kdb-prod', view: 'full' });
    const rows = ofDatabase(data['problems']);
    expect(names(rows, 'entity')).toEqual(failed.map((at) => `changeset:futures_l2/load${at}`));
    expect(rows[8]).toMatchObject({ reason: 'No file for load249.' });
    expect(data).not.toHaveProperty('notRead');
  });

  test('shows the same failures in the description of its environment', async () => {
    const { data } = await use('describe_kx_environment', { environment: 'kdb-prod' });
    expect(ofDatabase(data['attention'])).toHaveLength(failed.length);
  });

  test('counts completed loads since a load on a later page, up to the newest', async () => {
    const { data } = await use('find_kx_entities', { kinds: ['changeset'], name: 'load249', view: 'full' });
    expect(data['entities']).toMatchObject([{ completedSince: 250 - failed.length + 1 }]);
  });
});

describe('a database with more loads than are read', () => {
  const { use } = withLoads(1_250);
  const note = [{ environment: 'kdb-prod', reason: 'ListKxChangesets of futures_l2: only the newest 1,000 were read' }];

  test('is named in one line if older failures would matter', async () => {
    for (const input of [{}, { problem: 'failed' }])
      expect((await use('find_kx_problems', input)).data['notRead']).toEqual(note);
  });

  test.each([
    ['find_kx_problems', { problem: 'unused' }],
    ['find_kx_entities', { kinds: ['database'] }],
    ['find_kx_entities', { kinds: ['cluster'], view: 'full' }],
    ['what_depends_on', { name: 'hdb-fx' }],
    ['compare_kx_environments', { a: 'kdb-prod', b: 'kdb-uat' }],
    ['check_kx_quotas', {}],
  ])('is not mentioned by %s %j', async (tool, input) => {
    expect((await use(tool, input)).data).not.toHaveProperty('notRead');
  });

  test.each(FLEET_TOOL_NAMES)('is mentioned in one line at most by %s', async (tool) => {
    const { input } = EXAMPLES[tool];
    const { data } = await use(tool, input({ environment: 'kdb-prod', other: 'kdb-uat', cluster: 'hdb-fx' }));
    expect([undefined, note]).toContainEqual(data['notRead']);
  });

  test('shows the failure of an older load about which it is asked, and nothing as unread', async () => {
    const { data } = await withLoads(1_250, [1_200]).use('what_depends_on', { name: 'load1200' });
    expect(data).toMatchObject({ dependents: 0, attention: [{ why: 'is FAILED', reason: 'No file for load1200.' }] });
    expect(data).not.toHaveProperty('notRead');
  });

  test('is read completely for a search of loads, or as far back as the search goes', async () => {
    const all = withLoads(1_250);
    const found = await all.use('find_kx_entities', { kinds: ['changeset'], name: 'futures_l2', limit: 1 });
    expect(found.data).toMatchObject({ found: 1_250 });
    expect(all.pages()).toBeGreaterThanOrEqual(13);
    const recent = withLoads(1_250);
    const input = { kinds: ['changeset'], name: 'futures_l2', createdAfter: '2d' };
    expect((await recent.use('find_kx_entities', input)).data).toMatchObject({ found: 47 });
    expect(recent.pages()).toBe(1);
  });
});

describe('a name that selects a database', () => {
  const read = async (input: object) => {
    const lists: string[] = [];
    const call: Call = (name, input, options) => {
      if (name === 'ListKxChangesets') lists.push(String((input as Record<string, unknown>)['databaseName']));
      return world().call(name, input, options);
    };
    const asking = { environment: 'kdb-prod', kinds: ['changeset'], ...input };
    const { data } = await caller(call)('find_kx_entities', asking);
    return { lists: [...new Set(lists)].toSorted(), data };
  };

  test.each([
    ['fx_spot', ['fx_spot']],
    ['FX spot', ['fx_spot']],
    ['f*', ['futures_l2', 'fx_spot']],
  ])('reads no loads of other databases: %s', async (name, databases) => {
    const { lists, data } = await read({ name });
    expect(lists).toEqual(databases);
    expect([...new Set(names(data['entities'] ?? [], 'database'))].toSorted()).toEqual(databases);
  });

  test.each(['nosuch', undefined])('reads all databases if it may be the id of a load: %s', async (name) => {
    expect((await read({ name })).lists.length).toBeGreaterThan(3);
  });

  test('finds a load by its id', async () => {
    const { data } = await read({ name: 'fx_spot', limit: 1 });
    const [id] = names(data['entities']);
    expect(names((await read({ name: id })).data['entities'])).toEqual([id]);
  });
});

describe('a cluster that was created before the first load of its database', () => {
  const mounting = (clusterType: string, changesetId?: string) =>
    caller((async (name, input, options) => {
      const reply = await world().call(name, input, options);
      if (!('clusterName' in input) || input.clusterName !== 'hdb-futures' || name !== 'GetKxCluster') return reply;
      return {
        ...reply,
        clusterType,
        databases: [{ databaseName: 'futures_l2', changesetId, cacheConfigurations: [] }],
      };
    }) as Call);
  const behind = async (use: ReturnType<typeof caller>) => {
    const { data } = await use('find_kx_problems', { problem: 'behind', environment: 'kdb-prod' });
    return (data['problems'] as Rows).find(({ entity }) => entity === 'cluster:hdb-futures');
  };

  test('is behind, since that load', async () => {
    const at = { environmentId: await world().id('kdb-prod'), databaseName: 'futures_l2' };
    const { kxChangesets = [] } = await world().call('ListKxChangesets', at);
    const completed = kxChangesets.filter(({ status }) => status === 'COMPLETED');
    const first = completed.map(({ activeFromTimestamp = '' }) => activeFromTimestamp).toSorted()[0];
    expect(await behind(mounting('HDB'))).toMatchObject({
      why: `mounts futures_l2 without a changeset; ${completed.length} changesets have completed since`,
      since: `${first?.slice(0, 16)}Z`,
      behindBy: completed.length,
    });
  });

  test.each([undefined, 'earlier'])(
    'is not behind if it only saves down to the database (changeset: %s)',
    async (id) => {
      expect(await behind(mounting('RDB', id))).toBeUndefined();
    },
  );
});
