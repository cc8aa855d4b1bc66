import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Run, runOf } from './folders.ts';
import { readSnapshot } from './snapshot.ts';
import type { Task } from './task.ts';
import { settled, withWorld } from './world.ts';
import { full } from './worlds/full.ts';
import { harbor } from './worlds/harbor.ts';

/** The server that the models use. */
const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const CLIENT = fileURLToPath(new URL('play.ts', import.meta.url));

/** The worlds that are made for the tasks. */
export const WORLD_FILES = { harbor, full };

/** What the client of a task needs to know. */
export interface Setup {
  readonly folder: string;
  readonly cli: string;
  readonly person: Task['person'];
}

/** Makes the folders of tasks, and the client that they share. Yields a line for each. */
export async function* prepare(runs: string, tasks: readonly Task[]): AsyncGenerator<string> {
  const client = join(runs, '_expected', 'client.mjs');
  // The packages in the bundle that are CommonJS call `require`.
  const js = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  const options = { bundle: true, platform: 'node', format: 'esm', minify: true, banner: { js } } as const;
  await build({ ...options, entryPoints: [CLIENT], outfile: client });
  for (const task of tasks) yield await prepareTask(runs, task, client);
}

/** Makes the folders of a task: what its player gets, and what the answer is compared with. Does not change an existing folder. */
async function prepareTask(runs: string, task: Task, client: string): Promise<string> {
  const run = runOf(runs, task);
  if (existsSync(run.folder)) return `${run.folder} exists already and stays as it is`;
  for (const folder of [run.stateDir, run.expected.folder]) mkdirSync(folder, { recursive: true });
  const now = Date.now();
  const before = await withWorld(run.stateDir, (call) => readSnapshot(call, now), { world: worldOf(task, run, now) });
  const says = typeof task.says === 'string' ? task.says : task.says(now);
  writeFileSync(run.expected.before, JSON.stringify(before));
  writeFileSync(run.expected.settled, JSON.stringify(await settled(run.stateDir)));
  writeFileSync(join(run.folder, 'TASK.txt'), `The user writes:\n\n${says}\n`);
  const setup: Setup = { folder: run.folder, cli: CLI, person: task.person };
  const setupFile = join(run.expected.folder, 'setup.json');
  writeFileSync(setupFile, JSON.stringify(setup));
  writeFileSync(join(run.folder, 'mcp'), script(client, setupFile), { mode: 0o755 });
  return run.folder;
}

function worldOf({ world }: Task, { expected }: Run, now: number): string {
  if (world === 'demo' || world === 'empty') return world;
  const file = join(expected.folder, 'world.json');
  writeFileSync(file, JSON.stringify(WORLD_FILES[world](now)));
  return file;
}

const quoted = (path: string) => `'${path.replaceAll("'", `'\\''`)}'`;

const script = (client: string, setup: string) => `#!/bin/sh
# ./mcp list | schema TOOL... | call TOOL JSON | resources | templates | read URI | prompts | prompt NAME JSON
exec node ${quoted(client)} ${quoted(setup)} "$@"
`;
