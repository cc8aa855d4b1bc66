import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { differences } from './differences.ts';
import { plain } from './facts.ts';
import { readWorld, runOf, type Step, stepsOf } from './folders.ts';
import type { Snapshot } from './snapshot.ts';
import type { Task } from './task.ts';
import { settled } from './world.ts';

export interface Score {
  readonly id: string;
  readonly kind: Task['kind'];
  readonly passed: boolean;
  /** Why it did not pass. */
  readonly reasons: readonly string[];
  readonly calls: number;
  readonly failedCalls: number;
  /** Tools that were used, and how many of them succeeded at the first call. */
  readonly tools: number;
  readonly validFirst: number;
  /** Tokens (o200k) of the results of all calls. */
  readonly tokens: number;
  readonly excellent: Task['excellent'];
}

/** The result of a player, and what it is compared with. */
export interface Played {
  readonly before: Snapshot;
  /** The world as it would have become without the player. */
  readonly settled: Snapshot;
  readonly after: Snapshot;
  readonly answer: string;
  readonly steps: readonly Step[];
}

/** Scores the folder of a task that somebody played. */
export async function scoreRun(runs: string, task: Task): Promise<Score> {
  const run = runOf(runs, task);
  return score(task, {
    before: readWorld(run.expected.before),
    settled: readWorld(run.expected.settled),
    after: JSON.parse(JSON.stringify(await settled(run.stateDir))) as Snapshot,
    answer: existsSync(run.answer) ? readFileSync(run.answer, 'utf8') : '',
    steps: stepsOf(run),
  });
}

/** Whether a step previews a call of a tool. */
const plans = ({ tool, arguments: given = '' }: Step, tries: RegExp) =>
  tool === 'plan_change' && tries.test(/"tool"\s*:\s*"(\w+)"/.exec(given)?.[1] ?? '');

export function score(task: Task, played: Played): Score {
  const reasons = [...answerFaults(task, played), ...endFaults(task, played), ...unwantedChanges(task, played)];
  const calls = played.steps.filter(({ step }) => step === 'call');
  const mayFail = (tool = '') => task.refusedTools?.includes(tool) === true;
  const isFailure = ({ tool, failed }: Step) => failed === true && !mayFail(tool);
  const { tries } = task;
  if (tries !== undefined && !calls.some((step) => tries.test(step.tool ?? '') || plans(step, tries)))
    reasons.push(`tried no tool like ${tries}`);
  const firstCalls = calls.filter(({ tool }, index) => calls.findIndex((call) => call.tool === tool) === index);
  return {
    id: task.id,
    kind: task.kind,
    passed: reasons.length === 0,
    reasons,
    calls: calls.length,
    failedCalls: calls.filter(isFailure).length,
    tools: firstCalls.length,
    validFirst: firstCalls.filter((call) => !isFailure(call)).length,
    tokens: calls.reduce((sum, { tokens = 0 }) => sum + tokens, 0),
    excellent: task.excellent,
  };
}

function answerFaults({ facts }: Task, { before, answer }: Played): string[] {
  if (answer.trim() === '') return ['there is no answer.txt'];
  const read = { text: plain(answer), now: before.now };
  return (facts?.(before) ?? []).flatMap(({ what, missingIn }) => {
    const missing = missingIn(read);
    return missing === undefined ? [] : [`answer: ${what}: ${missing}`];
  });
}

function endFaults({ end }: Task, { before, after }: Played): string[] {
  try {
    return Object.entries(end?.(before, after) ?? {}).flatMap(([what, [actual, expected]]) =>
      isDeepStrictEqual(actual, expected) ? [] : [`end: ${what} is ${shown(actual)}, not ${shown(expected)}`],
    );
  } catch (error) {
    return [`end: ${(error as Error).message}`];
  }
}

const shown = (value: unknown) => JSON.stringify(value) ?? 'absent';

const unwantedChanges = ({ allowed = [] }: Task, { settled: expected, after }: Played): string[] =>
  differences(expected, after, allowed).map((difference) => `must not change: ${difference}`);
