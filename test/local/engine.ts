import { openWorldStore, type WorldStore } from '../../src/local/store.ts';

/** The environment variable of the tests that keep their worlds in PostgreSQL; vitest.config.ts sets it. */
const ENGINE = 'TEST_WORLDS_ENGINE';
/** The environment variable with the folder of the socket of their cluster; `postgres-setup.ts` sets it. */
export const CLUSTER = 'TEST_WORLDS_CLUSTER';

/** A new store for one world of a test: in memory, or in a separate database. */
export async function newStore(): Promise<WorldStore> {
  const folder = process.env[ENGINE] === 'postgres' ? process.env[CLUSTER] : undefined;
  if (folder === undefined) return openWorldStore(':memory:');
  const { newDatabase } = await import('./postgres-engine.ts');
  return newDatabase(folder);
}
