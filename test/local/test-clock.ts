import type { WorldStore } from '../../src/local/store.ts';
import type { Transaction } from '../../src/local/transaction.ts';

/** The same store without the clock of its database, so that the clock of the test applies. */
export function onTestClock(store: WorldStore): WorldStore {
  const without = (tx: Transaction): Transaction => ({
    ...tx,
    time: async () => ({ ...(await tx.time()), now: undefined }),
    requestState: async (world) => ({ ...(await tx.requestState(world)), now: undefined }),
  });
  return {
    ...store,
    read: (work, subject) => store.read((tx) => work(without(tx)), subject),
    write: (work, subject) => store.write((tx) => work(without(tx)), subject),
  };
}
