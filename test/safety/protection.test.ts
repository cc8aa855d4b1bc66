import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Embedded, type Members, spyOn } from './support/backend.ts';
import { type EnvironmentBuilder, PROTECT, ROLE } from './support/call-environment-builder.ts';
import { approved, type GuardOptions, type Outcome } from './support/guard.ts';
import { openTwoEnvironments, type TwoEnvironments } from './support/two-environments.ts';

const text = (outcome: Outcome) => (outcome.kind === 'asked' ? outcome.message : outcome.text);

describe('the protecting tag', () => {
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

  it.each<[string, () => Members]>([
    ['delete_kx_database', () => ({ environmentId: town.environmentId, databaseName: 'kept' })],
    ['delete_kx_environment', () => ({ environmentId: town.environmentId })],
  ])('has %s refused outright, if it is on the target or an entity inside it', async (tool, given) => {
    await guarded({}, async (guard, reached) => {
      if (tool === 'delete_kx_environment')
        await backend.call('DeleteKxCluster', { environmentId: town.environmentId, clusterName: 'gateway' });
      const outcome = await guard.attempt({ tool, arguments: given() });
      expect(outcome).toMatchObject({ kind: 'refused', text: expect.stringContaining('No approval overrides this') });
      expect(text(outcome)).toContain('/kxDatabase/kept"');
      expect(reached()).toEqual([]);
      await town.cluster('gateway').catch(() => {});
    });
  });

  it('makes interruptions need approval that otherwise would not', async () => {
    await other.tag('/kxVolume/fast');
    await guarded({}, async (guard, reached) => {
      const given = { ...grow(), environmentId: other.environmentId };
      expect((await guard.attempt({ tool: 'update_kx_volume', arguments: given })).kind).toBe('asked');
      expect(reached()).toEqual([]);
    });
  });

  it('counts as set if tags cannot be read', async () => {
    const unreadable = spyOn(async (name, input, options) => {
      if (name === 'ListTagsForResource') throw new Error('AccessDenied');
      return backend.call(name, input, options);
    });
    await guarded({ call: unreadable.call }, async (guard) => {
      const given = { environmentId: town.environmentId, databaseName: 'trades' };
      const outcome = await guard.attempt({ tool: 'delete_kx_database', arguments: given });
      expect(text(outcome)).toContain('tags cannot be read');
      expect(await guard.attempt({ tool: 'update_kx_volume', arguments: grow() })).toMatchObject({
        kind: 'asked',
        message: expect.stringContaining('\nSome tags cannot be read, so the target counts as protected'),
      });
      expect(unreadable.reached).toEqual([]);
    });
  });

  it('counts as set if the environment does not return its ARN', async () => {
    const nameless = spyOn(async (name, input, options) => {
      const reply = (await backend.call(name, input, options)) as Members;
      return { ...reply, environmentArn: undefined } as never;
    });
    await guarded({ call: nameless.call }, async (guard) => {
      const given = { environmentId: town.environmentId, databaseName: 'trades' };
      expect(text(await guard.attempt({ tool: 'delete_kx_database', arguments: given }))).toContain('cannot be read');
    });
  });

  it('stops the call if it is set between the form and the answer', async () => {
    await guarded({}, async (guard, reached) => {
      const attempt = { tool: 'delete_kx_user', arguments: { environmentId: town.environmentId, userName: 'ann' } };
      const form = await guard.attempt(attempt);
      await town.tag('/kxUser/ann');
      const state = form.kind === 'asked' ? form.state : '';
      const answers = { approval: { action: 'accept', content: { name: 'ann' } } };
      expect(await guard.attempt({ ...attempt, state, answers })).toMatchObject({
        kind: 'refused',
        text: expect.stringContaining('/kxUser/ann" carries the tag finspace-mcp:protected.'),
      });
      expect(reached()).toEqual([]);
    });
  });

  it('can be added, changed and removed only with approval', async () => {
    await guarded({}, async (guard, reached) => {
      const resourceArn = `${town.environmentArn}/kxVolume/fast`;
      for (const [tool, given] of [
        ['tag_resource', { resourceArn, tags: PROTECT }],
        ['tag_resource', { resourceArn, tags: { 'finspace-mcp:protected': 'false', owner: 'me' } }],
        ['untag_resource', { resourceArn, tagKeys: ['finspace-mcp:protected'] }],
        ['create_kx_database', { environmentId: town.environmentId, databaseName: 'new-one', tags: PROTECT }],
      ] as [string, Members][]) {
        const before = reached().length;
        expect((await guard.attempt({ tool, arguments: given })).kind, tool).toBe('asked');
        expect(reached().length).toBe(before);
        const name = 'databaseName' in given ? 'new-one' : 'fast';
        expect((await approved(guard, { tool, arguments: given }, name)).kind, tool).toBe('done');
      }
      const owner = { resourceArn, tags: { owner: 'me' } };
      expect((await guard.attempt({ tool: 'tag_resource', arguments: owner })).kind).toBe('done');
    });
  });

  it('can be removed beside a tag that is not set and has the name of something that every object has', async () => {
    await guarded({}, async (guard) => {
      const { environmentArn } = await backend.call('GetKxEnvironment', { environmentId: town.environmentId });
      const resourceArn = `${environmentArn}/kxVolume/fast`;
      const tagKeys = ['finspace-mcp:protected', 'constructor', '__proto__'];
      const outcome = await guard.attempt({ tool: 'untag_resource', arguments: { resourceArn, tagKeys } });
      expect(text(outcome)).toContain('\ntags.constructor: not set -> removed.\ntags.__proto__: not set -> removed.\n');
    });
  });
});

