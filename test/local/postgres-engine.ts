import type { WorldStore } from '../../src/local/store.ts';
import { openWorlds } from '../../src/store/postgres/world/store.ts';
import { clusterIn } from '../store/cluster.ts';
import { onTestClock } from './test-clock.ts';

/** The database that the others are copied from. */
export const TEMPLATE = 'template_worlds';
let databases = 0;

/** Opens a new database in a cluster. */
export async function newDatabase(folder: string): Promise<WorldStore> {
  databases += 1;
  const url = await clusterIn(folder).create(`worlds_${process.pid}_${databases}`, TEMPLATE);
  return onTestClock(await openWorlds(url));
}
