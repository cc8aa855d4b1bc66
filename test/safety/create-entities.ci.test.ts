import { describe, expect, it } from 'vitest';
import { QUOTAS } from '../../src/local/quotas.ts';
import { FinspaceError } from '../../src/operations/failure.ts';
import type { Call } from '../../src/operations/index.ts';
import { typedIn } from '../support/typed.ts';
import { ofCluster, openBuilder, PROTECT, ROLE, ZONE } from './support/call-environment-builder.ts';
import { freshEnvironment } from './support/fresh-environment.ts';
import { accept, asked } from './support/guard.ts';

const here = freshEnvironment();
const { guarded, attemptOf, call, reached, tagsOf } = here;
const user = (userName: string, more: object = {}) => ({
  tool: 'create_kx_user',
  arguments: { userName, iamRole: ROLE, ...more },
});

describe('creating several entities', () => {
  const stack = () => [
    { tool: 'create_kx_database', arguments: { databaseName: 'trades' } },
    {
      tool: 'create_kx_changeset',
      arguments: {
        databaseName: 'trades',
        changeRequests: [{ changeType: 'PUT', s3Path: 's3://some-bucket/data/', dbPath: '/2026.03.16/' }],
      },
    },
    {
      tool: 'create_kx_volume',
      arguments: {
        volumeName: 'fast',
        volumeType: 'NAS_1',
        azMode: 'SINGLE',
        availabilityZoneIds: [ZONE],
        nas1Configuration: { type: 'SSD_1000', size: 1200 },
      },
    },
    {
      tool: 'create_kx_scaling_group',
      arguments: { scalingGroupName: 'hosts', hostType: 'kx.sg.4xlarge', availabilityZoneId: ZONE },
    },
    {
      tool: 'create_kx_dataview',
      arguments: {
        databaseName: 'trades',
        dataviewName: 'live',
        azMode: 'SINGLE',
        availabilityZoneId: ZONE,
        segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'fast' }],
      },
    },
    {
      tool: 'create_kx_cluster',
      arguments: {
        clusterName: 'hdb',
        ...ofCluster({
          clusterType: 'HDB',
          scalingGroupConfiguration: { scalingGroupName: 'hosts', memoryReservation: 6, nodeCount: 1 },
          databases: [{ databaseName: 'trades', dataviewName: 'live' }],
        }),
      },
    },
  ];

  it('creates users from a list', async () => {
    const create = ['ann', 'bob', 'eve'].map((name) => user(name));
    const outcome = await call('create_kx_entities', { create });
    expect(outcome).toMatchObject({ content: { finished: true, done: ['user:ann', 'user:bob', 'user:eve'] } });
    expect(reached()).toEqual(['CreateKxUser', 'CreateKxUser', 'CreateKxUser']);
  });

  it('continues after a failure, and reports the reason for each', async () => {
    await here.builder.user('bob');
    const outcome = await call('create_kx_entities', { create: ['ann', 'bob', 'eve'].map((name) => user(name)) });
    expect(outcome).toMatchObject({
      kind: 'done',
      content: {
        finished: false,
        done: ['user:ann', 'user:eve'],
        failed: [{ step: 'user:bob', advice: 'The user "bob" already exists. Use it, or choose another name.' }],
      },
    });
  });

  it('stops if all other steps would fail as well', async () => {
    const failing: Call = async (name, input, options) => {
      const { userName } = input as { userName?: string };
      if (name !== 'CreateKxUser' || userName !== 'bob') return here.backend.call(name, input, options);
      throw new FinspaceError({ operation: name, code: 'Throttling', detail: 'no', retryable: true, advice: 'Wait.' });
    };
    const throttled = await guarded({ call: failing });
    const attempt = attemptOf('create_kx_entities', { create: ['ann', 'bob', 'eve'].map((name) => user(name)) });
    expect(await throttled.attempt(attempt)).toMatchObject({
      content: { done: ['user:ann'], failed: [{ step: 'user:bob' }], notDone: ['user:eve'] },
    });
    await throttled.close();
  });

  it('creates a cluster with all its dependencies in one call', async () => {
    const outcome = await call('create_kx_entities', { create: stack() });
    expect(outcome).toMatchObject({ content: { finished: true } });
    const { status } = await here.backend.call('GetKxCluster', {
      environmentId: here.builder.environmentId,
      clusterName: 'hdb',
    });
    expect(status).toBe('RUNNING');
  });

  it('creates nothing if the arguments of one step are wrong, and names the step', async () => {
    const create = [user('ann'), user('not a name'), { tool: 'create_kx_user', arguments: { userName: 'eve' } }];
    const outcome = await call('create_kx_entities', { create });
    expect(outcome).toMatchObject({
      kind: 'refused',
      text: expect.stringMatching(/create\.1\.arguments\.userName: .*\ncreate\.2\.arguments\.iamRole: required/),
    });
    const elsewhere = await openBuilder(here.backend.call, `other-${here.town}`);
    const astray = [user('ann', { environmentId: elsewhere.environmentId })];
    expect(await call('create_kx_entities', { create: astray })).toMatchObject({
      text: expect.stringContaining('create.0.arguments.environmentId'),
    });
    const nowhere = [user('ann', { environmentId: 'No_Such' })];
    expect(await call('create_kx_entities', { create: nowhere })).toMatchObject({
      text: expect.stringContaining('create.0.arguments.environmentId: There is no kdb environment "No_Such".'),
    });
    const deleting = { databaseName: 'trades', changeRequests: [{ changeType: 'DELETE', dbPath: '/2026.03.16/' }] };
    expect(
      await call('create_kx_entities', { create: [{ tool: 'create_kx_changeset', arguments: deleting }] }),
    ).toMatchObject({ text: expect.stringContaining('call create_kx_changeset for it') });
    expect(reached()).toEqual([]);
  });

  it('requests one approval if a step sets a protecting tag, and names the steps that need no approval', async () => {
    const attempt = attemptOf('create_kx_entities', { create: [user('ann', { tags: PROTECT }), user('bob')] });
    const { message, state } = await asked(here.guard, attempt);
    expect(message).toContain('user:ann.iamRole: not set -> ');
    expect(message).toContain('Other steps of this call, which need no approval: 1.');
    const done = await here.guard.attempt({ ...attempt, state, answers: accept(typedIn(message)) });
    expect(done).toMatchObject({ content: { done: ['user:ann', 'user:bob'] } });
    expect(await tagsOf('/kxUser/ann')).toEqual(PROTECT);
  });

  it('requests approval for every step if the operator requires it for creates', async () => {
    const strict = await guarded({ restrictions: { approve: ['create'] } });
    const attempt = attemptOf('create_kx_entities', { create: stack() });
    const { message, state } = await asked(strict, attempt);
    expect(message).toContain('CREATE 6 entities of kdb environment');
    const done = await strict.attempt({ ...attempt, state, answers: accept(typedIn(message)) });
    expect(done).toMatchObject({ content: { finished: true } });
    await strict.close();
  });

  it('requests no approval if one step prevents another', async () => {
    const strict = await guarded({ restrictions: { approve: ['create'] } });
    const refused = await strict.attempt(attemptOf('create_kx_entities', { create: [user('ann'), user('ann')] }));
    expect(refused).toMatchObject({ kind: 'refused', text: expect.stringContaining('The name is in use') });
    await strict.close();
  });

  it('records the approval in the journal only for the steps that a person saw', async () => {
    const attempt = attemptOf('create_kx_entities', { create: [user('ann', { tags: PROTECT }), user('bob')] });
    const { message, state } = await asked(here.guard, attempt);
    await here.guard.attempt({ ...attempt, state, answers: accept(typedIn(message)) });
    const intents = (await here.guard.journal.entries()).filter(({ kind }) => kind === 'intent');
    expect(intents.map((intent) => 'approval' in intent && intent.approval !== undefined)).toEqual([true, false]);
  });

  it('shows the database of each changeset, and creates several changesets of one database', async () => {
    for (const name of ['trades', 'quotes']) await here.builder.database(name);
    const put = (databaseName: string) => ({
      tool: 'create_kx_changeset',
      arguments: {
        databaseName,
        changeRequests: [{ changeType: 'PUT', s3Path: 's3://some-bucket/d/', dbPath: '/d/' }],
      },
    });
    const strict = await guarded({ restrictions: { approve: ['create'] } });
    const attempt = attemptOf('create_kx_entities', { create: [put('trades'), put('quotes'), put('trades')] });
    const { message, state } = await asked(strict, attempt);
    for (const name of ['trades', 'quotes'])
      expect(message).toContain(`changeset:${name}: Request 1 of 1: PUT "s3://some-bucket/d/" to "/d/".`);
    const done = await strict.attempt({ ...attempt, state, answers: accept(typedIn(message)) });
    expect(done).toMatchObject({ content: { finished: true } });
    await strict.close();
  });

  it.each([
    ['is read-only', { readOnly: true }],
    ['denies one of its tools', { deny: ['create_kx_volume'] }],
  ])('is not offered if the server %s', async (_, restrictions) => {
    const narrow = await guarded({ restrictions });
    const outcome = await narrow.attempt(attemptOf('create_kx_entities', { create: [user('ann')] }));
    expect(outcome).toMatchObject({ kind: 'refused', text: expect.stringContaining('is not offered') });
    await narrow.close();
  });

  it('stays within the allowed environments of the server, as tagging several does', async () => {
    const other = await openBuilder(here.backend.call, `allowed-${here.town}`);
    const narrow = await guarded({ environments: [other.environmentId] });
    for (const [tool, args] of [
      ['create_kx_entities', { create: [user('ann')] }],
      ['tag_kx_entities', { entities: [{ kind: 'user', name: 'ann' }], tags: { a: 'b' } }],
    ] as const)
      expect(await narrow.attempt(attemptOf(tool, args))).toMatchObject({ kind: 'refused' });
    expect(reached()).toEqual([]);
    await narrow.close();
  });

  it('is previewed with its blockers, except entities that an earlier step creates', async () => {
    const preview = (create: object[]) =>
      here.guard.attempt({
        tool: 'plan_change',
        arguments: { tool: 'create_kx_entities', arguments: { environmentId: here.builder.environmentId, create } },
      });
    expect(await preview(stack())).toMatchObject({ content: { blocked: false, needsApproval: false } });
    expect(await preview(stack().slice(4))).toMatchObject({
      content: {
        blocked: true,
        wouldRun: false,
        blockers: expect.arrayContaining([
          { kind: 'database', name: 'trades', detail: 'does not exist', first: expect.anything() },
        ]),
      },
    });
    expect(reached()).toEqual([]);
  });

  it('is previewed as blocked if a step precedes its dependency', async () => {
    await here.builder.database('trades');
    const [, , volume, , dataview] = stack();
    const create = [dataview, volume];
    const preview = attemptOf('create_kx_entities', { create });
    expect(await here.guard.attempt({ tool: 'plan_change', arguments: preview })).toMatchObject({
      content: { blocked: true, blockers: [{ kind: 'volume', name: 'fast', detail: 'does not exist' }] },
    });
  });

  it('is previewed as blocked if a step needs an entity with the same name in another database', async () => {
    for (const name of ['trades', 'quotes']) await here.builder.database(name);
    const [, , volume, group, dataview, cluster] = stack();
    const mounting = (...databaseNames: string[]) => {
      const databases = databaseNames.map((databaseName) => ({ databaseName, dataviewName: 'live' }));
      return { ...cluster, arguments: { ...cluster?.arguments, databases } };
    };
    for (const databases of [['quotes'], ['trades', 'quotes']]) {
      const preview = attemptOf('create_kx_entities', { create: [volume, group, dataview, mounting(...databases)] });
      expect(await here.guard.attempt({ tool: 'plan_change', arguments: preview })).toMatchObject({
        content: {
          blocked: true,
          blockers: expect.arrayContaining([expect.objectContaining({ kind: 'dataview', name: 'live' })]),
        },
      });
    }
  });

  it('is refused a preview in a missing environment', async () => {
    const preview = { environmentId: 'abcdefghijklmnopqrstuv', create: [user('ann')] };
    const attempt = { tool: 'plan_change', arguments: { tool: 'create_kx_entities', arguments: preview } };
    const refused = await here.guard.attempt(attempt);
    expect(refused).toMatchObject({ kind: 'refused', text: expect.stringContaining('There is no kdb environment') });
  });

  it('is previewed with the note that the combined quotas of its steps are not checked', async () => {
    const limited = await guarded({ quotas: async () => QUOTAS.published });
    const create = ['ann', 'bob'].map((name) => user(name));
    const preview = attemptOf('create_kx_entities', { create });
    expect(await limited.attempt({ tool: 'plan_change', arguments: preview })).toMatchObject({
      content: { notChecked: expect.arrayContaining(['the quota of users per environment for all steps together']) },
    });
    await limited.close();
  });
});