describe('the protecting tag applies to', () => {
  const CACHED = { autoUpdate: true, segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'fast' }] };
  const inside = ({ environmentId }: EnvironmentBuilder, more: Members = {}) => ({ environmentId, ...more });

  it.each<[string, string, string, (builder: EnvironmentBuilder) => Members, 'asked'?]>([
    ['what is in an environment', '', 'delete_kx_user', (builder) => inside(builder, { userName: 'ann' })],
    [
      'what is in a database',
      '/kxDatabase/trades',
      'delete_kx_dataview',
      (builder) => inside(builder, { databaseName: 'trades', dataviewName: 'cached' }),
    ],
    [
      'what a volume is used by',
      '/kxDatabase/trades/kxDataview/cached',
      'update_kx_volume',
      (builder) => inside(builder, { volumeName: 'fast', nas1Configuration: { type: 'SSD_1000', size: 2400 } }),
      'asked',
    ],
    [
      'clusters that a new network interrupts',
      '/kxCluster/gateway',
      'update_kx_environment_network',
      (builder) =>
        inside(builder, {
          customDNSConfiguration: [{ customDNSServerName: 'ns1.halden.example', customDNSServerIP: '10.0.0.2' }],
        }),
    ],
    ['a teardown of a part', '', 'tear_down_kx_environment', (builder) => inside(builder, { only: ['ann'] })],
  ])('%s', async (_, path, tool, given, isAsked) => {
    const { backend, town, guarded } = await openTwoEnvironments();
    await town.dataview('cached', CACHED);
    await guarded({}, async (guard, reached) => {
      const attempt = { tool, arguments: given(town) };
      const free = (await guard.attempt(attempt)).kind;
      expect(free).not.toBe('refused');
      const before = reached().length;
      await town.tag(path, { 'finspace-mcp:protected': 'True' });
      const outcome = await guard.attempt(attempt);
      if (isAsked === 'asked') expect([free, outcome.kind]).toEqual(['done', 'asked']);
      else expect(text(outcome)).toContain(`${town.environmentArn}${path}" carries the tag`);
      expect(reached()).toHaveLength(before);
    });
    await backend.close();
  });

  it('an environment under --approve none as well', async () => {
    const { backend, town, guarded } = await openTwoEnvironments();
    await backend.call('DeleteKxCluster', { environmentId: town.environmentId, clusterName: 'gateway' });
    await guarded({ restrictions: { approve: 'none' } }, async (guard, reached) => {
      const outcome = await guard.attempt({ tool: 'delete_kx_environment', arguments: inside(town) });
      expect(text(outcome)).toContain('/kxDatabase/kept" carries the tag');
      expect(reached()).toEqual([]);
    });
    await backend.close();
  });

  it.each<[string, Partial<GuardOptions>]>([
    ['an approved call', {}],
    ['a call under --approve none', { restrictions: { approve: 'none' } }],
  ])('%s, if it is added while the recovery kit is written', async (_, options) => {
    const { backend, town, guarded } = await openTwoEnvironments();
    const beforeCall = async () => void (await town.tag('/kxUser/ann'));
    await guarded({ ...options, beforeCall }, async (guard, reached) => {
      const attempt = { tool: 'delete_kx_user', arguments: inside(town, { userName: 'ann' }) };
      const first = await guard.attempt(attempt);
      const outcome = first.kind === 'asked' ? await approved(guard, attempt, 'ann') : first;
      expect(text(outcome)).toContain('/kxUser/ann" carries the tag finspace-mcp:protected.');
      expect(reached()).toEqual([]);
    });
    await backend.close();
  });
});

