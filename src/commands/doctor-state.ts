import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Config, isEphemeral } from '../config.ts';
import { WORLD_FORMAT } from '../local/schema.ts';
import { TOLERANCE_MS } from '../safety/ledger-clock.ts';
import { STATE_FORMAT, stateFile } from '../safety/state-format.ts';
import { usableFileExists, usableFolderExists } from '../sqlite/file.ts';
import { filesOpenToOthers } from '../sqlite/privacy.ts';
import { type DoctorFinding, failed, ok, warning } from './finding.ts';
import { approveCommand } from './out-of-band.ts';

const STATE = 'state directory';
/** SQLite needs room for the log and the shared memory of each database. */
const MIN_FREE_BYTES = 1024 * 1024;

/** The state directory: whether it is usable, and by its owner only. */
export function stateFinding(config: Config, freeBytes = freeBytesAt): DoctorFinding {
  const { stateDir, store } = config;
  if (isEphemeral(config)) return ok(STATE, 'holds only connection strings: the local world is in memory');
  try {
    if (!usableFolderExists(stateDir)) return ok(STATE, `${stateDir} does not exist; the first start creates it`);
    if (freeBytes(stateDir) < MIN_FREE_BYTES)
      return failed(
        STATE,
        `The disk of ${stateDir} is full.`,
        'Free at least 1 MiB, or name another directory with --state-dir.',
      );
    if (store !== undefined) return ok(STATE, `${stateDir}, for keys; plans, approvals and the journal are in --store`);
    const path = stateFile(stateDir);
    if (!usableFileExists(path, STATE_FORMAT))
      return ok(STATE, `${stateDir} has no state.db; the first requested change creates it`);
    return filesOpenToOthers(path).length === 0 ? ok(STATE, stateDir) : accessWarning(STATE, path);
  } catch (error) {
    return failed(STATE, problemText(stateDir, error), 'Correct it, or name another directory with --state-dir.');
  }
}

/** Infinite for a file system that does not say its size, as FUSE allows. */
export function freeBytesAt(folder: string): number {
  const { blocks, bavail, bsize } = statfsSync(folder);
  return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
}

/** The file of the local world. It is not opened, because opening might migrate it. */
export function localFinding({ state, worldStore, world = 'demo' }: Config): DoctorFinding {
  const check = 'backend';
  if (worldStore !== undefined) return ok(check, 'the local service, with its world in the store of --store');
  if (state === ':memory:') return ok(check, `the local service, with the world ${world} in memory`);
  try {
    if (!usableFolderExists(dirname(state)) || !usableFileExists(state, WORLD_FORMAT))
      return ok(check, `the local service; the first request creates the world ${world} in ${state}`);
    return filesOpenToOthers(state).length === 0
      ? ok(check, `the local service, with ${state}`)
      : accessWarning(check, state);
  } catch (error) {
    return failed(check, problemText(state, error), 'Correct it, or name another file with --state.');
  }
}

/** Whether the clock agrees with the state database, which records the time for approvals. */
export function clockFinding({ stateDir }: Pick<Config, 'stateDir'>, now: number): DoctorFinding {
  const check = 'clock';
  const path = stateFile(stateDir);
  const latest = Math.max(writtenAt(path), writtenAt(`${path}-wal`));
  if (latest <= now + TOLERANCE_MS) return ok(check, new Date(now).toISOString());
  return failed(
    check,
    `It says ${new Date(now).toISOString()}, but the state was written at ${new Date(latest).toISOString()}, so approvals may not count.`,
    `Correct the clock or, if it is correct, run ${approveCommand('--reset-clock', stateDir)}`,
  );
}

/** When a file was written; 0 if it cannot be examined. */
function writtenAt(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

const accessWarning = (check: string, path: string) =>
  warning(check, `${path}: other users can access it.`, 'The next start of the server removes their access.');

function problemText(path: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === undefined ? message : `${path} cannot be used (${code})`;
}
