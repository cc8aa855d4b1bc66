import { expect, it, onTestFinished } from 'vitest';
import { planCall } from '../../src/safety/plan.ts';
import { typedIn } from '../support/typed.ts';
import { answering, openEmbedded } from './support/backend.ts';
import { accept, asked, openGuard, PLACE } from './support/guard.ts';
import { openUpdatable } from './support/updatable.ts';

it('the deletion of a node loses memory and savedown storage on an RDB, not on an HDB, and nothing if the node never started', async () => {
  const { backend, environmentId, plan, close } = await openUpdatable();
  onTestFinished(close);
  const planOf = async (clusterName: string, nodeId: string) => plan('delete_kx_cluster_node', { clusterName, nodeId });
  const first = async (clusterName: string) => {
    const { nodes = [] } = await backend.call('ListKxClusterNodes', { environmentId, clusterName });
    return String(nodes[0]?.nodeId);
  };
  const [ofRdb, ofHdb] = [await first('memory'), await first('history')];
  expect(await planOf('memory', ofRdb)).toMatchObject({
    lost: [
      { kind: 'node', name: ofRdb, detail: 'unsaved data in memory' },
      { kind: 'savedown storage', name: 'SDS01', detail: '100 GiB, with any data that is not loaded yet' },
    ],
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

it('the deletion of the last running node says that the cluster then serves nothing', async () => {
  const { backend, builder, environmentId, plan, close } = await openUpdatable();
  onTestFinished(close);
  const alone = 'No other cluster serves "trades" until its nodes run again.';
  const { nodes = [] } = await backend.call('ListKxClusterNodes', { environmentId, clusterName: 'history' });
  const nodeId = String(nodes[0]?.nodeId);
  expect(await plan('delete_kx_cluster_node', { clusterName: 'history', nodeId })).toMatchObject({ notes: [alone] });
  await builder.cluster('twin', { clusterType: 'HDB', databases: [{ databaseName: 'trades' }] });
  const twin = 'Still serving "trades": "twin".';
  expect(await plan('delete_kx_cluster_node', { clusterName: 'history', nodeId })).toMatchObject({ notes: [twin] });
  const notesWith = async (status: string) => {
    const call = answering(backend.call, (name, reply) =>
      name === 'ListKxClusterNodes' ? { nodes: [...nodes, { nodeId: 'other', status }] } : reply,
    );
    const node = { environmentId, clusterName: 'history', nodeId };
    const planned = await planCall({ call, backendLocation: PLACE }, 'DeleteKxClusterNode', node, 'ann');
    return planned?.notes.map(({ says }) => says);
  };
  expect(await notesWith('RUNNING')).toEqual(['Its other nodes keep serving.']);
  expect(await notesWith('PROVISIONING')).toEqual(['Only 1 of its 2 nodes is running.', twin]);
});

it('an approved deletion of a node does not run once the other nodes have stopped', async () => {
  const backend = await openEmbedded('demo', 'realistic');
  onTestFinished(backend.close);
  const guard = await openGuard(backend);
  onTestFinished(guard.close);
  const { environments = [] } = await backend.call('ListKxEnvironments', {});
  const environmentId = String(environments.find(({ name }) => name === 'kdb-prod')?.environmentId);
  const cluster = { environmentId, clusterName: 'hdb-futures' };
  const { nodes = [] } = await backend.call('ListKxClusterNodes', cluster);
  const [one, other] = nodes.filter(({ status }) => status === 'RUNNING');
  const attempt = { tool: 'delete_kx_cluster_node', arguments: { ...cluster, nodeId: one?.nodeId } };
  const { message, state } = await asked(guard, attempt);
  expect(message).toContain('Its other nodes keep serving.');
  await backend.call('DeleteKxClusterNode', { ...cluster, nodeId: String(other?.nodeId) });
  const outcome = await guard.attempt({ ...attempt, state, answers: accept(typedIn(message)) });
  expect(outcome).toMatchObject({ kind: 'refused', text: expect.stringContaining('changed after the person saw it') });
});
