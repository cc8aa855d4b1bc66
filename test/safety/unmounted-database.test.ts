import { expect, it, onTestFinished } from 'vitest';
import { openUpdatable } from './support/updatable.ts';

it('an update that unmounts a database says that the cluster cannot mount it again, and not what serves it until its nodes run again', async () => {
  const { builder, attempt, plan, close } = await openUpdatable();
  onTestFinished(close);
  await builder.database('quotes');
  await builder.changeset('quotes');
  const [trades, quotes] = ['trades', 'quotes'].map((databaseName) => ({ databaseName }));
  await builder.cluster('several', { clusterType: 'HDB', databases: [trades, quotes] as never });
  const tool = 'update_kx_cluster_databases';
  const call = { clusterName: 'several', databases: [trades], remove: ['databases.quotes'] };
  const reason = 'The cluster cannot mount database "quotes" again: its databases are chosen when it is created.';
  const { notes } = await plan(tool, call);
  expect(notes).toContain(reason);
  expect(notes).not.toContainEqual(expect.stringContaining('serves "quotes" until'));
  expect(await attempt(tool, call)).toMatchObject({
    kind: 'done',
    content: { notes: expect.arrayContaining([reason]) },
  });
  expect(await plan(tool, { clusterName: 'several', databases: [trades, quotes] })).toMatchObject({ blocked: true });
});
