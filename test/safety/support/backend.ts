import { finspaceCall } from '../../../src/finspace/call.ts';
import { worldOf } from '../../../src/local/context.ts';
import type { FaultSource } from '../../../src/local/faults/source.ts';
import { service } from '../../../src/local/service.ts';
import { openWorldStore, type WorldStore } from '../../../src/local/store.ts';
import { seed } from '../../../src/local/worlds/seed.ts';
import { FinspaceError } from '../../../src/operations/failure.ts';
import { type Call, type CallOptions, type OperationName, operationNamed } from '../../../src/operations/index.ts';

export type Members = Record<string, unknown>;

/** A clock that stands still until it is moved. */
export interface Clock {
  readonly now: () => number;
  advance(milliseconds: number): void;
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const START = Date.UTC(2026, 2, 17, 9, 30);

export function standingClock(start = START): Clock {
  let time = start;
  return {
    now: () => time,
    advance: (milliseconds) => {
      time += milliseconds;
    },
  };
}

/** The embedded service in memory behind the product's own client; entities take no time unless `lifecycle` says so. */
export interface Embedded {
  readonly call: Call;
  readonly clock: Clock;
  /** Where the service keeps its world. */
  readonly store: WorldStore;
  readonly close: () => Promise<void>;
}

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';
export const WORLD = worldOf(ACCOUNT, REGION);
const LIMITS = { connectMs: 5_000, attemptMs: 20_000, callMs: 30_000, maxResponseBytes: 16 * 1024 * 1024 };

export async function openEmbedded(
  world: 'empty' | 'demo' = 'empty',
  lifecycle: 'instant' | 'realistic' = 'instant',
  faults?: FaultSource,
): Promise<Embedded> {
  const clock = standingClock();
  const store = await openWorldStore(':memory:');
  if (world === 'demo') await seed(store, world, { now: clock.now, region: REGION, account: ACCOUNT, lifecycle });
  else await store.write((tx) => tx.putSettings(WORLD.arn, { quotas: 'raised' }));
  const serve = service(store, { lifecycle, account: ACCOUNT, now: clock.now, faults });
  const call = finspaceCall({ region: REGION, service: serve, limits: LIMITS, maxAttempts: 1 });
  return { call, clock, store, close: () => store.close() };
}

/** A request that arrived at the backend and changes something. */
export interface Reached {
  readonly name: OperationName;
  readonly input: Members;
  readonly options: CallOptions | undefined;
}

export interface Spy {
  readonly call: Call;
  /** Every request except reads, in the order of arrival. */
  readonly reached: Reached[];
  /** Those of operations that always need approval by default. */
  readonly destructive: () => Reached[];
}

/** Records what reaches the backend. With `forward: false`, the service does not get it, so that the world does not change. */
export function spyOn(call: Call, { forward = true }: { forward?: boolean } = {}): Spy {
  const reached: Reached[] = [];
  const risky = ({ name }: Reached) => ['destroy', 'network'].includes(operationNamed(name).risk);
  return {
    reached,
    destructive: () => reached.filter(risky),
    call: async (name, input, options) => {
      if (operationNamed(name).risk === 'read') return call(name, input, options);
      reached.push({ name, input: input as Members, options });
      return forward ? call(name, input, options) : ({} as never);
    },
  };
}

/** The same Call with cached reads; a change drops those of its environment. Exact while the clock stands still. */
export function cachingReads(call: Call): Call {
  const known = new Map<string, unknown>();
  return async (name, input, options) => {
    if (operationNamed(name).risk !== 'read') {
      const { environmentId, resourceArn } = input as Members;
      const touched = String(environmentId ?? String(resourceArn).split('/')[1]);
      for (const key of known.keys()) if (key.includes(touched) || !key.includes('environmentId')) known.delete(key);
      return call(name, input, options);
    }
    const key = `${name} ${JSON.stringify(input)}`;
    if (!known.has(key)) known.set(key, await call(name, input, options));
    return structuredClone(known.get(key)) as never;
  };
}

/** The same Call with the replies of some operations replaced or extended. */
export function answering(call: Call, change: (name: OperationName, reply: Members, input: Members) => unknown): Call {
  return async (name, input, options) =>
    change(name, (await call(name, input, options)) as Members, input as Members) as never;
}

/** The same Call, with one operation that fails. */
export function failing(
  call: Call,
  fails: OperationName,
  code: FinspaceError['fields']['code'] = 'AccessDenied',
): Call {
  return async (name, input, options) => {
    if (name !== fails) return call(name, input, options);
    throw new FinspaceError({ operation: name, code, detail: 'no', retryable: false, advice: 'none' });
  };
}
