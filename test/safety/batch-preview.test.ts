import { describe, expect, it } from 'vitest';
import { QUOTAS } from '../../src/local/quotas.ts';
import { typedIn } from '../support/typed.ts';
import { HOUR, type Members } from './support/backend.ts';
import { PROTECT, ROLE } from './support/call-environment-builder.ts';
import { accept, asked, openGuard } from './support/guard.ts';
import {
  cluster,
  dataview,
  ELSEWHERE,
  group,
  on,
  type Preview,
  previewFixture,
  segment,
  sized,
  usePublishedQuotas,
  volume,
} from './support/preview.ts';

const fixture = previewFixture();

type Step = readonly [tool: string, args: Members];

/** The call of create_kx_entities with these steps. */
const callWith = (steps: readonly Step[]) => ({
  tool: 'create_kx_entities',
  arguments: {
    environmentId: fixture.builder.environmentId,
    create: steps.map(([tool, args]) => ({ tool, arguments: args })),
  },
});

/** What plan_change says about a create_kx_entities with these steps. */
async function previewed(...steps: readonly Step[]): Promise<Preview> {
  const { call, clock } = fixture.backend;
  const guard = await openGuard({ call, clock, quotas: async () => QUOTAS.published });
  const outcome = await guard.attempt({ tool: 'plan_change', arguments: callWith(steps) });
  await guard.close();
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  return { warnings: [], ...outcome.content } as unknown as Preview;
}

/** Calls create_kx_entities with these steps, as time passes, and returns its structured content. */
async function create(...steps: readonly Step[]): Promise<Members> {
  const { call, clock } = fixture.backend;
  const guard = await openGuard({ call, clock });
  const outcome = guard.attempt(callWith(steps));
  clock.advance(HOUR);
  const { content } = (await outcome) as { content: Members };
  await guard.close();
  return content;
}

const clusterOn = (clusterName: string, host: string, memory: number): Step => [
  'create_kx_cluster',
  cluster({ clusterName, ...on(host, memory) }),
];

