import type { Service } from '../operations/exchange.ts';
import type { Quotas } from '../operations/quotas.ts';
import { type WorldClock, worldClock } from './clock.ts';
import { worldOf } from './context.ts';
import { DEFAULT_ACCOUNT } from './defaults.ts';
import { readFaults } from './faults/rules.ts';
import { type FaultSource, faultSource } from './faults/source.ts';
import { approverOf, identify, pinApprover } from './identity.ts';
import { type QuotaSet, quotasOf } from './quotas.ts';
import { type ServiceOptions, service } from './service.ts';
import { openWorldStore, type WorldStore } from './store.ts';
import { DEFAULT_WORLD, seed } from './worlds/seed.ts';

export interface LocalOptions extends Pick<ServiceOptions, 'now' | 'lifecycle' | 'account' | 'credentials'> {
  /** The state file, or `:memory:`. */
  readonly state: string;
  /** Storage to use instead of a file; closed with the service. */
  readonly store?: WorldStore | undefined;
  /** The world to create in a region that has none; the demo world by default. */
  readonly world?: string | undefined;
  /** The limits of the created world; by default, its own. */
  readonly quotas?: QuotaSet | undefined;
  readonly region: string;
  /** A file of fault rules. */
  readonly faults?: string | undefined;
  /** Fingerprint of a key to pin to a state without one; approvals for it then need this key. */
  readonly approver?: string | undefined;
  readonly onError?: ((error: unknown) => void) | undefined;
}

export interface LocalService {
  readonly service: Service;
  readonly clock: WorldClock;
  /** The id of the state; a copy of its file has another one. */
  readonly worldId: string;
  /** The fingerprint of the key that is pinned to the state; null without one. */
  pinnedApprover(): Promise<string | null>;
  /** The limits of its world. */
  quotas(): Promise<Quotas>;
  /** Differs after the world was replaced. */
  worldInstance(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Opens the state, creates its world on the first run, and serves it. Rejects with `StoreError` when the file cannot be used. */
export async function openLocalService(options: LocalOptions): Promise<LocalService> {
  const {
    state,
    world = DEFAULT_WORLD,
    quotas,
    lifecycle,
    region,
    account = DEFAULT_ACCOUNT,
    now = Date.now,
  } = options;
  const store = options.store ?? (await openWorldStore(state));
  let worldId: string;
  let faults: FaultSource | undefined;
  try {
    faults = options.faults === undefined ? undefined : faultSource(readFaults(options.faults));
    worldId = await identify(store, options.store === undefined ? state : ':memory:');
    if (options.approver !== undefined) await pinApprover(store, options.approver);
    await seed(store, world, { now, region, account, lifecycle, quotas });
  } catch (error) {
    await store.close();
    throw error;
  }
  const readSettings = () => store.read((tx) => tx.settings(worldOf(account, region).arn));
  return {
    worldId,
    pinnedApprover: () => approverOf(store),
    service: service(store, { ...options, account, now, faults }),
    clock: worldClock(store, now),
    quotas: async () => quotasOf(await readSettings()),
    worldInstance: async () => (await readSettings())?.instance,
    close: () => store.close(),
  };
}
