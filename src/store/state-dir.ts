import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sqlJournal } from '../safety/journal.ts';
import { sqlClock } from '../safety/ledger-clock.ts';
import { passphraseAttempts } from '../safety/passphrase-attempts.ts';
import { fileKits, memoryKits } from '../safety/recovery.ts';
import { markShown } from '../safety/shown-mark.ts';
import { sqlLedger } from '../safety/sql-ledger.ts';
import { sqlTasks } from '../safety/sql-tasks.ts';
import type { StateDatabase } from '../safety/state.ts';
import { stateFile } from '../safety/state-format.ts';
import type { Store } from './store.ts';

export interface StateDirStoreOptions {
  readonly stateDir: string;
  /** Whether everything ends with this process. */
  readonly isEphemeral: boolean;
  readonly now: () => number;
  readonly onerror: (error: unknown) => void;
}

/** The store of a state directory: SQLite and files. The database is opened on first use. */
export function stateDirStore(options: StateDirStoreOptions): Store & { readonly exists: boolean } {
  const { stateDir, isEphemeral, now, onerror } = options;
  const path = isEphemeral ? ':memory:' : stateFile(stateDir);
  let opening: Promise<StateDatabase> | undefined;
  const state = () => {
    opening ??= import('../safety/state.ts')
      .then(({ openState }) => openState(path))
      .catch((error: unknown) => {
        opening = undefined;
        onerror(error);
        throw error;
      });
    return opening;
  };
  return {
    exists: !isEphemeral && existsSync(path),
    ledger: (openMs) => sqlLedger(state, { now, openMs }),
    journal: sqlJournal(state, now),
    kits: (target, call) =>
      isEphemeral ? memoryKits(call, now) : fileKits(join(stateDir, 'recovery', target ?? ''), call, now),
    attempts: passphraseAttempts(state, now),
    tasks: sqlTasks(state, now),
    clock: sqlClock(state, now),
    isFirst: async (fact) => markShown(await state(), fact, now()),
    close: async () => (await opening?.catch(() => undefined))?.close(),
  };
}
