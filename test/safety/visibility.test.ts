import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_CALLER, type Restrictions } from '../../src/safety/policy.ts';
import { visibilityFor } from '../../src/safety/visibility.ts';
import { offeredTools } from '../../src/tools/list.ts';
import { UNRESTRICTED } from '../support/unrestricted.ts';
import { answering, type Embedded, type Members } from './support/backend.ts';
import { type EnvironmentBuilder, KEY, openBuilder, ZONE } from './support/call-environment-builder.ts';
import { asked, type Guard } from './support/guard.ts';
import { openTwoEnvironments, type TwoEnvironments } from './support/two-environments.ts';

const readsOf = (...nouns: string[]) => nouns.flatMap((noun) => [`list_kx_${noun}s`, `get_kx_${noun}`]);

describe('what a caller sees of entities whose reads are withheld', () => {
  let backend: Embedded;
  let town: EnvironmentBuilder;
  let village: EnvironmentBuilder;
  let guarded: TwoEnvironments['guarded'];
  beforeAll(async () => {
    ({ backend, town, guarded } = await openTwoEnvironments());
    village = await openBuilder(backend.call, 'village');
    for (const name of ['one', 'two']) await village.volume(name);
    await village.user('ann');
  });
  afterAll(() => backend.close());

  const preview = async (
    restrictions: Partial<Restrictions>,
    tool: string,
    given: Members,
    options: Parameters<TwoEnvironments['guarded']>[0] = {},
  ) => {
    let content: Members = {};
    await guarded({ ...options, restrictions }, async (guard) => {
      const outcome = await guard.attempt({ tool: 'plan_change', arguments: { tool, arguments: given } });
      if (outcome.kind !== 'done') throw new Error(outcome.kind);
      content = outcome.content;
    });
    return content;
  };
  const whole = (builder: EnvironmentBuilder) => ({ environmentId: builder.environmentId });
  const named = (guard: Guard, builder: EnvironmentBuilder) =>
    guard.attempt({ tool: 'delete_kx_environment', arguments: whole(builder) });

  it('includes the tags that a call changes, if the caller may list tags', async () => {
    const { environmentArn } = await backend.call('GetKxEnvironment', whole(village));
    const given = { resourceArn: `${environmentArn}/kxVolume/one`, tags: { 'finspace-mcp:protected': 'true' } };
    const dialogWithout = async (...deny: string[]) => {
      const { dialog } = await preview({ deny }, 'tag_resource', given);
      return (dialog as string[])[1];
    };
    expect(await dialogWithout(...readsOf('volume'))).toMatch(/: not set -> true\.$/);
    expect(await dialogWithout('list_tags_for_resource')).not.toContain('not set');
  });

  it('is their kind and number, so that the plan is as safe as with their names', async () => {
    const open = await preview({}, 'delete_kx_environment', whole(village));
    expect(open).not.toHaveProperty('withheld');
    const content = await preview({ deny: readsOf('volume') }, 'delete_kx_environment', whole(village));
    expect(content).toMatchObject({
      blocked: open['blocked'],
      counts: open['counts'] as Members,
      withheld: expect.stringContaining('the person who approves sees everything'),
      withheldKinds: ['volume (list_kx_volumes, get_kx_volume)'],
      lost: [
        { kind: 'volume', count: 2 },
        { kind: 'user', name: 'ann' },
      ],
    });
    expect(JSON.stringify(content)).not.toMatch(/"one"|"two"|1200/);
  });

  it('is the name without details where only the read of one is denied', async () => {
    const { lost } = await preview({ deny: ['get_kx_volume'] }, 'delete_kx_environment', whole(village));
    expect(lost).toEqual([
      { kind: 'volume', name: 'one' },
      { kind: 'volume', name: 'two' },
      { kind: 'user', name: 'ann' },
    ]);
  });

  it('excludes details of a target that the caller may not read, but not the kinds of what is lost', async () => {
    const quay = await openBuilder(backend.call, 'quay');
    await quay.volume('one');
    await quay.user('ann');
    await quay.cluster('rdb');
    const lostOf = async (deny: string[], tool: string, given: Members) => {
      const { lost, dialog } = await preview({ deny }, tool, { ...whole(quay), ...given });
      return [lost, (dialog as string[])[1]];
    };
    const volume = { volumeName: 'one' };
    const [[open], openLine] = (await lostOf([], 'delete_kx_volume', volume)) as [[Members], string];
    expect(open).toEqual({ kind: 'storage', name: 'one', detail: expect.stringContaining('1200 GB') });
    expect(openLine).toContain('1200 GB');
    expect(await lostOf(readsOf('volume'), 'delete_kx_volume', volume)).toEqual([
      [{ kind: 'storage', name: 'one' }],
      'Permanent loss: storage one.',
    ]);
    expect(await lostOf(['list_kx_users'], 'delete_kx_user', { userName: 'ann' })).toEqual([
      [{ kind: 'access of user', name: 'ann' }],
      'Permanent loss: access of user ann.',
    ]);
    expect(await lostOf(readsOf('cluster'), 'delete_kx_cluster', { clusterName: 'rdb' })).toEqual([
      [{ kind: 'memory', name: 'memory' }],
      'Permanent loss: memory.',
    ]);
  });

  it('excludes the size of a database from which a call deletes, if the caller may not read databases', async () => {
    const given = {
      ...whole(town),
      databaseName: 'kept',
      changeRequests: [{ changeType: 'DELETE', dbPath: '/2026/' }],
    };
    const notesWithout = async (deny: string[]) => (await preview({ deny }, 'create_kx_changeset', given))['notes'];
    expect(await notesWithout([])).toEqual([expect.stringContaining('The database holds 0 B in 0 files')]);
    expect(await notesWithout(readsOf('database'))).toBeUndefined();
  });

  it('excludes the databases of a cluster that restarts, if the caller may not read clusters', async () => {
    const mill = await openBuilder(backend.call, 'mill');
    await mill.database('trades');
    await mill.cluster('hdb', { clusterType: 'HDB', databases: [{ databaseName: 'trades' }] });
    const given = { ...whole(mill), clusterName: 'hdb', code: { s3Bucket: 'our-code', s3Key: 'new.zip' } };
    const seenWithout = async (deny: string[]) =>
      JSON.stringify(await preview({ deny }, 'update_kx_cluster_code_configuration', given));
    expect(await seenWithout([])).toContain('No other cluster serves \\"trades\\"');
    expect(await seenWithout(readsOf('cluster'))).not.toContain('trades');
  });

  it('is not increased by the refusal of the call itself', async () => {
    await guarded({ restrictions: { deny: readsOf('cluster', 'database') } }, async (guard, reached) => {
      const { environmentId } = town;
      const busy = await openBuilder(backend.call, 'busy');
      for (const name of ['rdb', 'hdb']) await busy.cluster(name);
      const outcome = await named(guard, busy);
      expect(outcome).toMatchObject({
        kind: 'refused',
        text: expect.stringContaining('1. 2 clusters (names withheld): Delete it'),
      });
      expect(JSON.stringify(outcome)).not.toMatch(/rdb|hdb/);
      // A database in it is protected.
      const attempt = await guard.attempt({ tool: 'delete_kx_environment', arguments: { environmentId } });
      expect(attempt).toMatchObject({
        kind: 'refused',
        text: expect.stringContaining('A database that this call affects carries the tag'),
      });
      expect(JSON.stringify(attempt)).not.toMatch(/kept|gateway/);
      expect(reached()).toEqual([]);
    });
  });

  it('is less than the approving person sees', async () => {
    await guarded({ restrictions: { deny: readsOf('volume', 'user') } }, async (guard) => {
      const { message } = await asked(guard, { tool: 'delete_kx_environment', arguments: whole(village) });
      for (const name of ['volume "one"', 'volume "two"', 'user "ann"']) expect(message).toContain(name);
    });
  });

  it('excludes the database of a dataview, unless the call names it', async () => {
    const harbour = await openBuilder(backend.call, 'harbour');
    await harbour.database('trades');
    await harbour.volume('fast');
    await harbour.dataview('view', {
      segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'fast' }],
    });
    const { environmentId } = harbour;
    const denied = { deny: readsOf('database') };
    const withheldKinds = ['database (list_kx_databases, get_kx_database)'];
    const mine = {
      databaseName: 'other',
      dataviewName: 'mine',
      azMode: 'SINGLE',
      availabilityZoneId: ZONE,
      readWrite: true,
      segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'fast' }],
    };
    const seen = [
      await preview(denied, 'delete_kx_environment', whole(harbour)),
      await preview(denied, 'delete_kx_volume', { environmentId, volumeName: 'fast' }),
      await preview(denied, 'create_kx_dataview', { environmentId, ...mine }),
      await preview(denied, 'create_kx_entities', {
        environmentId,
        create: [{ tool: 'create_kx_dataview', arguments: mine }],
      }),
    ];
    for (const content of seen) {
      expect(content).toMatchObject({ withheldKinds });
      expect(JSON.stringify(content)).toContain('"name":"view"');
      expect(JSON.stringify(content)).not.toContain('trades');
    }
    const own = await preview(denied, 'delete_kx_database', { environmentId, databaseName: 'trades' });
    expect(own).toMatchObject({ blockers: [{ kind: 'dataview', name: 'view', detail: 'of trades, ACTIVE' }] });
  });

  it('includes what the call itself names', async () => {
    const { environmentId } = town;
    const given = { environmentId, databaseName: 'kept' };
    const denied = { deny: readsOf('database', 'environment') };
    expect(await preview(denied, 'create_kx_database', given)).toMatchObject({
      blockers: [{ kind: 'database', name: 'kept', first: expect.stringContaining('The name is in use') }],
      withheldKinds: ['database (list_kx_databases, get_kx_database)'],
    });
    expect(await preview(denied, 'delete_kx_database', given)).toMatchObject({
      forbidden: expect.stringContaining('/kxDatabase/kept'),
    });
    const unready = answering(backend.call, (name, reply) =>
      name === 'GetKxEnvironment' ? { ...reply, status: 'UPDATING_NETWORK' } : reply,
    );
    const moving = await preview(denied, 'delete_kx_environment', whole(village), { call: unready });
    expect(moving).toMatchObject({ blockers: [{ kind: 'kdb environment', name: 'village' }] });
  });

  it.each([
    ['kxEnvironment/abc', ['ListKxEnvironments'], 'A kdb environment that'],
    ['environment/abc', ['ListEnvironments'], 'A dataset browser environment that'],
    ['kxEnvironment/abc/kxScalingGroup/hosts', ['ListKxScalingGroups'], 'A scaling group that'],
    ['kxEnvironment/abc/kxScalingGroup/hosts', ['ListKxEnvironments'], '"arn:aws:finspace'],
    ['kxEnvironment/abc/kxDatabase/trades/kxDataview/view', ['ListKxDatabases'], 'A dataview that'],
    ['kxEnvironment/abc/kxDatabase/trades/kxDataview/view', ['ListKxEnvironments'], '"arn:aws:finspace'],
  ])('is, for a protected %s without %j: %s', (path, without, text) => {
    const arn = `arn:aws:finspace:us-east-1:111122223333:${path}`;
    const visibility = visibilityFor((name) => !without.includes(name), {});
    expect(visibility.forbiddenText({ protectedArn: arn, why: 'is protected.' })).toContain(text);
  });

  it('says that no environment can be created if the server is limited to some', async () => {
    const environments = [town.environmentId];
    await guarded({ environments }, async (guard, reached) => {
      const given = { tool: 'create_kx_environment', arguments: { name: 'third', kmsKeyId: KEY } };
      for (const attempt of [given, { tool: 'plan_change', arguments: given }])
        expect(await guard.attempt(attempt)).toMatchObject({
          kind: 'refused',
          text: expect.stringMatching(/create_kx_environment is not offered\. .*--environments/),
        });
      expect(reached()).toEqual([]);
    });
    const offered = offeredTools({ ...UNRESTRICTED, environments }, LOCAL_CALLER).map(({ name }) => name);
    expect(offered).not.toContain('create_kx_environment');
    expect(offered).not.toContain('create_environment');
    expect(offered).toContain('update_kx_environment');
  });
});
