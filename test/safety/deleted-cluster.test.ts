import { expect, it, onTestFinished } from 'vitest';
import { planCall } from '../../src/safety/plan.ts';
import { answering } from './support/backend.ts';
import { PLACE } from './support/guard.ts';
import { openUpdatable } from './support/updatable.ts';

it('the deletion of a cluster without nodes loses none, and no data in memory', async () => {
  const { builder, plan, close } = await openUpdatable();
  onTestFinished(close);
  await builder.group('hosts');
  const tooMuch = { scalingGroupName: 'hosts', memoryReservation: 1_000_000, nodeCount: 1 };
  await builder.cluster('large', { scalingGroupConfiguration: tooMuch });
  expect(await plan('delete_kx_cluster', { clusterName: 'large' })).toMatchObject({
    dialog: expect.arrayContaining(['Loses and interrupts nothing else, as far as the service shows.']),
    lost: [],
  });
});

it('only nodes that have started lose data in memory', async () => {
  const { backend, environmentId, close } = await openUpdatable();
  onTestFinished(close);
  const planned = (operation: 'DeleteKxCluster' | 'UpdateKxClusterCodeConfiguration', ...statuses: string[]) => {
    const nodes = statuses.map((status, at) => ({ nodeId: `node-${at}`, status }));
    const call = answering(backend.call, (name, reply) => (name === 'ListKxClusterNodes' ? { nodes } : reply));
    const input = { environmentId, clusterName: 'memory' };
    return planCall({ call, backendLocation: PLACE }, operation, input, 'ann');
  };
  const unsaved = (detail: string) => ({ kind: 'memory', name: 'unsaved data in memory', detail });
  for (const operation of ['DeleteKxCluster', 'UpdateKxClusterCodeConfiguration'] as const)
    expect((await planned(operation, 'RUNNING', 'PROVISIONING'))?.lost).toContainEqual(unsaved('1 node'));
  const starting = await planned('UpdateKxClusterCodeConfiguration', 'PROVISIONING');
  expect(starting?.lost.filter(({ kind }) => kind === 'memory')).toEqual([]);
  expect(starting?.risk).toBe('destroy');
  expect((await planned('DeleteKxCluster', 'PROVISIONING'))?.lost).toContainEqual({ kind: 'nodes', name: '1 node' });
});
