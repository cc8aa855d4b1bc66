import { afterEach, beforeEach, expect, test } from 'vitest';
import { environmentGraph } from '../../src/inventory/graph.ts';
import { type Embedded, openEmbedded } from '../safety/support/backend.ts';
import { openBuilder } from '../safety/support/call-environment-builder.ts';

let backend: Embedded;
beforeEach(async () => {
  backend = await openEmbedded();
});
afterEach(() => backend.close());

test('a dataview is cached on a volume with the paths of its newest version, while a cluster mounts an older one', async () => {
  const { call } = backend;
  const builder = await openBuilder(call);
  const { environmentId } = builder;
  const segments = (path: string) => ({ segmentConfigurations: [{ dbPaths: [path], volumeName: 'fast' }] });
  await builder.database('trades');
  await builder.changeset('trades');
  await builder.volume('fast');
  await builder.group('hosts');
  await builder.dataview('view', segments('/2025.*'));
  await builder.cluster('hdb', {
    clusterType: 'HDB',
    scalingGroupConfiguration: { scalingGroupName: 'hosts', memoryReservation: 6, nodeCount: 1 },
    databases: [{ databaseName: 'trades', dataviewName: 'view' }],
  });
  const view = { environmentId, databaseName: 'trades', dataviewName: 'view' };
  await call('UpdateKxDataview', { ...view, ...segments('/2026.*'), clientToken: 'update' });
  const { activeVersions = [] } = await call('GetKxDataview', view);
  expect(activeVersions.map(({ segmentConfigurations: [segment] = [] }) => segment?.dbPaths)).toEqual([
    ['/2026.*'],
    ['/2025.*'],
  ]);
  const { edges } = await environmentGraph(call, environmentId);
  const cached = edges.filter(({ relation }) => relation === 'cached-on');
  expect(cached).toMatchObject([{ to: 'volume:fast', facts: { dbPaths: ['/2026.*'] } }]);
});
