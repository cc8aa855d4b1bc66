import { DEFAULT_ACCOUNT } from './caller.ts';
import type { Credential } from './credentials.ts';
import type { Lifecycle } from './lifecycle.ts';
import { service } from './service.ts';
import { openStore } from './store.ts';
import { seed, type WorldName } from './worlds/index.ts';

export interface LocalOptions {
  /** The state file, or `:memory:`. */
  readonly state: string;
  /** What a region that has no world yet begins with. */
  readonly world: WorldName;
  readonly lifecycle: Lifecycle;
  readonly region: string;
  readonly account?: string | undefined;
  /** Whose signatures are good; anybody's when this is missing. */
  readonly credentials?: readonly Credential[] | undefined;
  readonly now?: (() => number) | undefined;
  readonly onError?: ((error: unknown) => void) | undefined;
}

export interface Local {
  readonly service: (request: Request) => Promise<Response>;
  close(): Promise<void>;
}

/** Opens the state, seeds its world on the first run, and serves it. Rejects with `StoreError` when the file cannot be used. */
export async function startLocal(options: LocalOptions): Promise<Local> {
  const { state, world, region, account = DEFAULT_ACCOUNT, now = Date.now } = options;
  const store = await openStore(state);
  try {
    await seed(store, world, { now: now(), region, account });
  } catch (error) {
    await store.close();
    throw error;
  }
  return { service: service(store, { ...options, account, now }), close: () => store.close() };
}
