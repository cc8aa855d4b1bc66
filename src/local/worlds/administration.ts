import { NAMES } from '../../kinds/names.ts';
import { StoreError } from '../../sqlite/store-error.ts';
import { kindOf, worldOfArn } from '../arns.ts';
import { worldTime } from '../clock.ts';
import { type World, worldOf } from '../context.ts';
import type { WorldStore } from '../store.ts';
import type { Awaitable, Transaction } from '../transaction.ts';
import { completeWorld, type SeedOptions, worldSeeder, worldSubject } from './seed.ts';
import { readWorldFile, type WorldFile } from './world-file.ts';
import { loadWorldFile, worldFileOf } from './world-file-conversion.ts';

/** One world of a store, in numbers. */
export interface WorldSummary {
  readonly account: string;
  readonly region: string;
  /** How many entities there are, by kind. */
  readonly counts: Readonly<Record<string, number>>;
  /** Whether the world has been changed since its creation. */
  readonly isChanged: boolean;
}

export const listWorlds = (store: WorldStore): Promise<WorldSummary[]> =>
  store.read(async (tx) => {
    const summaries: WorldSummary[] = [];
    for (const arn of await tx.worlds()) {
      const world = worldOfArn(arn);
      const { account, region } = world;
      const counts: Record<string, number> = {};
      for (const { collection } of await tx.entities(arn)) {
        const { inArn } = NAMES[kindOf(collection)];
        counts[inArn] = (counts[inArn] ?? 0) + 1;
      }
      summaries.push({ account, region, counts, isChanged: await isChanged(tx, world) });
    }
    return summaries;
  });

export const exportWorld = (store: WorldStore, world: World): Promise<WorldFile | undefined> =>
  store.read(async (tx) => ((await tx.settings(world.arn)) === undefined ? undefined : await worldFileOf(tx, world)));

/** Whether requests have changed a world since its creation. */
export const isWorldChanged = (store: WorldStore, world: World): Promise<boolean> =>
  store.read((tx) => isChanged(tx, world));

/** What happens to changes in a world that is replaced. */
interface ReplaceOptions {
  /** Replaces the world even if it contains changes. */
  readonly discardChanges?: boolean;
  /** Called before changes are discarded. */
  readonly backUpWorld?: (() => Promise<void>) | undefined;
}

type ImportOptions = Pick<SeedOptions, 'now' | 'account' | 'quotas'> &
  ReplaceOptions & { readonly region?: string | undefined };

/** Reads a world file, which must belong to the same account and, if given, the same region. Throws `StoreError`. */
export function readImport(path: string, { account, region }: Pick<ImportOptions, 'account' | 'region'>): WorldFile {
  const file = readWorldFile(path);
  if (file.account !== account) {
    throw new StoreError(`${path}: is a world of account ${file.account}; only ${account} is served`);
  }
  if (region !== undefined && file.region !== region) {
    throw new StoreError(`${path}: is a world of ${file.region}, not of ${region}`);
  }
  return file;
}

/**
 * Replaces a world by that of a file; resolves with false, without replacing it, if that would lose changes and
 * `discardChanges` is not set.
 */
export function importWorld(store: WorldStore, path: string, options: ImportOptions): Promise<boolean> {
  const file = readImport(path, options);
  const world = worldOf(file.account, file.region);
  return replace(store, world, options, async (tx) => {
    await loadWorldFile(tx, file, path, worldTime(await tx.time(), options.now));
    await completeWorld(tx, world, options.quotas);
  });
}

/** Creates a world again, under the same condition as {@link importWorld}. */
export function resetWorld(store: WorldStore, name: string, options: SeedOptions & ReplaceOptions): Promise<boolean> {
  const world = worldOf(options.account, options.region);
  const make = worldSeeder(name, options);
  return replace(store, world, options, async (tx) => {
    await tx.clear(world.arn);
    await make(tx);
  });
}

function replace(
  store: WorldStore,
  world: World,
  { discardChanges = false, backUpWorld = async () => {} }: ReplaceOptions,
  make: (tx: Transaction) => Awaitable<void>,
): Promise<boolean> {
  return store.write(async (tx) => {
    const hasChanges = await isChanged(tx, world);
    if (hasChanges && !discardChanges) return false;
    if (hasChanges) await backUpWorld();
    await make(tx);
    return true;
  }, worldSubject(world));
}

async function isChanged(tx: Transaction, { arn }: World): Promise<boolean> {
  return (await tx.settings(arn))?.touched === true;
}
