import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runOf, tasksNamed } from './folders.ts';
import { prepare } from './prepare.ts';
import { lines, row } from './report.ts';
import { type Score, scoreRun } from './score.ts';

const USAGE = `npm run evals -- prepare RUNS [TASK...]              makes a folder for each task
npm run evals -- check RUNS [TASK...] [--json]       scores the folders that were played
npm run evals -- row MODEL RUNS...                   prints a row for docs/evals.md: the medians of complete runs`;

/** Scores the tasks of these ids, or all that were prepared. */
async function scores(runs: string, ids: readonly string[]): Promise<Score[]> {
  const found: Score[] = [];
  for (const task of tasksNamed(ids)) {
    if (existsSync(runOf(runs, task).folder)) found.push(await scoreRun(runs, task));
  }
  return found;
}

const COMMANDS: Readonly<Record<string, (words: readonly string[], json: boolean) => Promise<void>>> = {
  prepare: async ([runs, ...ids]) => {
    for await (const line of prepare(resolve(runs as string), tasksNamed(ids))) console.log(line);
  },
  check: async ([runs, ...ids], json) => {
    const found = await scores(resolve(runs as string), ids);
    console.log(json ? JSON.stringify(found, null, 1) : lines(found).join('\n'));
  },
  row: async ([model, ...folders]) => {
    const runs: Score[][] = [];
    for (const folder of folders) runs.push(await scores(resolve(folder), []));
    console.log(row(model as string, runs));
  },
};

const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
const [name = '', ...words] = positionals;
const command = COMMANDS[name];
if (command === undefined || words.length === 0) {
  console.error(USAGE);
  process.exit(2);
}
await command(words, values.json === true);
