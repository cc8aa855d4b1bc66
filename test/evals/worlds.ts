import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WORLD_FILES } from '../../evals/prepare.ts';
import { readSnapshot, type Snapshot } from '../../evals/snapshot.ts';
import type { Task } from '../../evals/task.ts';
import { settled, withWorld } from '../../evals/world.ts';
import type { Call } from '../../src/operations/index.ts';

const NOW = Date.parse('2026-03-17T09:00:00Z');

/** Changes to a world. Time passes only by `advance`. */
export type Change = (call: Call, advance: (milliseconds: number) => void) => Promise<unknown>;

interface Base {
  readonly folder: string;
  readonly state: string;
  readonly before: Snapshot;
  readonly settled: Snapshot;
}

/** Each world is created once, and every change is made to a copy. */
const bases = new Map<Task['world'], Promise<Base>>();

/** A world of the tasks at a fixed time: as it is, and as it will be after everything in progress has ended. */
export function baseOf(world: Task['world']): Promise<Base> {
  const base = bases.get(world) ?? makeBase(world);
  bases.set(world, base);
  return base;
}

export async function removeBases(): Promise<void> {
  for (const { folder } of await Promise.all(bases.values())) rmSync(folder, { recursive: true, force: true });
  bases.clear();
}

async function makeBase(world: Task['world']): Promise<Base> {
  const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-evals-test-'));
  const file = join(folder, 'world.json');
  const isFile = world === 'harbor' || world === 'full';
  if (isFile) writeFileSync(file, JSON.stringify(WORLD_FILES[world](NOW)));
  const state = join(folder, 'state');
  const opening = { world: isFile ? file : world, now: () => NOW };
  const before = await withWorld(state, (call) => readSnapshot(call, NOW), opening);
  return { folder, state, before, settled: await settled(state, NOW) };
}

/** The final state of a world after some changes. */
export async function worldAfter(world: Task['world'], change: Change): Promise<Snapshot> {
  const { folder, state } = await baseOf(world);
  const copy = mkdtempSync(join(folder, 'copy-'));
  cpSync(state, copy, { recursive: true });
  let now = NOW;
  const advance = (milliseconds: number) => {
    now += milliseconds;
  };
  await withWorld(copy, (call) => change(call, advance), { now: () => now });
  return settled(copy, NOW);
}