describe('the preview of several creates', () => {
  it('counts the memory of a host together', async () => {
    const { blocked, warnings } = await previewed(
      ...['one', 'two', 'three'].map((name) => clusterOn(name, 'hosts', 50_000)),
      clusterOn('four', 'hosts', 1_000),
    );
    expect(blocked).toBe(false);
    expect(warnings).toMatchObject([
      { kind: 'scaling group', name: 'hosts', detail: '50000 MiB requested, 10592 of 110592 MiB free' },
      { kind: 'scaling group', name: 'hosts', detail: '1000 MiB requested, 0 of 110592 MiB free' },
    ]);
  });

  it('counts the memory of a host that an earlier step creates', async () => {
    const steps = [['create_kx_scaling_group', group()], clusterOn('one', 'new', 9_000)] as const;
    expect((await previewed(...steps)).warnings).toEqual([]);
    expect((await previewed(...steps, clusterOn('two', 'new', 9_000))).warnings).toMatchObject([
      { kind: 'scaling group', name: 'new', detail: expect.stringContaining('9000 MiB requested') },
    ]);
  });

  it('blocks a name that an earlier step uses', async () => {
    const user = ['create_kx_user', { userName: 'ann', iamRole: ROLE }] as const;
    expect(await previewed(user, user)).toMatchObject({
      blocked: true,
      blockers: [{ kind: 'user', name: 'ann', first: expect.stringContaining('The name is in use') }],
    });
  });

  it('says which steps are blocked, and that the others would run', async () => {
    const user = (userName: string) => ['create_kx_user', { userName, iamRole: ROLE }] as const;
    const planned = await previewed(user('ann'), user('ann'), user('bob'));
    expect(planned).toMatchObject({
      blockedSteps: ['user:ann'],
      wouldRunInPart: expect.stringContaining('up to 2 of its 3 steps'),
    });
    expect(planned).not.toHaveProperty('wouldRun');
    expect(await previewed(user('zoe'))).not.toHaveProperty('blockedSteps');
  });

  it('says that a blocked step does not stop those that a person approves, unless it is one of them', async () => {
    const user = (userName: string, tags = {}) => ['create_kx_user', { userName, iamRole: ROLE, ...tags }] as const;
    const protecting = { tags: PROTECT };
    await fixture.builder.user('ivy');
    const steps = [user('joe', protecting), user('ivy')];
    expect(await previewed(...steps)).toMatchObject({
      needsApproval: true,
      dialog: [expect.stringContaining('CREATE 2 entities'), expect.anything(), expect.anything()],
      wouldRunInPart: expect.stringContaining('up to 1 of its 2 steps'),
    });
    expect(await previewed(user('ivy', protecting), user('joe'))).toMatchObject({ wouldRun: false });
    const { call, clock } = fixture.backend;
    const guard = await openGuard({ call, clock });
    const { message, state } = await asked(guard, callWith(steps));
    const outcome = await guard.attempt({ ...callWith(steps), state, answers: accept(typedIn(message)) });
    await guard.close();
    expect(outcome).toMatchObject({ content: { done: ['user:joe'], failed: [{ step: 'user:ivy' }] } });
  });

  it('says that steps after one that exceeds a quota would not run, as the call then does', async () => {
    for (const name of ['third', 'fourth', 'fifth']) await fixture.builder.volume(name);
    await usePublishedQuotas();
    const user = (userName: string) => ['create_kx_user', { userName, iamRole: ROLE }] as const;
    const exceeding = ['create_kx_volume', volume()] as const;
    const steps = [user('ann'), exceeding, user('bob')];
    expect(await previewed(...steps)).toMatchObject({
      wouldRunInPart: expect.stringContaining('up to 1 of its 3 steps'),
    });
    expect(await previewed(exceeding, user('bob'))).toMatchObject({ wouldRun: false });
    expect(await create(...steps)).toMatchObject({ done: ['user:ann'], notDone: ['user:bob'] });
  });

  it('plans a step after a blocked one as if that had created nothing, as the call then does', async () => {
    const named = { dataviewName: 'twice' };
    const steps = [
      ['create_kx_dataview', dataview({ ...named, ...segment('missing') })],
      ['create_kx_dataview', dataview(named)],
    ] as const;
    expect(await previewed(...steps)).toMatchObject({
      blockedSteps: ['dataview:trades/twice'],
      wouldRunInPart: expect.stringContaining('up to 1 of its 2 steps'),
    });
    expect(await create(...steps)).toMatchObject({ failed: [{ step: 'dataview:trades/twice' }], notDone: [] });
    const within = ['create_kx_dataview', { ...dataview(named), databaseName: 'other' }] as const;
    const unusable = ['create_kx_database', { databaseName: 'trades' }] as const;
    expect(await previewed(unusable, within)).toMatchObject({ wouldRun: false });
  });

  it('does not call a step blocked that waits for something until it is ready, as the call does', async () => {
    await fixture.builder.volume('new');
    const step = ['create_kx_dataview', dataview({ dataviewName: 'later', ...segment('new') })] as const;
    expect(await previewed(step)).toMatchObject({
      blocked: false,
      blockers: [],
      notChecked: expect.arrayContaining(['whether the volume "new" is ready in time']),
    });
    expect(await create(step)).toMatchObject({ finished: true });
  });

  it('says that steps after one that exceeds a quota would run if the service refuses that one for another reason', async () => {
    await fixture.builder.volume('third');
    await usePublishedQuotas();
    const taken = [
      'create_kx_volume',
      { ...volume({ nas1Configuration: { type: 'SSD_1000', size: 12_000 } }), volumeName: 'third' },
    ] as const;
    const user = ['create_kx_user', { userName: 'max', iamRole: ROLE }] as const;
    expect(await previewed(taken, user)).toMatchObject({
      blockers: expect.arrayContaining([expect.objectContaining({ kind: 'quota' })]),
      wouldRunInPart: expect.stringContaining('up to 1 of its 2 steps'),
    });
    expect(await create(taken, user)).toMatchObject({ done: ['user:max'], failed: [{ step: 'volume:third' }] });
  });

  it('says that nothing would run if all steps are blocked', async () => {
    const { builder } = fixture;
    await builder.user('eve');
    expect(await previewed(['create_kx_user', { userName: 'eve', iamRole: ROLE }])).toMatchObject({ wouldRun: false });
  });

  it('blocks what does not suit an entity that an earlier step creates', async () => {
    const newVolume = ['create_kx_volume', volume()] as const;
    const view = (more: Members): Step => ['create_kx_dataview', dataview({ ...segment('new'), ...more })];
    expect(await previewed(newVolume, view({}))).toMatchObject({ blocked: false });
    expect(await previewed(newVolume, view({ availabilityZoneId: ELSEWHERE }))).toMatchObject({
      blocked: true,
      blockers: [{ kind: 'volume', name: 'new', first: expect.stringContaining('in the same zone') }],
    });
    expect(await previewed(newVolume, view({}), view({ dataviewName: 'own', readWrite: true }))).toMatchObject({
      blocked: true,
      blockers: [{ kind: 'dataview', name: 'new' }],
    });
  });

  it('counts the clusters that write to a volume of an earlier step', async () => {
    const saving = (clusterName: string): Step => [
      'create_kx_cluster',
      cluster({
        clusterName,
        clusterType: 'RDB',
        ...on('hosts'),
        savedownStorageConfiguration: { volumeName: 'new' },
      }),
    ];
    const newVolume = ['create_kx_volume', volume()] as const;
    const five = ['one', 'two', 'three', 'four', 'five'].map(saving);
    expect((await previewed(newVolume, ...five)).blockers).toEqual([]);
    expect((await previewed(newVolume, ...five, saving('six'))).blockers).toMatchObject([
      { kind: 'quota', name: 'write mounts of volume new', detail: '5 of 5 used, 1 more requested' },
    ]);
  });

  it('names the quotas that the steps share, which are not counted together', async () => {
    const dedicated = (clusterName: string): Step => [
      'create_kx_cluster',
      cluster({ clusterName, ...sized('kx.s.large', 1) }),
    ];
    const mounting = (clusterName: string): Step => [
      'create_kx_cluster',
      cluster({
        clusterName,
        clusterType: 'HDB',
        ...on('hosts'),
        databases: [{ databaseName: 'trades', dataviewName: 'new' }],
      }),
    ];
    const { notChecked = [] } = await previewed(
      ['create_kx_dataview', dataview(segment('spare'))],
      ...['one', 'two'].map(dedicated),
      ...['three', 'four'].map(mounting),
    );
    expect(new Set(notChecked.filter((line) => line.includes('for all steps together')))).toEqual(
      new Set([
        'the quota of clusters per environment for all steps together',
        'the quota of Single-AZ clusters per environment for all steps together',
        'the quota of kx.s.large nodes per environment for all steps together',
        'the quota of read mounts of volume spare for all steps together',
      ]),
    );
  });
});
