import { expect, it, onTestFinished } from 'vitest';
import { planCall } from '../../src/safety/plan.ts';
import { answering } from './support/backend.ts';
import { PLACE } from './support/guard.ts';
import { openUpdatable } from './support/updatable.ts';

it('the deletion of a node loses data in memory only on an RDB, and nothing if the node never started', async () => {
  const { backend, environmentId, plan, close } = await openUpdatable();
  onTestFinished(close);
  const planOf = async (clusterName: string, nodeId: string) => plan('delete_kx_cluster_node', { clusterName, nodeId });
  const first = async (clusterName: string) => {
    const { nodes = [] } = await backend.call('ListKxClusterNodes', { environmentId, clusterName });
    return String(nodes[0]?.nodeId);
  };
  const [ofRdb, ofHdb] = [await first('memory'), await first('history')];
  expect(await planOf('memory', ofRdb)).toMatchObject({
    lost: [{ kind: 'node', name: ofRdb, detail: 'unsaved data in memory' }],
    interrupted: [{ name: 'memory', detail: '1 of its 1 node' }],
  });
  expect((await planOf('history', ofHdb))['lost']).toEqual([{ kind: 'node', name: ofHdb }]);
  const starting = answering(backend.call, (name, reply) =>
    name === 'ListKxClusterNodes' ? { nodes: [{ nodeId: ofRdb, status: 'PROVISIONING' }] } : reply,
  );
  const node = { environmentId, clusterName: 'memory', nodeId: ofRdb };
  const planned = await planCall({ call: starting, backendLocation: PLACE }, 'DeleteKxClusterNode', node, 'ann');
  expect(planned).toMatchObject({ lost: [], interrupted: [] });
  const [, worst, , , ...rest] = String(planned?.shown.text).split('\n');
  expect(worst).toBe('Loses and interrupts nothing else, as far as the service shows.');
  expect(rest).toContain('The node has not started yet, so it holds no data, and serves nothing.');
});
