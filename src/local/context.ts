import type { Input, OperationName } from '../operations/index.ts';
import type { Fate } from './fate.ts';
import type { Random } from './random.ts';
import type { Transaction } from './transaction.ts';

/** One account in one region: a world of its own. */
export interface World {
  readonly account: string;
  readonly region: string;
  /** `arn:aws:finspace:us-east-1:111122223333`, with which every ARN in it begins. */
  readonly arn: string;
}

export function worldOf(account: string, region: string): World {
  return { account, region, arn: `arn:aws:finspace:${region}:${account}` };
}

/** Everything a handler works with beside its input. */
export interface Context {
  readonly tx: Transaction;
  readonly world: World;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What observed durations are multiplied by: 1 is as observed, 0 is at once. */
  readonly pace: number;
  readonly random: Random;
  /** The IAM role that the caller acts in, `null` when it acts in none, undefined when nobody checks. */
  readonly role?: string | null | undefined;
  /** What a fault has in store for whatever the request sets going. */
  readonly fate?: Fate | undefined;
}

/** Answers one operation with the members of its reply as they stand on the wire. Throws `Refusal`. */
export type Handler<N extends OperationName> = (input: Input<N>, context: Context) => Promise<object>;
export type Handlers<N extends OperationName> = { readonly [K in N]: Handler<K> };
