import { expect, test } from 'vitest';
import type { Call } from '../../src/operations/index.ts';
import { caller, demoTools } from './demo-tools.ts';

const { world } = demoTools();
const NAMES = Array.from({ length: 501 }, (_, at) => `tp-${at}`);

/** More clusters than are read in detail, all of them tickerplants, with these on a scaling group. */
const crowded =
  (hosted: readonly string[]): Call =>
  async (name, input, options) => {
    const plant = (clusterName: string) => ({ clusterName, clusterType: 'TICKERPLANT', status: 'RUNNING' });
    const replies: Record<string, object> = {
      ListKxClusters: { kxClusterSummaries: NAMES.map(plant) },
      ListKxScalingGroups: { scalingGroups: [{ scalingGroupName: 'sg', clusters: hosted, status: 'ACTIVE' }] },
      GetKxCluster: {
        ...plant(String((input as { clusterName?: string }).clusterName)),
        tickerplantLogConfiguration: { tickerplantLogVolumes: ['vol-tp-log'] },
      },
    };
    return (replies[name] ?? world().call(name, input, options)) as never;
  };

test.each([
  [0, ''],
  [1, '; log volumes of 1 tickerplant (problem: dangling)'],
  [2, '; log volumes of 2 tickerplants (problem: dangling)'],
])('says that the log volumes of %i tickerplants were not checked if as many are on a host', async (count, says) => {
  const use = caller(crowded(NAMES.slice(0, count)));
  const { data } = await use('find_kx_problems', { environment: 'kdb-uat', kinds: ['cluster'] });
  expect(data['notChecked']).toBe(`nodes of 501 clusters (to check them, call with problem: stuck or underway)${says}`);
});
