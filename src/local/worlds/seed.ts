import { randomUUID } from 'node:crypto';
import { StoreError } from '../../sqlite/store-error.ts';
import { environmentCollection } from '../arns.ts';
import { worldTime } from '../clock.ts';
import { type World, worldOf } from '../context.ts';
import { type Lifecycle, PACE } from '../lifecycle.ts';
import type { QuotaSet } from '../quotas.ts';
import type { Subject, WorldStore } from '../store.ts';
import type { Awaitable, Transaction } from '../transaction.ts';
import { buildDemo } from './demo.ts';
import { readWorldFile } from './world-file.ts';
import { loadWorldFile } from './world-file-conversion.ts';

export const DEFAULT_WORLD = 'demo';

export interface SeedOptions {
  /** The machine's clock, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly region: string;
  readonly account: string;
  /** The pace at which changes in progress in the demo continue. */
  readonly lifecycle: Lifecycle;
  /** Replaces the limits of the world. */
  readonly quotas?: QuotaSet | undefined;
}

/** Whether a store has a world in an account and region. */
export const hasWorld = (
  store: WorldStore,
  { region, account }: Pick<SeedOptions, 'region' | 'account'>,
): Promise<boolean> => store.read(async (tx) => (await tx.settings(worldOf(account, region).arn)) !== undefined);

/** Creates a world in an account and region, unless one exists. Its name is `demo`, `empty`, or the path of a world file. */
export async function seed(store: WorldStore, name: string, options: SeedOptions): Promise<void> {
  const world = worldOf(options.account, options.region);
  if (await hasWorld(store, options)) return;
  const make = worldSeeder(name, options);
  await store.write(async (tx) => {
    if ((await tx.settings(world.arn)) !== undefined || (await tx.count(environmentCollection(world))) > 0) return;
    await make(tx);
  }, worldSubject(world));
}

/** The subject of a transaction that replaces a world. */
export const worldSubject = ({ arn }: World): Subject => ({ arn, isWholeWorld: true });

/** Returns a function that creates the world with that name in a transaction. Throws `StoreError` for an unusable file. */
export function worldSeeder(name: string, options: SeedOptions): (tx: Transaction) => Awaitable<void> {
  const make = contentSeeder(name, options);
  return async (tx) => {
    await make(tx);
    await completeWorld(tx, worldOf(options.account, options.region), options.quotas);
  };
}

/** Distinguishes a new world from the one that it replaces, and sets its limits. */
export async function completeWorld(tx: Transaction, { arn }: World, quotas: QuotaSet | undefined): Promise<void> {
  const { quotas: present = 'published', ...settings } = (await tx.settings(arn)) ?? {};
  await tx.putSettings(arn, { ...settings, quotas: quotas ?? present, instance: randomUUID() });
}

function contentSeeder(
  name: string,
  { now, region, account, lifecycle }: SeedOptions,
): (tx: Transaction) => Awaitable<void> {
  const world = worldOf(account, region);
  if (name === 'empty') return (tx) => tx.putSettings(world.arn, { quotas: 'published' });
  if (name === 'demo') {
    return async (tx) => {
      const moment = worldTime(await tx.time(), now);
      await buildDemo(tx, world, moment);
      await tx.scaleDue(world.arn, moment, PACE[lifecycle]);
    };
  }
  const file = readWorldFile(name);
  if (file.account !== account || file.region !== region) {
    throw new StoreError(`${name}: is a world of ${file.account} in ${file.region}, not of ${account} in ${region}`);
  }
  return async (tx) => loadWorldFile(tx, file, name, worldTime(await tx.time(), now));
}
