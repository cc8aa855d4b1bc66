import { beforeEach, describe, expect, it } from 'vitest';
import { environmentGraph } from '../../src/inventory/graph.ts';
import { statusMeanings } from '../../src/kinds/statuses.ts';
import { totals } from '../../src/tools/fleet/grouping.ts';
import { ORDERS } from '../../src/tools/fleet/orders.ts';
import { HOUR } from './support/backend.ts';
import { alter, cluster, collectionOf, here, on, preview, previewFixture, run } from './support/preview.ts';

const HOST_MIB = 108 * 1024;
const MOST_MIB = 100_000;

/** The statuses in which a cluster needs the memory of its host. */
const OCCUPYING: Readonly<Record<string, boolean>> = {
  CREATE_FAILED: false,
  RUNNING: true,
  UPDATING: true,
  DELETING: false,
  DELETE_FAILED: false,
};
/** One that is being created starts before a later one: a plan counts it, and the service does so once it has started. */
const STARTING: Readonly<Record<string, boolean>> = { PENDING: true, CREATING: true };

const fixture = previewFixture();
beforeEach(async () => {
  await fixture.builder.cluster('big', { clusterType: 'RDB', ...on('hosts', MOST_MIB) });
  fixture.backend.clock.advance(HOUR);
});

const another = () => cluster({ clusterType: 'RDB', ...on('hosts', MOST_MIB) });

/** What answers say of the host, and of the cluster on it. */
async function answered() {
  const graph = await environmentGraph(fixture.backend.call, fixture.builder.environmentId);
  const [group, big] = ['scaling-group:hosts', 'cluster:big'].map((id) =>
    graph.entities.find((each) => each.id === id),
  );
  if (group === undefined || big === undefined) throw new Error('an entity is missing');
  const candidate = { entity: big, graph };
  const size = ORDERS.largest.compare([], [candidate]);
  return { free: group.facts['freeMiB'], totals: totals([candidate]), size };
}

describe('a cluster occupies the memory of its host', () => {
  it('in statuses that this test lists', () => {
    const documented = Object.keys(statusMeanings('kx-cluster')).filter((status) => status !== 'DELETED');
    expect(Object.keys({ ...STARTING, ...OCCUPYING }).sort()).toEqual(documented.sort());
  });

  it.each(Object.entries({ ...STARTING, ...OCCUPYING }))(
    'that is %s in answers and plans: %s',
    async (status, occupies) => {
      await alter(collectionOf('kxCluster'), 'big', { status });
      const { free, size, totals: found } = await answered();
      expect(free).toBe(occupies ? HOST_MIB - MOST_MIB : HOST_MIB);
      expect(size > 0).toBe(occupies);
      expect(found).toEqual(occupies ? { totals: expect.anything() } : {});
      const { warnings } = await preview('CreateKxCluster', another());
      expect(warnings.map(({ name }) => name)).toEqual(occupies ? ['hosts'] : []);
    },
  );

  it.each(Object.entries(OCCUPYING))('that is %s when another starts: %s', async (status, occupies) => {
    await alter(collectionOf('kxCluster'), 'big', { status });
    expect(await run('CreateKxCluster', another())).toBe('done');
    fixture.backend.clock.advance(HOUR);
    const created = await fixture.backend.call('GetKxCluster', here({ clusterName: 'new' }) as never);
    expect(created).toMatchObject({ status: occupies ? 'CREATE_FAILED' : 'RUNNING' });
  });
});
