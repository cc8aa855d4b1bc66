import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Snapshot } from './snapshot.ts';
import type { Task } from './task.ts';
import { TASKS } from './tasks/index.ts';

/** The folder of one task, and what its player may not see. */
export interface Run {
  readonly folder: string;
  readonly stateDir: string;
  readonly log: string;
  readonly answer: string;
  readonly expected: { readonly folder: string; readonly before: string; readonly settled: string };
}

export function runOf(runs: string, { id }: Task): Run {
  const folder = join(runs, id);
  const expected = join(runs, '_expected', id);
  return {
    folder,
    stateDir: join(folder, 'state'),
    log: join(folder, 'log.jsonl'),
    answer: join(folder, 'answer.txt'),
    expected: {
      folder: expected,
      before: join(expected, 'before.json'),
      settled: join(expected, 'settled.json'),
    },
  };
}

/** One step of a player. Calls of tools have a name, tokens and whether they failed; other steps have none. */
export interface Step {
  readonly step: string;
  readonly tool?: string;
  readonly arguments?: string;
  readonly tokens?: number;
  readonly failed?: boolean;
}

export const stepsOf = ({ log }: Run): Step[] =>
  (existsSync(log) ? readFileSync(log, 'utf8') : '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Step);

export const readWorld = (path: string): Snapshot => JSON.parse(readFileSync(path, 'utf8')) as Snapshot;

/** The tasks of these ids, or all. Throws for an id that no task has. */
export function tasksNamed(ids: readonly string[]): readonly Task[] {
  const unknown = ids.find((id) => !TASKS.some((task) => task.id === id));
  if (unknown !== undefined) throw new Error(`there is no task ${unknown}`);
  return ids.length === 0 ? TASKS : TASKS.filter(({ id }) => ids.includes(id));
}
