import type { WorldStore } from '../../../local/store.ts';
import { turns } from '../../../safety/turns.ts';
import { StoreError } from '../../../sqlite/store-error.ts';
import { withDatabase } from '../administration.ts';
import { patience } from '../database.ts';
import { requireStore } from '../requirements.ts';
import { storeTarget } from '../target.ts';
import { batchedReads } from './batched.ts';
import { openConnections, resultOf } from './connections.ts';
import { keyOfRange, rangeOf } from './range.ts';
import { readSnapshot, retryableWrite } from './work.ts';

/** Opens the worlds in the store of a URL, which any number of servers share. Rejects with `StoreError`. */
export async function openWorlds(url: string): Promise<WorldStore> {
  await withDatabase(url, requireStore);
  const target = storeTarget(url);
  const [readers, writers] = [await openConnections(target), await openConnections(target)];
  const patiently = patience(target.name, { retries: 0, failures: 0 });
  const readBatched = batchedReads(readers);
  // One connection for each environment at most, so that its writers leave connections for other environments.
  const inTurn = turns();
  let isClosed = false;
  const requireOpen = () => {
    if (isClosed) throw new StoreError(`The store ${target.name} is closed.`, { why: 'is closed' });
  };
  return {
    read: async (work, subject) => {
      requireOpen();
      return resultOf(await patiently(() => readSnapshot(readers, work, rangeOf(subject), readBatched)));
    },
    write: async (work, subject) => {
      requireOpen();
      const range = rangeOf(subject);
      const { attempt, explain } = retryableWrite(writers, work, range);
      return resultOf(await inTurn(keyOfRange(range), () => patiently(attempt).catch(explain)));
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await Promise.all([readers.close(), writers.close()]);
    },
  };
}
