import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Risk } from '../../src/operations/operation.ts';
import { completeVariable } from '../../src/resources/complete.ts';
import { listResources, listTemplates } from '../../src/resources/list.ts';
import { readResource } from '../../src/resources/read.ts';
import { limitToEnvironments } from '../../src/safety/environments.ts';
import { LOCAL_CALLER, type Restrictions } from '../../src/safety/policy.ts';
import { UNRESTRICTED } from '../support/unrestricted.ts';
import type { Embedded, Members } from './support/backend.ts';
import { type EnvironmentBuilder, KEY } from './support/call-environment-builder.ts';
import { approved, type Outcome } from './support/guard.ts';
import { openTwoEnvironments, type TwoEnvironments } from './support/two-environments.ts';

const NEVER = new AbortController().signal;
const text = (outcome: Outcome) => (outcome.kind === 'asked' ? outcome.message : outcome.text);

describe('arguments', () => {
  let backend: Embedded;
  let town: EnvironmentBuilder;
  let guarded: TwoEnvironments['guarded'];
  beforeAll(async () => {
    ({ backend, town, guarded } = await openTwoEnvironments());
  });
  afterAll(() => backend.close());

  it.each<[string, string]>([
    ['another letter case', '"userName": "Ann"'],
    ['a full-width letter', '"userName": "\uff41nn"'],
    ['a combining mark', '"userName": "a\u0301nn"'],
    ['a percent escape', '"userName": "a%6en"'],
    ['a space after it', '"userName": "ann "'],
    ['a line break after it', '"userName": "ann\\n"'],
    ['a path', '"userName": "../kxUser/ann"'],
    ['a number', '"userName": 1'],
    ['a list', '"userName": ["ann"]'],
    ['a token of its own', '"userName": "ann", "clientToken": "token"'],
    ['an approval of its own', '"userName": "ann", "confirm": true'],
    ['a prototype', '"__proto__": { "userName": "ann" }'],
    ['a prototype besides', '"userName": "ann", "constructor": { "prototype": {} }'],
  ])('that name a user by %s reach neither the person nor the service', async (_, members) => {
    const given = JSON.parse(`{ "environmentId": "${town.environmentId}", ${members} }`);
    await guarded({}, async (guard, reached) => {
      for (const [tool, all] of [
        ['delete_kx_user', given],
        ['plan_change', { tool: 'delete_kx_user', arguments: given }],
      ] as [string, Members][])
        expect((await guard.attempt({ tool, arguments: all })).kind, tool).toBe('refused');
      expect(await guard.ledger.list()).toEqual([]);
      expect(reached()).toEqual([]);
    });
  });
});

