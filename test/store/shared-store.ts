import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { initStore } from '../../src/store/postgres/administration.ts';
import { type Cluster, startCluster } from './cluster.ts';

/** A cluster with stores, each in a separate database, and a file with a seal key. */
export interface TestStores {
  readonly cluster: Cluster;
  readonly sealKeys: string;
  /** The URL of a new store, for a user with the rights of a server. */
  fresh(): Promise<string>;
  stop(): Promise<void>;
}

/** The database of the URL of such a store. */
export const databaseIn = (url: string): string => /\/(store_\d+)\?/.exec(url)?.[1] as string;

/** Creates a file with a seal key. */
export function sealKeysIn(folder: string): string {
  const file = join(folder, 'keys');
  writeFileSync(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  return file;
}

export async function startStores(): Promise<TestStores> {
  const cluster = await startCluster();
  await initStore(await cluster.create('template_store'), { createsRole: true });
  await cluster.query('postgres', 'CREATE ROLE server LOGIN IN ROLE finspace_mcp_server');
  const sealKeys = sealKeysIn(cluster.folder);
  let stores = 0;
  return {
    cluster,
    sealKeys,
    fresh: async () => {
      stores += 1;
      const name = `store_${stores}`;
      await cluster.create(name, 'template_store');
      // Each store has its own id.
      await cluster.query(name, 'UPDATE finspace_mcp.store SET id = gen_random_uuid(), generation = gen_random_uuid()');
      return cluster.url(name, 'server');
    },
    stop: () => cluster.remove(),
  };
}
