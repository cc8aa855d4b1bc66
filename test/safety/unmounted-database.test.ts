import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approved } from './support/guard.ts';
import { openUpdatable, type Updatable } from './support/updatable.ts';

let world: Updatable;
let builder: Updatable['builder'];
let guard: Updatable['guard'];
let reached: Updatable['reached'];
let environmentId: Updatable['environmentId'];
let attempt: Updatable['attempt'];
let plan: Updatable['plan'];

beforeEach(async () => {
  world = await openUpdatable();
  ({ builder, guard, reached, environmentId, attempt, plan } = world);
});
afterEach(() => world.close());

describe('an update that unmounts a database', () => {
  it('needs approval, because the cluster cannot mount it again', async () => {
    await builder.database('quotes');
    await builder.changeset('quotes');
    const [trades, quotes] = ['trades', 'quotes'].map((databaseName) => ({ databaseName }));
    await builder.cluster('several', { clusterType: 'HDB', databases: [trades, quotes] as never });
    const tool = 'update_kx_cluster_databases';
    const call = { clusterName: 'several', databases: [trades], remove: ['databases.quotes'] };
    const reason = 'The cluster cannot mount database "quotes" again: its databases are chosen when it is created.';
    const asking = await attempt(tool, call);
    expect(asking).toMatchObject({ kind: 'asked', message: expect.stringContaining(`\n${reason}\n`) });
    expect(asking).not.toMatchObject({ message: expect.stringContaining('serves "quotes" until') });
    expect(await plan(tool, call)).toMatchObject({ needsApproval: true, why: [reason] });
    expect(reached).toEqual([]);
    const whole = { environmentId, ...call };
    expect((await approved(guard, { tool, arguments: whole }, 'several')).kind).toBe('done');
    expect(await plan(tool, { clusterName: 'several', databases: [trades, quotes] })).toMatchObject({ blocked: true });
  });
});
