import type { ServerEventBus } from '@modelcontextprotocol/server';
import type { Ledger } from '../../safety/ledger.ts';
import type { LedgerClock } from '../../safety/ledger-clock.ts';
import type { RateLimiter, Rates } from '../http/rates.ts';

/** The scope of the one ledger that serves all targets; each plan names its target. */
export const PLANS = 'plans';

/** The state that the replicas of one server share, so that clients see one server. */
export interface SharedState {
  /** Pending approvals and approvals; `scope` separates different targets. */
  ledger(scope: string, openMs: number): Ledger;
  /** The clock of such a ledger. */
  clock(scope: string): LedgerClock;
  rates(rates: Rates): RateLimiter;
  /** Carries change events to the subscribers of every replica. */
  bus(scope: string): ServerEventBus;
  /** Resolves when the shared store answers; rejects with the cause. */
  ready(): Promise<void>;
  close(): Promise<void>;
}
