import { existsSync } from 'node:fs';
import { initStore } from '../../src/store/postgres/administration.ts';
import { SKIPPED, startCluster } from '../store/cluster.ts';
import { CLUSTER } from './engine.ts';
import { TEMPLATE } from './postgres-engine.ts';

const IN_MEMORY = '/dev/shm';

/** Starts a PostgreSQL server for the tests of the local service. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (SKIPPED !== '') return undefined;
  // In memory, if there is such a folder, because it has a database for each world.
  const cluster = await startCluster(existsSync(IN_MEMORY) ? IN_MEMORY : undefined);
  await initStore(await cluster.create(TEMPLATE), { createsRole: false });
  process.env[CLUSTER] = cluster.folder;
  return () => cluster.remove();
}
