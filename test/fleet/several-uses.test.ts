import { expect, test } from 'vitest';
import type { Call } from '../../src/operations/index.ts';
import { caller, demoTools, type Rows } from './table.ts';

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
