import { beforeEach, describe, expect, it } from 'vitest';
import { FinspaceError } from '../../src/operations/failure.ts';
import type { Call } from '../../src/operations/index.ts';
import { typedIn } from '../support/typed.ts';
import { PROTECT } from './support/call-environment-builder.ts';
import { freshEnvironment } from './support/fresh-environment.ts';
import { accept, asked, decline } from './support/guard.ts';

const here = freshEnvironment();
const { guarded, attemptOf, call, reached, tagsOf } = here;

describe('tagging many entities', () => {
  const entities = [
    { kind: 'environment', name: '' },
    { kind: 'user', name: 'ann' },
    { kind: 'database', name: 'trades' },
    { kind: 'dataview', name: 'live', database: 'trades' },
  ];
  const all = () =>
    entities.map((each) => (each.kind === 'environment' ? { ...each, name: `town-${here.town}` } : each));
  beforeEach(async () => {
    await here.builder.user('ann');
    await here.builder.database('trades');
    await here.builder.dataview('live');
  });

  it('takes one call by kind and name, journals each change, and keeps other tags', async () => {
    await here.builder.tag('/kxUser/ann', { team: 'kai' });
    const outcome = await call('tag_kx_entities', { entities: all(), tags: { owner: 'fx' } });
    expect(outcome).toMatchObject({
      kind: 'done',
      content: {
        finished: true,
        done: [`environment:town-${here.town}`, 'user:ann', 'database:trades', 'dataview:trades/live'],
      },
    });
    expect(await tagsOf('/kxUser/ann')).toEqual({ team: 'kai', owner: 'fx' });
    expect(await tagsOf('/kxDatabase/trades/kxDataview/live')).toEqual({ owner: 'fx' });
    const intents = (await here.guard.journal.entries()).filter(({ kind }) => kind === 'intent');
    expect(intents).toHaveLength(4);
  });

  it('adds and removes tags in one call', async () => {
    await here.builder.tag('/kxUser/ann', { temp: 'yes', team: 'kai' });
    const one = [{ kind: 'user', name: 'ann' }];
    const outcome = await call('tag_kx_entities', { entities: one, tags: { owner: 'fx' }, tagKeys: ['temp'] });
    expect(outcome).toMatchObject({ content: { done: ['untag user:ann', 'tag user:ann'] } });
    expect(await tagsOf('/kxUser/ann')).toEqual({ team: 'kai', owner: 'fx' });
  });

  it('replaces a tag of an entity that has as many as possible, once if it is named twice', async () => {
    const full = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`key-${at}`, 'x']));
    await here.builder.tag('/kxUser/ann', full);
    const ann = { kind: 'user', name: 'ann' };
    const swap = { entities: [ann, ann], tags: { ...PROTECT, owner: 'fx' }, tagKeys: ['key-0', 'key-1'] };
    const { environmentId } = here.builder;
    const planned = { tool: 'tag_kx_entities', arguments: { environmentId, ...swap } };
    expect(await here.guard.attempt({ tool: 'plan_change', arguments: planned })).toMatchObject({
      content: { blocked: false, wouldRun: true, counts: { steps: 2 } },
    });
    const attempt = attemptOf('tag_kx_entities', swap);
    const { message, state } = await asked(here.guard, attempt);
    expect(message).toMatch(/^CHANGE TAGS OF 1 entity of /);
    const done = await here.guard.attempt({ ...attempt, state, answers: accept(typedIn(message)) });
    expect(done).toMatchObject({ content: { finished: true, done: ['untag user:ann', 'tag user:ann'] } });
    const tags = await tagsOf('/kxUser/ann');
    expect(Object.keys(tags)).toHaveLength(50);
    expect(tags).toMatchObject({ ...PROTECT, owner: 'fx' });
  });

  it('counts and tags an environment once if it is named by its name and by its id', async () => {
    const { environmentId } = here.builder;
    const both = [`town-${here.town}`, environmentId].map((name) => ({ kind: 'environment', name }));
    const attempt = attemptOf('tag_kx_entities', { entities: both, tags: PROTECT });
    const { message, state } = await asked(here.guard, attempt);
    expect(message).toMatch(/^CHANGE TAGS OF 1 entity of /);
    const done = await here.guard.attempt({ ...attempt, state, answers: accept(typedIn(message)) });
    expect(done).toMatchObject({ content: { finished: true, done: [expect.stringMatching(/^environment:/)] } });
  });

  it('reports what was done, what was not and why, if an entity does not exist', async () => {
    const some = [
      { kind: 'user', name: 'bob' },
      { kind: 'user', name: 'ann' },
    ];
    expect(await call('tag_kx_entities', { entities: some, tags: { owner: 'fx' } })).toMatchObject({
      kind: 'done',
      content: {
        finished: false,
        done: ['user:ann'],
        failed: [{ step: 'user:bob', error: 'ResourceNotFoundException', advice: expect.stringContaining('"bob"') }],
        notDone: [],
      },
      text: expect.stringContaining('1 of 2 done. To continue, call again with only what failed or was not done.'),
    });
  });

  it.each([
    ['no tags', { entities: [{ kind: 'user', name: 'ann' }] }, 'Give tags, tagKeys or both.'],
    [
      'a tag that it would set and remove',
      { entities: [{ kind: 'user', name: 'ann' }], tags: PROTECT, tagKeys: ['a', 'finspace-mcp:protected'] },
      '"finspace-mcp:protected" is also in tags, so this call would remove it and set it again',
    ],
    ['a dataview without database', { entities: [{ kind: 'dataview', name: 'live' }], tagKeys: ['a'] }, 'database'],
    ['another environment', { entities: [{ kind: 'environment', name: 'else' }], tagKeys: ['a'] }, 'not "else"'],
  ])('is refused before the first call for %s', async (_, args, says) => {
    expect(await call('tag_kx_entities', args)).toMatchObject({ kind: 'refused', text: expect.stringContaining(says) });
    expect(reached()).toEqual([]);
  });

  it('requests one approval if a tag protects, shows each entity, and tags all after approval', async () => {
    const attempt = attemptOf('tag_kx_entities', { entities: all(), tags: PROTECT });
    const { message, state } = await asked(here.guard, attempt);
    expect(message.split('\n').slice(0, 3)).toEqual([
      `CHANGE TAGS OF 4 entities of kdb environment town-${here.town} (${here.builder.environmentId.slice(0, 4)})`,
      'Changes "environment…:protected": not set -> true. + 3 more below',
      `Type town-${here.town} ${here.builder.environmentId.slice(0, 4)} to approve.`,
    ]);
    expect(message).toContain('dataview:trades/live.tags.finspace-mcp:protected: not set -> "true".');
    expect(reached()).toEqual([]);
    const done = await here.guard.attempt({ ...attempt, state, answers: accept(typedIn(message)) });
    expect(done).toMatchObject({ kind: 'done', content: { finished: true } });
    expect(await tagsOf('/kxDatabase/trades')).toEqual(PROTECT);
    const approvals = (await here.guard.journal.entries()).flatMap((entry) =>
      'approval' in entry ? [entry.approval] : [],
    );
    expect(approvals).toHaveLength(4);
    const again = await here.guard.attempt({ ...attempt, state, answers: accept(typedIn(message)) });
    expect(again).toMatchObject({ kind: 'refused' });
  });

  it('changes nothing when the person declines', async () => {
    const attempt = attemptOf('tag_kx_entities', { entities: all(), tags: PROTECT });
    const { state } = await asked(here.guard, attempt);
    here.backend.clock.advance(60_000);
    expect((await here.guard.attempt({ ...attempt, state, answers: decline })).kind).toBe('refused');
    expect(reached()).toEqual([]);
  });

  it('does not tag an entity that changed after the person saw it', async () => {
    const attempt = attemptOf('tag_kx_entities', { entities: all(), tags: PROTECT });
    const { message, state } = await asked(here.guard, attempt);
    await here.builder.tag('/kxUser/ann', { owner: 'somebody' });
    const outcome = await here.guard.attempt({ ...attempt, state, answers: accept(typedIn(message)) });
    expect(outcome).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('changed after the person saw it'),
    });
    expect(reached()).toEqual([]);
  });

  it('names an environment without a name by its id', async () => {
    const nameless: Call = async (name, input, options) => {
      const reply = await here.backend.call(name, input, options);
      return name === 'GetKxEnvironment' ? { ...reply, name: '' } : reply;
    };
    const other = await guarded({ call: nameless });
    const some = [{ kind: 'user', name: 'ann' }];
    const { message } = await asked(other, attemptOf('tag_kx_entities', { entities: some, tags: PROTECT }));
    expect(typedIn(message)).toBe(here.builder.environmentId);
    await other.close();
  });

  it('requests no approval if an entity does not exist, and names it', async () => {
    const entities = ['ann', 'bob'].map((name) => ({ kind: 'user', name }));
    const refused = await call('tag_kx_entities', { entities, tags: PROTECT });
    expect(refused).toMatchObject({ kind: 'refused', text: expect.stringMatching(/user "bob".*It does not exist/) });
    expect(reached()).toEqual([]);
  });

  it('requests no approval if the current tags cannot be read', async () => {
    const failing: Call = async (name, input, options) => {
      if (name !== 'ListTagsForResource') return here.backend.call(name, input, options);
      throw new FinspaceError({ operation: name, code: 'Throttling', detail: 'no', retryable: true, advice: 'Wait.' });
    };
    const throttled = await guarded({ call: failing });
    const attempt = attemptOf('tag_kx_entities', { entities: [{ kind: 'user', name: 'ann' }], tags: PROTECT });
    const refused = await throttled.attempt(attempt);
    expect(refused).toMatchObject({ kind: 'refused', text: expect.stringContaining('ThrottlingException') });
    await throttled.close();
  });

  it('runs each approved step if several change the tags of one entity', async () => {
    await here.builder.tag('/kxUser/ann', { 'finspace-mcp:owner': 'x' });
    const ann = { kind: 'user', name: 'ann' };
    const attempt = attemptOf('tag_kx_entities', {
      entities: [ann, ann],
      tags: PROTECT,
      tagKeys: ['finspace-mcp:owner'],
    });
    const { message, state } = await asked(here.guard, attempt);
    const done = await here.guard.attempt({ ...attempt, state, answers: accept(typedIn(message)) });
    expect(done).toMatchObject({ content: { finished: true } });
    expect(await tagsOf('/kxUser/ann')).toEqual(PROTECT);
  });

  it('is previewed with the tags that it replaces and removes, without their values for a caller who may not read them', async () => {
    await here.builder.tag('/kxUser/ann', { owner: 'fx', cost: '1', team: 'kai' });
    const { environmentId, environmentArn } = here.builder;
    const many = {
      tool: 'tag_kx_entities',
      arguments: {
        environmentId,
        entities: ['ann', 'bob'].map((name) => ({ kind: 'user', name })),
        tags: { owner: 'rates', team: 'kai' },
        tagKeys: ['cost', 'none'],
      },
    };
    const one = {
      tool: 'tag_resource',
      arguments: { resourceArn: `${environmentArn}/kxUser/ann`, tags: { owner: 'x' } },
    };
    const preview = (guard: typeof here.guard, args: object) =>
      guard.attempt({ tool: 'plan_change', arguments: { ...args } });
    expect(await preview(here.guard, many)).toMatchObject({
      content: {
        changes: [{ entity: 'user:ann', changes: ['tags.cost: "1" -> removed', 'tags.owner: "fx" -> "rates"'] }],
      },
    });
    expect(await preview(here.guard, one)).toMatchObject({ content: { changes: ['tags.owner: "fx" -> "x"'] } });
    const blind = await guarded({ restrictions: { deny: ['list_tags_for_resource'] } });
    expect(await preview(blind, one)).toMatchObject({ content: { changes: ['tags.owner: "x"'] } });
    const protecting = { ...one.arguments, tags: { ...one.arguments.tags, ...PROTECT } };
    const unasked = await blind.attempt({ tool: 'tag_resource', arguments: protecting, forms: false });
    expect(unasked).toMatchObject({ text: expect.stringContaining('\ntags.owner: "withheld here" -> "x".\n') });
    await blind.close();
  });

  it('is previewed with what a person would see, and with missing entities', async () => {
    const plan = (args: object) =>
      call('plan_change', {
        tool: 'tag_kx_entities',
        arguments: { environmentId: here.builder.environmentId, ...args },
      });
    const preview = (args: object) =>
      here.guard.attempt({
        tool: 'plan_change',
        arguments: { tool: 'tag_kx_entities', arguments: { environmentId: here.builder.environmentId, ...args } },
      });
    expect((await plan({})).kind).toBe('refused');
    expect(await preview({ entities: all(), tags: PROTECT })).toMatchObject({
      content: {
        needsApproval: true,
        blocked: false,
        wouldRun: true,
        dialog: [expect.stringContaining('CHANGE TAGS OF 4 entities'), expect.anything(), expect.anything()],
      },
    });
    expect(await preview({ entities: [{ kind: 'user', name: 'bob' }], tags: PROTECT })).toMatchObject({
      content: { blocked: true, blockers: [{ kind: 'user', name: 'bob', first: 'It does not exist: omit it.' }] },
    });
    expect(await preview({ entities: all() })).toMatchObject({ text: expect.stringContaining('Give tags') });
    expect(await preview({ entities: [] })).toMatchObject({ kind: 'refused' });
    expect(reached()).toEqual([]);
  });
});