describe('the settings of the operator', () => {
  let backend: Embedded;
  let town: EnvironmentBuilder;
  let other: EnvironmentBuilder;
  let guarded: TwoEnvironments['guarded'];
  beforeAll(async () => {
    ({ backend, town, other, guarded } = await openTwoEnvironments());
  });
  afterAll(() => backend.close());
  const grow = () => ({
    environmentId: town.environmentId,
    volumeName: 'fast',
    nas1Configuration: { type: 'SSD_1000', size: 2400 },
  });
  const asking: [Risk, string, () => Members, string][] = [
    ['disrupt', 'update_kx_volume', grow, 'fast'],
    [
      'update',
      'update_kx_database',
      () => ({ environmentId: town.environmentId, databaseName: 'trades', description: 'x' }),
      'trades',
    ],
    [
      'create',
      'create_kx_user',
      () => ({ environmentId: town.environmentId, userName: 'bob', iamRole: 'arn:aws:iam::111122223333:role/desk' }),
      'bob',
    ],
    [
      'create',
      'create_kx_changeset',
      () => ({
        environmentId: town.environmentId,
        databaseName: 'trades',
        changeRequests: [{ changeType: 'PUT', s3Path: 's3://bucket/data/', dbPath: '/2026.01.01/' }],
      }),
      'trades',
    ],
    [
      'reveal',
      'get_kx_connection_string',
      () => ({
        environmentId: town.environmentId,
        userArn: `${town.environmentArn}/kxUser/ann`,
        clusterName: 'gateway',
      }),
      'gateway',
    ],
  ];

  it.each(asking)(
    '--approve %s makes %s ask for the right name, and runs it after that',
    async (risk, tool, given, name) => {
      await guarded({ restrictions: { approve: [risk] } }, async (guard, reached) => {
        const attempt = { tool, arguments: given() };
        expect((await guard.attempt({ ...attempt, forms: false })).kind).toBe('refused');
        expect(reached()).toEqual([]);
        expect(await approved(guard, attempt, name)).toMatchObject({ kind: 'done' });
        expect(reached()).toHaveLength(1);
      });
    },
  );

  it('--approve reveal asks for the cluster of a connection string', async () => {
    await guarded({ restrictions: { approve: ['reveal'] } }, async (guard) => {
      const [, tool, given] = asking.find(([risk]) => risk === 'reveal') as (typeof asking)[number];
      const outcome = await guard.attempt({ tool, arguments: given() });
      expect(text(outcome)).toMatch(/^GET cluster gateway in town \(/);
      expect(outcome).toMatchObject({ kind: 'asked' });
      expect((await guard.ledger.list())[0]?.shown).toMatchObject({ noun: 'cluster', name: 'gateway' });
      const missing = await guard.attempt({ tool, arguments: { ...given(), clusterName: 'other' } });
      expect([missing.kind, text(missing)]).toEqual(['refused', expect.stringContaining('other')]);
    });
  });

  it.each(asking)('without --approve %s, %s runs', async (_, tool, given) => {
    await guarded({}, async (guard) => {
      expect(await guard.attempt({ tool, arguments: given() })).toMatchObject({ kind: 'done' });
    });
  });

  it('--approve none requests no approval and says so in every result', async () => {
    await guarded({ restrictions: { approve: 'none' } }, async (guard, reached) => {
      const { environmentId } = town;
      const outcome = await guard.attempt({ tool: 'delete_kx_user', arguments: { environmentId, userName: 'ann' } });
      expect(text(outcome)).toContain('runs with --approve none');
      expect(reached()).toEqual(['DeleteKxUser']);
      for (const [tool, given] of [
        ['list_kx_environments', {}],
        ['find_kx_entities', { name: 'ann' }],
        ['get_kx_user', { environmentId, userName: 'nobody' }],
        ['get_kx_user', { environmentId }],
      ] as [string, Members][])
        expect(text(await guard.attempt({ tool, arguments: given })), tool).toContain('runs with --approve none');
    });
  });

  it('--approve none runs a teardown without approval, except for protected entities', async () => {
    await guarded({ restrictions: { approve: 'none' } }, async (guard, reached) => {
      const given = (...only: string[]) => ({
        tool: 'tear_down_kx_environment',
        arguments: { environmentId: town.environmentId, only },
      });
      expect(text(await guard.attempt(given('ann', 'kept')))).toContain('carries the tag');
      expect(reached()).toEqual([]);
      const outcome = await guard.attempt(given('ann', 'fast'));
      expect(outcome).toMatchObject({ kind: 'done', content: { requested: 2, left: 0 } });
      expect(text(outcome)).toContain('runs with --approve none');
      expect(reached()).toEqual(['DeleteKxVolume', 'DeleteKxUser']);
    });
  });

  it('--approve none does not override a protecting tag', async () => {
    await guarded({ restrictions: { approve: 'none' } }, async (guard, reached) => {
      const { environmentId } = town;
      const given = { environmentId, databaseName: 'kept' };
      expect(text(await guard.attempt({ tool: 'delete_kx_database', arguments: given }))).toContain('carries the tag');
      expect(reached()).toEqual([]);
    });
  });

  describe('--environments', () => {
    const within = (run: Parameters<TwoEnvironments['guarded']>[1]) =>
      guarded({ environments: [town.environmentId] }, run);
    const arn = (builder: EnvironmentBuilder, path = '') => `${builder.environmentArn}${path}`;
    /** The pattern of the API lets a region look like the path of an environment. */
    const smuggled = (path: string) =>
      `arn:aws:finspace:environment/${town.environmentId}/:111122223333:kxEnvironment/${other.environmentId}/${path}`;

    it('blocks every call to another environment, by id or inside an ARN', async () => {
      await within(async (guard, reached) => {
        const refusedHere: [string, Members][] = [
          ['get_kx_environment', { environmentId: other.environmentId }],
          ['list_kx_databases', { environmentId: other.environmentId }],
          ['delete_kx_user', { environmentId: other.environmentId, userName: 'ann' }],
          ['update_kx_database', { environmentId: other.environmentId, databaseName: 'trades', description: 'x' }],
          ['list_tags_for_resource', { resourceArn: arn(other) }],
          ['list_tags_for_resource', { resourceArn: arn(other, '/kxDatabase/trades') }],
          ['tag_resource', { resourceArn: arn(other, '/kxUser/ann'), tags: { owner: 'x' } }],
          ['untag_resource', { resourceArn: arn(other, '/kxUser/ann'), tagKeys: ['owner'] }],
          [
            'get_kx_connection_string',
            { environmentId: town.environmentId, userArn: arn(other, '/kxUser/ann'), clusterName: 'gateway' },
          ],
          ['tag_resource', { resourceArn: smuggled('kxUser/ann'), tags: { owner: 'x' } }],
          [
            'get_kx_connection_string',
            { environmentId: town.environmentId, userArn: smuggled('kxUser/ann'), clusterName: 'gateway' },
          ],
          ['create_kx_environment', { name: 'third', kmsKeyId: 'arn:aws:kms:us-east-1:111122223333:key/x' }],
          ['create_environment', { name: 'third' }],
          ['get_environment', { environmentId: 'abc' }],
          [
            'plan_change',
            { tool: 'delete_kx_user', arguments: { environmentId: other.environmentId, userName: 'ann' } },
          ],
        ];
        for (const [tool, given] of refusedHere)
          expect(text(await guard.attempt({ tool, arguments: given })), tool).toContain('--environments');
        expect(reached()).toEqual([]);
      });
    });

    it('blocks a call that names no environment', async () => {
      const call = limitToEnvironments(backend.call, [town.environmentId]);
      for (const resourceArn of ['', 'arn:aws:finspace:us-east-1:111122223333:dataBundle/x'])
        await expect(call('ListTagsForResource', { resourceArn })).rejects.toThrow('limits this server to');
      for (const name of ['CreateKxEnvironment', 'CreateEnvironment'] as const)
        await expect(call(name, { name: 'third', kmsKeyId: KEY })).rejects.toThrow('limits this server to');
    });

    it('allows reads of the named environments', async () => {
      await within(async (guard) => {
        for (const [tool, given] of [
          ['get_kx_environment', { environmentId: town.environmentId }],
          ['list_tags_for_resource', { resourceArn: arn(town, '/kxDatabase/kept') }],
        ] as [string, Members][])
          expect((await guard.attempt({ tool, arguments: given })).kind, tool).toBe('done');
      });
    });

    it('hides other environments in lists, resources and previews', async () => {
      await within(async (guard) => {
        const outcome = await guard.attempt({ tool: 'list_kx_environments', arguments: {} });
        expect(text(outcome)).toContain(town.environmentId);
        expect(text(outcome)).not.toContain(other.environmentId);
      });
      const call = limitToEnvironments(backend.call, [town.environmentId]);
      const deps = { call, restrictions: UNRESTRICTED, caller: LOCAL_CALLER, kits: { list: async () => [] } };
      const { resources } = await listResources(deps as never, NEVER);
      expect(JSON.stringify(resources)).toContain(town.environmentId);
      expect(JSON.stringify(resources)).not.toContain(other.environmentId);
      const uri = `finspace://kx/environments/${other.environmentId}`;
      for (const path of ['', '/clusters', '/topology', '/topology.svg'])
        await expect(readResource(deps as never, uri + path, NEVER)).rejects.toThrow('limits this server to');
    });
  });

  it.each<[Partial<Restrictions>, string]>([
    [{ deny: ['tear_down_kx_environment'] }, 'The operator of this server denies it.'],
    [{ deny: ['delete_kx_user'] }, 'It needs delete_kx_user, which the operator of this server denies.'],
    [{ toolsets: ['kx-environment'] }, 'This server offers only the toolsets kx-environment.'],
    [{ readOnly: true }, 'This server runs with --read-only.'],
  ])('%j applies to tools that use others', async (restrictions, why) => {
    await guarded({ restrictions }, async (guard, reached) => {
      const given = { environmentId: town.environmentId, only: ['ann'] };
      const outcome = await guard.attempt({ tool: 'tear_down_kx_environment', arguments: given });
      expect(text(outcome)).toContain(`tear_down_kx_environment is not offered. ${why}`);
      expect(reached()).toEqual([]);
    });
  });

  it('--deny list_kx_environments hides ids and names in resources and completions', async () => {
    const shownUnder = async (deny: string[]) => {
      const restrictions = { ...UNRESTRICTED, deny };
      const deps = { call: backend.call, restrictions, caller: LOCAL_CALLER, kits: { list: async () => [] } };
      const complete = (variable: string) => completeVariable(deps as never, { variable }, '', {}, NEVER);
      const { resources } = await listResources(deps as never, NEVER);
      return JSON.stringify([resources, await complete('environmentId'), await complete('resourceArn')]);
    };
    const { environmentId } = town;
    const { name = '' } = await backend.call('GetKxEnvironment', { environmentId });
    const open = await shownUnder([]);
    for (const secret of [environmentId, name]) expect(open).toContain(secret);
    const denied = await shownUnder(['list_kx_environments']);
    for (const secret of [environmentId, name]) expect(denied).not.toContain(secret);
  });

  it('--deny and --toolsets apply to resources too', async () => {
    for (const restrictions of [{ deny: ['list_kx_environments', 'get_kx_environment'] }, { toolsets: ['kx-user'] }]) {
      const narrowed = { ...UNRESTRICTED, ...restrictions } as Restrictions;
      const deps = { call: backend.call, restrictions: narrowed, caller: LOCAL_CALLER, kits: { list: async () => [] } };
      const { resourceTemplates } = listTemplates(deps as never);
      expect(resourceTemplates.map(({ name }) => name)).not.toContain('GetKxEnvironment');
      const uri = `finspace://kx/environments/${town.environmentId}`;
      await expect(readResource(deps as never, uri, NEVER)).rejects.toThrow();
    }
  });
});
