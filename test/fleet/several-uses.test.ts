import { describe, expect, test } from 'vitest';
import type { Call } from '../../src/operations/index.ts';
import { caller, demoTools, names, type Rows } from './demo-tools.ts';

const { world } = demoTools();

/** The demo world, in which clusters save down to the volume of their logs, and dataviews have two segments on one volume. */
const doubled: Call = async (name, input, options) => {
  const reply = await world().call(name, input, options);
  const text = JSON.stringify(reply).replaceAll(
    /^(?:Get|List)KxCluster/.test(name) ? 'vol-savedown' : /$^/g,
    'vol-tplog',
  );
  const segments = /(\{"dbPaths":)\["\/\*"\]([^{}]*\})/g;
  return JSON.parse(text.replaceAll(segments, '$1["/2025/*"]$2,$1["/2026/*"]$2'));
};
const use = (tool: string, input: Record<string, unknown>) => caller(doubled)(tool, input);
const row = (rows: unknown, id: string) => (rows as Rows).find((each) => each['id'] === id);

test('a cluster that uses a volume for two purposes is one user of it, for both', async () => {
  const { data } = await use('what_depends_on', { name: 'vol-tplog' });
  expect(data['entity']).toMatchObject({ usedBy: 'rdb-equities, rdb-fx, tp-equities, tp-fx' });
  expect(row(data['usedBy'], 'cluster:rdb-fx')).toMatchObject({ for: 'tickerplant log, savedown' });
  expect(row(data['usedBy'], 'cluster:tp-fx')).toMatchObject({ for: 'tickerplant log' });
  const { data: cluster } = await use('what_depends_on', { name: 'rdb-fx' });
  expect(cluster['entity']).toMatchObject({ volumes: 'vol-tplog (tickerplant log, savedown)' });
  expect(row(cluster['needs'], 'volume:vol-tplog')).toMatchObject({ for: 'tickerplant log, savedown' });
});

test('a dataview with several segments on a volume has the paths of all there', async () => {
  const paths = ['/2025/*', '/2026/*'];
  const { data } = await use('what_depends_on', { name: 'vol-fx' });
  expect(row(data['usedBy'], 'dataview:fx_spot/fx_spot_live')).toMatchObject({ dbPaths: paths });
  expect(data['entity']).toMatchObject({ usedBy: 'fx_spot/fx_spot_live' });
  const { data: view } = await use('what_depends_on', { name: 'fx_spot_live' });
  expect(row(view['needs'], 'volume:vol-fx')).toMatchObject({ dbPaths: paths });
});

describe('a cluster that mounts an older version of a dataview, on another volume', () => {
  /** The demo world, after `equities_taq_static` was moved to another volume. */
  const moved: Call = async (name, input, options) => {
    const reply = (await world().call(name, input, options)) as { kxDataviews?: { dataviewName?: string }[] };
    if (name !== 'ListKxDataviews') return reply as never;
    const segmentConfigurations = [{ dbPaths: ['/*'], volumeName: 'vol-fx' }];
    const kxDataviews = reply.kxDataviews?.map((view) =>
      view.dataviewName === 'equities_taq_static' ? { ...view, segmentConfigurations } : view,
    );
    return { ...reply, kxDataviews } as never;
  };
  const ask = async (name: string) => (await caller(moved)('what_depends_on', { name })).data;

  test('uses the volume of its version only', async () => {
    const clusters = (rows: unknown) => names(rows, 'id').filter((id) => String(id).startsWith('cluster:'));
    const held = await ask('vol-equities');
    expect(clusters(held['usedBy'])).toEqual(['cluster:hdb-equities-a', 'cluster:hdb-equities-b']);
    const taken = await ask('vol-fx');
    expect(names(taken['usedBy'], 'id')).toContain('dataview:equities_taq/equities_taq_static');
    expect(clusters(taken['usedBy'])).toEqual(['cluster:gp-research', 'cluster:hdb-fx']);
    expect(taken['dependents']).toBe((taken['usedBy'] as Rows).length);
    expect(names((await ask('hdb-equities-a'))['needs'], 'id')).not.toContain('volume:vol-fx');
  });
});

test('a cluster whose reply names a dataview without its segments counts as a user of the volume of that dataview', async () => {
  const brief: Call = async (name, input, options) => {
    const reply = (await world().call(name, input, options)) as { databases?: Rows };
    const databases = reply.databases?.map(({ dataviewConfiguration: view, ...entry }) => ({
      ...entry,
      dataviewName: (view as { dataviewName?: string } | undefined)?.dataviewName,
    }));
    return (name === 'GetKxCluster' ? { ...reply, databases } : reply) as never;
  };
  const { usedBy } = (await caller(brief)('what_depends_on', { name: 'vol-fx' })).data;
  expect(names(usedBy, 'id')).toEqual(expect.arrayContaining(['cluster:gp-research', 'cluster:hdb-fx']));
});

describe('the volumes of a cluster', () => {
  const find = async (input: Record<string, unknown>) =>
    (await caller(world().call)('find_kx_entities', { kinds: ['cluster'], ...input })).data;
  const volume = (is: string, value: string) => ({ where: [{ setting: 'volumeName', is, value }] });

  test('are those of GetKxCluster, with those of its dataviews', async () => {
    const users = ['hdb-equities-a', 'hdb-equities-b'];
    expect(names((await find(volume('equals', 'vol-equities')))['entities'])).toEqual(users);
    expect(names((await find({ text: 'vol-equities' }))['entities'])).toEqual(users);
    expect(names((await find(volume('not', 'vol-equities')))['entities'])).not.toEqual(expect.arrayContaining(users));
    const groups = (await find({ groupBy: ['volumes'] }))['groups'] as Rows;
    expect(groups.find(({ value }) => value === 'vol-equities')).toMatchObject({ count: 2, names: users });
    expect(groups.find(({ value }) => value === 'vol-tplog')).toMatchObject({ count: 4 });
  });

  test('of dataviews are shown only for a cluster that mounts one', async () => {
    const shown = new Map<unknown, unknown>();
    let cursor: unknown;
    do {
      const page = { environment: 'kdb-prod', view: 'full', ...(cursor === undefined ? {} : { cursor }) };
      const { data } = await caller(world().call)('describe_kx_environment', page);
      for (const { name, facts } of (data['entities'] ?? []) as { name: string; facts: Rows[number] }[])
        shown.set(name, facts['dataviewVolumes']);
      cursor = data['cursor'];
    } while (cursor !== undefined);
    expect(shown.get('hdb-fx')).toEqual(['vol-fx']);
    expect([...shown.keys()]).toEqual(expect.arrayContaining(['hdb-futures', 'rdb-fx']));
    expect([shown.get('hdb-futures'), shown.get('rdb-fx')]).toEqual([undefined, undefined]);
  });
});