it.each<[string, string, Partial<GuardOptions>]>([
  ['an approved call', 'after the person saw it', {}],
  ['a call under --approve none', 'while its recovery kit was written', { restrictions: { approve: 'none' } }],
])('%s does not run if its target changes %s', async (_, when, options) => {
  const { backend, town, guarded } = await openTwoEnvironments();
  const ann = { environmentId: town.environmentId, userName: 'ann' };
  const beforeCall = async () => void (await backend.call('UpdateKxUser', { ...ann, iamRole: `${ROLE}-2` }));
  await guarded({ ...options, beforeCall }, async (guard, reached) => {
    const attempt = { tool: 'delete_kx_user', arguments: ann };
    const first = await guard.attempt(attempt);
    const outcome = first.kind === 'asked' ? await approved(guard, attempt, 'ann') : first;
    expect(text(outcome)).toContain(when);
    expect(reached()).toEqual([]);
  });
  await backend.close();
});

describe('the names of entities that begin like the words of ARNs', () => {
  let backend: Embedded;
  let town: EnvironmentBuilder;
  let guarded: TwoEnvironments['guarded'];
  beforeAll(async () => {
    ({ backend, town, guarded } = await openTwoEnvironments());
    for (const name of ['kx-trades', 'kxCluster', 'kxDatabase']) await town.database(name);
    for (const name of ['kx-live', 'kxVolume']) await town.dataview(name, { databaseName: 'kxDatabase' });
    await town.cluster('kx-gw');
    await town.volume('kx_vol');
  });
  afterAll(() => backend.close());

  it.each<[string, Members]>([
    ['delete_kx_database', { databaseName: 'kx-trades' }],
    ['delete_kx_database', { databaseName: 'kxCluster' }],
    ['delete_kx_dataview', { databaseName: 'kxDatabase', dataviewName: 'kx-live' }],
    ['delete_kx_dataview', { databaseName: 'kxDatabase', dataviewName: 'kxVolume' }],
    ['delete_kx_cluster', { clusterName: 'kx-gw' }],
    ['delete_kx_volume', { volumeName: 'kx_vol' }],
    ['tear_down_kx_environment', { only: ['kx-trades', 'kx-gw', 'kx_vol'] }],
  ])('protect nothing: %s of %j', async (tool, given) => {
    await guarded({}, async (guard) => {
      const attempt = { tool, arguments: { environmentId: town.environmentId, ...given } };
      const { kind } = await guard.attempt(attempt);
      expect(kind).toBe('asked');
    });
  });

  it('need no approval for interruptions', async () => {
    await guarded({}, async (guard) => {
      const nas1Configuration = { type: 'SSD_1000', size: 2400 };
      const given = { environmentId: town.environmentId, volumeName: 'kx_vol', nas1Configuration };
      expect((await guard.attempt({ tool: 'update_kx_volume', arguments: given })).kind).toBe('done');
    });
  });

  it('hide no protection', async () => {
    await town.tag('/kxDatabase/kxDatabase');
    await guarded({}, async (guard) => {
      const given = { environmentId: town.environmentId, databaseName: 'kxDatabase', dataviewName: 'kxVolume' };
      const outcome = await guard.attempt({ tool: 'delete_kx_dataview', arguments: given });
      expect(text(outcome)).toContain('/kxDatabase/kxDatabase" carries the tag');
    });
  });
});
