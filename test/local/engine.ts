import { openStore, type Store } from '../../src/local/store.ts';

/** Set in the tests that keep their worlds in PostgreSQL. */
const ENGINE = 'TEST_WORLDS_ENGINE';
/** The folder of the socket of their cluster. */
export const CLUSTER = 'TEST_WORLDS_CLUSTER';

/** A new store for one world of a test: in memory, or in a separate database. */
export async function newStore(): Promise<Store> {
  const folder = process.env[ENGINE] === 'postgres' ? process.env[CLUSTER] : undefined;
  if (folder === undefined) return openStore(':memory:');
  const { newDatabase } = await import('./postgres-engine.ts');
  return newDatabase(folder);
}
