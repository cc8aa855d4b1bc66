import type { Input, OperationName } from '../operations/index.ts';
import type { PlannedFailure } from './planned-failure.ts';
import type { Random } from './random.ts';
import type { Transaction } from './transaction.ts';

/** A world: one account in one region. */
export interface World {
  readonly account: string;
  readonly region: string;
  /** `arn:aws:finspace:us-east-1:111122223333`, the beginning of every ARN in it. */
  readonly arn: string;
}

export function worldOf(account: string, region: string): World {
  return { account, region, arn: `arn:aws:finspace:${region}:${account}` };
}

/** Everything that a handler needs besides its input. */
export interface Context {
  readonly tx: Transaction;
  readonly world: World;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Factor for observed durations: 1 as observed, 0 without delay. */
  readonly pace: number;
  readonly random: Random;
  /** The IAM role of the caller, `null` without a role, undefined if credentials are not checked. */
  readonly role?: string | null | undefined;
  /** The failure that a fault plans for the operation that the request starts. */
  readonly plannedFailure?: PlannedFailure | undefined;
}

/** Executes one operation, and returns at least the members of its reply, in wire form. Throws `ServiceError`. */
export type Handler<N extends OperationName> = (input: Input<N>, context: Context) => Promise<object>;
export type Handlers = { readonly [N in OperationName]: Handler<N> };
