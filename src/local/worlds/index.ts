import { environments } from '../arns.ts';
import { worldOf } from '../context.ts';
import { type Lifecycle, PACE } from '../lifecycle.ts';
import type { Store } from '../store.ts';
import { buildDemo } from './demo.ts';

/** The worlds that a store can begin with, each with one line about it. */
export const WORLDS = {
  demo: "A trading firm's kdb estate: two environments, a dozen clusters in different states, things that went wrong.",
  empty: 'Nothing yet, with the quotas that AWS published.',
} as const;
export type WorldName = keyof typeof WORLDS;

export interface SeedOptions {
  /** The machine's clock, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly region: string;
  readonly account: string;
  /** How fast what is under way in the demo goes on. */
  readonly lifecycle: Lifecycle;
}

/** Makes a world in an account and region, unless there is one already. */
export async function seed(
  store: Store,
  name: string,
  { now, region, account, lifecycle }: SeedOptions,
): Promise<void> {
  const world = worldOf(account, region);
  const exists = await store.read((tx) => tx.settings(world.arn) !== undefined);
  if (exists) return;
  await store.write((tx) => {
    if (tx.settings(world.arn) !== undefined || tx.count(environments(world)) > 0) return;
    if (name === 'demo') {
      const moment = now() + tx.ahead();
      buildDemo(tx, world, moment);
      tx.hasten(world.arn, moment, PACE[lifecycle]);
    } else tx.putSettings(world.arn, { quotas: 'published' });
  });
}
