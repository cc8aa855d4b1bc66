import type { ServerEventBus } from '@modelcontextprotocol/server';
import type { Ledger } from '../../safety/ledger.ts';
import type { LedgerClock } from '../../safety/ledger-clock.ts';
import type { RateLimiter, Rates } from '../http/rates.ts';

/** The scope of the one ledger that serves all targets; each plan says which it is for. */
export const PLANS = 'plans';

/** What several replicas of one server have to share, so that they are one server to their clients. */
export interface Fleet {
  /** Questions and approvals; `scope` keeps those of different targets apart. */
  ledger(scope: string, openMs: number): Ledger;
  /** The clock by which such a ledger goes. */
  clock(scope: string): LedgerClock;
  rates(rates: Rates): RateLimiter;
  /** Carries change events to the subscribers of every replica. */
  bus(scope: string): ServerEventBus;
  /** Resolves when the shared store answers; rejects with the cause. */
  ready(): Promise<void>;
  close(): Promise<void>;
}
