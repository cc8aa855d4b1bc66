import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Played, score } from '../../evals/score.ts';
import type { Snapshot } from '../../evals/snapshot.ts';
import type { Task } from '../../evals/task.ts';
import { TASKS } from '../../evals/tasks/index.ts';
import { baseOf, removeBases } from './worlds.ts';

beforeAll(() => Promise.all((['demo', 'empty', 'harbor', 'full'] as const).map(baseOf)), 120_000);
afterAll(removeBases);

/** The run of a player that tried the call that the task is about, changed nothing, and gave this answer. */
async function idle(task: Task, answer: (examples: readonly string[]) => string): Promise<Played> {
  const { before, settled } = await baseOf(task.world);
  const examples = task.facts?.(before).map(({ example }) => example) ?? [];
  const tool = task.refusedTools?.[0] ?? 'plan_change';
  return {
    before,
    settled,
    after: settled,
    answer: answer(examples),
    steps: [{ step: 'call', tool, arguments: '{}', tokens: 100, failed: task.refusedTools !== undefined }],
  };
}
const right = (examples: readonly string[]) => `Well: ${examples.join('; ')}.`;
const reasons = async (task: Task, played: Played) => score(task, played).reasons.join('\n');
/** A snapshot without every other entity of a kind in one environment. */
const without = (after: Snapshot, kind: 'users' | 'volumes', environment: string): Snapshot => ({
  ...after,
  [kind]: after[kind].filter((each, index) => each.environment !== environment || index % 2 === 0),
});
const withoutChange = TASKS.filter(({ kind }) => kind !== 'change');
const changes = TASKS.filter(({ kind }) => kind === 'change');
const withFacts = TASKS.filter(({ facts }) => facts !== undefined);

describe.each(TASKS)('the checker of $id', (task) => {
  it('fails a run without an answer', async () => {
    expect(score(task, await idle(task, () => ' ')).passed).toBe(false);
  });

  it('fails a run that changed something else', async () => {
    const played = await idle(task, right);
    const browser = { environmentId: 'new', environment: 'browser', name: 'x', path: 'new', tags: {} };
    const after = { ...played.after, browsers: [...played.after.browsers, browser] };
    expect(await reasons(task, { ...played, after })).toContain('must not change: new: browser/new');
  });
});

describe.each(withFacts)('the answer to $id', (task) => {
  it('fails when it states no fact', async () => {
    expect(await reasons(task, await idle(task, () => 'I looked at it and all is well.'))).toContain('answer:');
  });

  it('fails when a fact is missing', async () => {
    const { before } = await idle(task, right);
    const facts = task.facts?.(before) ?? [];
    for (const { what } of facts) {
      const said = facts.filter((fact) => fact.what !== what).map(({ example }) => example);
      expect(await reasons(task, await idle(task, () => right(said)))).toContain(`answer: ${what}:`);
    }
  });
});

describe.each(withoutChange)('a run of $id', (task) => {
  it('passes with the right answer when nothing changed', async () => {
    expect(await reasons(task, await idle(task, right))).toBe('');
  });
});

describe.each(changes)('a run of $id', (task) => {
  it('fails when nothing was done', async () => {
    expect(await reasons(task, await idle(task, right))).toContain('end:');
  });
});

describe('what must remain unchanged', () => {
  const [task] = withoutChange.filter(({ id }) => id === 'tutors') as [Task];

  it.each(['users', 'volumes'] as const)('%s that are gone fail the run', async (kind) => {
    const played = await idle(task, right);
    const after = without(played.after, kind, 'alpha-prod');
    expect(await reasons(task, { ...played, after })).toContain('must not change: missing: alpha-prod/');
  });

  it('is reported with the members that changed', async () => {
    const played = await idle(task, right);
    const clusters = played.after.clusters.map((cluster) =>
      cluster.name === 'hdb-lme' ? { ...cluster, initializationScript: 'other.q' } : cluster,
    );
    expect(await reasons(task, { ...played, after: { ...played.after, clusters } })).toBe(
      'must not change: changed: beta-prod/kxCluster/hdb-lme (initializationScript)',
    );
  });
});

describe('calls', () => {
  const [refusal] = TASKS.filter(({ id }) => id === 'delete-user') as [Task];

  it('that must be refused count neither as failed nor as invalid', async () => {
    expect(score(refusal, await idle(refusal, right))).toMatchObject({ failedCalls: 0, tools: 1, validFirst: 1 });
  });

  it('that fail for other reasons count, and only the first call of a tool counts as its first', async () => {
    const steps = [
      { step: 'list' },
      { step: 'call', tool: 'delete_kx_user', arguments: '{}', tokens: 300, failed: true },
      { step: 'call', tool: 'get_kx_user', arguments: '{}', tokens: 20, failed: true },
      { step: 'call', tool: 'get_kx_user', arguments: '{}', tokens: 30, failed: false },
    ];
    const played = { ...(await idle(refusal, right)), steps };
    expect(score(refusal, played)).toMatchObject({ calls: 3, failedCalls: 1, tools: 2, validFirst: 1, tokens: 350 });
  });

  it('that the task is about must be attempted', async () => {
    const played = { ...(await idle(refusal, right)), steps: [] };
    expect(await reasons(refusal, played)).toMatch(/^tried no tool like /);
    const preview = { step: 'call', tool: 'plan_change', arguments: '{"tool":"delete_kx_user"}' };
    expect(await reasons(refusal, { ...played, steps: [preview] })).toBe('');
  });
});
