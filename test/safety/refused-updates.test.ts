import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answering, type Members } from './support/backend.ts';
import { openGuard } from './support/guard.ts';
import { CODE, openUpdatable, type Updatable } from './support/updatable.ts';

let world: Updatable;
let backend: Updatable['backend'];
let builder: Updatable['builder'];
let reached: Updatable['reached'];
let environmentId: Updatable['environmentId'];
let attempt: Updatable['attempt'];

beforeEach(async () => {
  world = await openUpdatable();
  ({ backend, builder, reached, environmentId, attempt } = world);
});
afterEach(() => world.close());

describe('an update', () => {
  it('that changes nothing is not blocked by a status in which the service would refuse it', async () => {
    const busy = answering(backend.call, (name, reply) =>
      name === 'GetKxEnvironment' ? { ...reply, status: 'UPDATING_NETWORK' } : reply,
    );
    const guard = await openGuard({ call: busy, clock: backend.clock });
    const same = { environmentId, name: 'trading' };
    const tool = 'update_kx_environment';
    expect(await guard.attempt({ tool, arguments: same })).toMatchObject({ kind: 'done', content: { changes: [] } });
    const preview = (args: Members) =>
      guard.attempt({ tool: 'plan_change', arguments: { tool, arguments: { ...same, ...args } } });
    expect(await preview({})).toMatchObject({
      content: {
        blocked: false,
        wouldRun: false,
        changesNothing: expect.stringContaining('was not sent'),
        counts: { blockers: 0 },
        blockers: [],
      },
    });
    expect(await preview({ description: 'new' })).toMatchObject({
      content: { blocked: true, counts: { blockers: 1 } },
    });
    await guard.close();
  });

  it('that changes nothing has no consequences', async () => {
    const same = { clusterName: 'history', databases: [{ databaseName: 'trades' }] };
    const planned = await world.plan('update_kx_cluster_databases', same);
    const counts = { blockers: 0, lost: 0, interrupted: 0 };
    expect(planned).toMatchObject({ wouldRun: false, counts, changes: [], interrupted: [] });
    expect(planned).not.toHaveProperty('notes');
  });

  it('that omits one setting and names another is refused with arguments that keep the first and remove the other', async () => {
    const commandLineArguments = ['s', 'mode'].map((key) => ({ key, value: '1' }));
    await builder.cluster('scripted', { code: CODE, initializationScript: 'init.q', commandLineArguments });
    const tool = 'update_kx_cluster_code_configuration';
    const given = {
      clusterName: 'scripted',
      code: CODE,
      commandLineArguments: commandLineArguments.slice(0, 1),
      remove: ['commandLineArguments.mode'],
    };
    const refused = await attempt(tool, given);
    expect(refused).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('add remove: ["commandLineArguments.mode","initializationScript"]'),
    });
    const [, advised = ''] = /To keep these, call \w+ with: (.*)/.exec('text' in refused ? refused.text : '') ?? [];
    expect((await world.guard.attempt({ tool, arguments: JSON.parse(advised) })).kind).toBe('done');
    expect(await backend.call('GetKxCluster', { environmentId, clusterName: 'scripted' })).toMatchObject({
      initializationScript: 'init.q',
      commandLineArguments: given.commandLineArguments,
    });
  });

  it('does not say that it removes a database that is given twice', async () => {
    const twice = ['trades', 'trades'].map((databaseName) => ({ databaseName }));
    const named = { clusterName: 'history', databases: twice, remove: ['databases.trades'] };
    expect(await attempt('update_kx_cluster_databases', named)).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('"databases.trades", which this call would not remove'),
    });
    expect(reached).toEqual([]);
  });
});
