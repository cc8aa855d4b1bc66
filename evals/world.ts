import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finspaceCall } from '../src/finspace/call.ts';
import { openLocalService } from '../src/local/index.ts';
import { prepareState } from '../src/local/state-file.ts';
import type { Call } from '../src/operations/index.ts';
import { readSnapshot, type Snapshot } from './snapshot.ts';
import { REGION } from './worlds/place.ts';

const LIMITS = { connectMs: 2_000, attemptMs: 10_000, callMs: 30_000, maxResponseBytes: 16 * 1024 * 1024 };
/** Longer than any change in progress takes. */
const SETTLED_MS = 3 * 3_600_000;

interface Opening {
  /** What a new state begins with: `demo`, `empty`, or a world file. */
  readonly world?: string;
  readonly now?: () => number;
}

/** Opens the world of a state directory in this process. */
export async function withWorld<T>(
  stateDir: string,
  use: (call: Call) => Promise<T>,
  { world, now = Date.now }: Opening = {},
): Promise<T> {
  const state = join(stateDir, 'world.db');
  prepareState(state);
  const local = await openLocalService({ state, world, lifecycle: 'fast', region: REGION, now });
  try {
    const call = finspaceCall({ region: REGION, service: local.service, limits: LIMITS, maxAttempts: 1 });
    return await use(call);
  } finally {
    await local.close();
  }
}

/** The world once everything that is in progress has ended. Reads a copy, and does not change the state. */
export async function settled(stateDir: string, now = Date.now()): Promise<Snapshot> {
  const copy = mkdtempSync(join(tmpdir(), 'finspace-mcp-evals-'));
  try {
    cpSync(stateDir, copy, { recursive: true });
    const end = now + SETTLED_MS;
    return await withWorld(copy, (call) => readSnapshot(call, end), { now: () => end });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
