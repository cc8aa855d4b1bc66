import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FinspaceError } from '../../src/operations/failure.ts';
import type { Call } from '../../src/operations/index.ts';
import { deletionStateOf, planTeardown } from '../../src/safety/teardown.ts';
import { typedIn } from '../support/typed.ts';
import { answering, type Embedded, failing, type Members, openEmbedded, spyOn } from './support/backend.ts';
import { type EnvironmentBuilder, openBuilder } from './support/call-environment-builder.ts';
import { accept, asked, openGuard, PLACE } from './support/guard.ts';

const TOOL = 'tear_down_kx_environment';

describe('the plan of a teardown', () => {
  let backend: Embedded;
  let builder: EnvironmentBuilder;
  beforeAll(async () => {
    backend = await openEmbedded();
    builder = await openBuilder(backend.call);
    await builder.user('ann');
    await builder.volume('fast');
  });
  afterAll(() => backend.close());

  const planned = (call: Call, only?: string[]) => {
    const input = { environmentId: builder.environmentId, ...(only === undefined ? {} : { only }) };
    return planTeardown({ call, backendLocation: PLACE }, TOOL, input, 'ann', {});
  };
  const environment = (changed: Members) =>
    answering(backend.call, (name, reply) => (name === 'GetKxEnvironment' ? { ...reply, ...changed } : reply));
  /** The actual users for this many reads; after that, `ann` no longer exists. */
  const leaving = (looks: number) => {
    let left = looks;
    return answering(backend.call, (name, reply) => {
      if (name !== 'ListKxUsers') return reply;
      left -= 1;
      return left < 0 ? { users: [] } : reply;
    });
  };

  it('does not exist for a deleted environment', async () => {
    expect(await planned(environment({ status: 'DELETED' }))).toBeUndefined();
    const guard = await openGuard({ call: environment({ status: 'DELETED' }), clock: backend.clock });
    expect(await guard.attempt({ tool: TOOL, arguments: { environmentId: builder.environmentId } })).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('the environment is already deleted'),
    });
    await guard.close();
  });

  it.each([[undefined], ['']])('identifies an environment whose name is %j by its id', async (name) => {
    const plan = await planned(environment({ name }));
    expect(plan?.shown.name).toBe(builder.environmentId);
  });

  it('omits entities that disappeared while it was prepared', async () => {
    expect((await planned(leaving(1)))?.deletions.map(({ item }) => item.name)).toEqual(['fast', 'trading']);
    expect(await planned(leaving(1), ['ann', 'fast'])).toMatchObject({ blockers: [{ item: { name: 'ann' } }] });
    expect(await planned(leaving(2), ['ann', 'fast'])).toMatchObject({ blockers: [] });
  });

  it('omits an entity whose details disappeared after they were read once', async () => {
    let reads = 0;
    const call: Call = (name, input, options) => {
      if (name === 'GetKxVolume') reads += 1;
      const read = reads > 1 ? failing(backend.call, 'GetKxVolume', 'ResourceNotFound') : backend.call;
      return read(name, input, options);
    };
    expect((await planned(call))?.deletions.map(({ item }) => item.name)).toEqual(['ann', 'trading']);
    expect(reads).toBe(2);
    reads = 0;
    const denied: Call = (name, input, options) => {
      if (name === 'GetKxVolume') reads += 1;
      return (reads > 1 ? failing(backend.call, 'GetKxVolume') : backend.call)(name, input, options);
    };
    await expect(planned(denied)).rejects.toMatchObject({ fields: { code: 'AccessDenied' } });
  });

  it('omits entities that are already being deleted', async () => {
    const going = answering(backend.call, (name, reply) =>
      name === 'GetKxVolume' ? { ...reply, status: 'DELETING' } : reply,
    );
    const plan = await planned(going);
    expect(plan?.deletions.map(({ item }) => item.name)).toEqual(['ann', 'trading']);
    expect(plan?.leaving.map(({ item }) => item.name)).toEqual(['fast']);
    expect(await planned(going, ['fast'])).toMatchObject({ deletions: [], leaving: [{}], blockers: [] });
  });

  it('omits entities that a list shows although they are deleted', async () => {
    const gone = answering(backend.call, (name, reply) =>
      name === 'GetKxVolume' ? { ...reply, status: 'DELETED' } : reply,
    );
    expect(await planned(gone)).toMatchObject({ leaving: [], deletions: [{ item: { name: 'ann' } }, {}] });
    expect(await planned(gone, ['fast'])).toMatchObject({ deletions: [], blockers: [{ item: { name: 'fast' } }] });
  });

  it('deletes only the environment, with everything in it, if nothing in it can be changed any more', async () => {
    const failed = await planned(environment({ status: 'FAILED_DELETION' }));
    expect(failed?.deletions.map(({ item }) => item.name)).toEqual(['trading']);
    expect(failed?.shown.text).toMatch(
      /^DELETE kdb environment trading \(....\): 1 volume, 1 user\nPermanent loss of 3 entities, including volume fast \(/,
    );
    expect(failed?.blockers).toEqual([]);
    expect(await planned(environment({ status: 'FAILED_DELETION' }), ['fast'])).toMatchObject({
      blockers: [{ item: { kind: 'kdb environment', detail: 'FAILED_DELETION' } }],
    });
  });

  it('shows what is lost with an environment that can only be deleted as a whole, and deletes it', async () => {
    const { environmentId, ...broken } = await openBuilder(backend.call, 'broken');
    await broken.database('trades');
    await broken.user('ann');
    const spy = spyOn(backend.call);
    const call = answering(spy.call, (name, reply) =>
      name === 'GetKxEnvironment' ? { ...reply, status: 'FAILED_DELETION' } : reply,
    );
    const guard = await openGuard({ call, clock: backend.clock });
    const attempt = { tool: TOOL, arguments: { environmentId } };
    const { message, state } = await asked(guard, attempt);
    expect(message).toMatch(/\nPermanent loss of 3 entities, including database trades /);
    expect(message).toContain('\n2. user "ann".\n3. kdb environment "broken".\n');
    await guard.attempt({ ...attempt, state, answers: accept(typedIn(message)) });
    expect(spy.reached.map(({ name }) => name)).toEqual(['DeleteKxEnvironment']);
    await guard.close();
  });

  it('is refused if something protected is in an environment that can only be deleted as a whole', async () => {
    const call = answering(environment({ status: 'FAILED_DELETION' }), (name, reply, { resourceArn }) =>
      name === 'ListTagsForResource' && String(resourceArn).endsWith('/kxVolume/fast')
        ? { tags: { 'finspace-mcp:protected': 'true' } }
        : reply,
    );
    expect(await planned(call)).toMatchObject({ forbidden: { protectedArn: expect.stringContaining('/fast') } });
  });

  it('is blocked by the clusters of an environment that can only be deleted as a whole', async () => {
    const kxClusterSummaries = [{ clusterName: 'hdb', status: 'RUNNING' }];
    const call = answering(environment({ status: 'FAILED_DELETION' }), (name, reply) =>
      name === 'ListKxClusters' ? { kxClusterSummaries } : reply,
    );
    expect(await planned(call)).toMatchObject({ blockers: [{ item: { kind: 'cluster', name: 'hdb' } }] });
  });

  it('is blocked by entities that are already being deleted, without requiring them in `only`', async () => {
    const view = {
      ...{ dataviewName: 'view', databaseName: 'trades', status: 'DELETING' },
      segmentConfigurations: [{ volumeName: 'fast', dbPaths: ['/*'] }],
    };
    const call: Call = async (name, input, options) => {
      if (name === 'ListKxDatabases') return { kxDatabases: [{ databaseName: 'trades' }] } as never;
      if (name === 'GetKxDatabase') return { databaseName: 'trades' } as never;
      return name === 'ListKxDataviews' ? ({ kxDataviews: [view] } as never) : backend.call(name, input, options);
    };
    expect((await planned(call, ['fast']))?.blockers).toMatchObject([
      { item: { name: 'view' }, first: expect.stringContaining('already being deleted') },
    ]);
  });

  it('says when the environment was created, if the service returns it', async () => {
    expect((await planned(backend.call))?.shown.text).toMatch(/", creationTimestamp: "2026-[^"]*"\.$/);
    const silent = await planned(environment({ creationTimestamp: undefined }));
    expect(silent?.shown.text).toMatch(new RegExp(`\nenvironmentId: "${builder.environmentId}"\\.$`));
  });

  it('requests no approval for an environment that is not ready to be deleted', async () => {
    expect(await planned(environment({ status: 'UPDATING_NETWORK' }))).toMatchObject({
      blockers: [{ first: expect.stringContaining('until CREATED') }],
    });
    const deleting = await planned(environment({ status: 'DELETING' }));
    expect(deleting).toMatchObject({ deletions: [], leaving: [{}], blockers: [] });
  });

  it('distinguishes deleted entities from unreadable ones', async () => {
    const user = {
      operation: 'DeleteKxVolume',
      input: { environmentId: builder.environmentId, volumeName: 'none' },
    } as const;
    const failing =
      (error: unknown): Call =>
      async () => {
        throw error;
      };
    const denied = new FinspaceError({
      operation: 'GetKxVolume',
      code: 'AccessDenied',
      detail: '',
      retryable: false,
      advice: '',
    });
    expect(await deletionStateOf(backend.call, user)).toEqual({ progress: 'done' });
    expect(await deletionStateOf(failing(denied), user)).toEqual({ progress: 'in progress' });
    expect(await deletionStateOf(failing(new Error('?')), user)).toEqual({ progress: 'in progress' });
  });

  it('reads the tags of an empty environment', async () => {
    const empty = await openBuilder(backend.call, 'empty');
    await empty.tag('');
    const input = { environmentId: empty.environmentId };
    const plan = await planTeardown({ call: backend.call, backendLocation: PLACE }, TOOL, input, 'ann', {});
    expect(plan?.forbidden?.why).toContain('carries the tag');
  });

  it('names the databases on its first lines, counts everything else by kind, and says that no form can show it', async () => {
    const users = Array.from({ length: 510 }, (_, at) => ({ userName: `user-${at}`, iamRole: 'role' }));
    const kxDatabases = ['fx_spot', 'fx_forwards', 'equities', 'futures'].map((databaseName) => ({ databaseName }));
    const crowded: Call = async (name, input, options) => {
      if (name === 'ListTagsForResource') return { tags: {} } as never;
      if (name === 'ListKxDataviews') return { kxDataviews: [] } as never;
      if (name === 'ListKxDatabases') return { kxDatabases } as never;
      if (name === 'GetKxDatabase') return { ...input, numBytes: 1 } as never;
      return name === 'ListKxUsers' ? ({ users } as never) : backend.call(name, input, options);
    };
    const { shown, formFit } = (await planned(crowded)) ?? {};
    const id = builder.environmentId.slice(0, 4);
    expect(shown?.text.split('\n').slice(0, 3)).toEqual([
      `DELETE kdb environment trading (${id}): 4 databases, 1 volume, 510 users`,
      'Permanent loss of 516 entities, including 4 databases (fx_spot, fx_forwards, …).',
      `Type trading ${id} to approve.`,
    ]);
    expect(shown?.lost).toHaveLength(516);
    expect(formFit).toBe('too-long');
    expect(shown?.text).toContain(
      'Too many to list in a form: 1 volume, 4 databases, 510 users, 1 kdb environment. Approvals in a terminal or a browser list all of them.',
    );
  });
});
