import type { ServerEventBus } from '@modelcontextprotocol/server';
import type { Gauges } from '../gauge.ts';
import type { Call } from '../operations/index.ts';
import type { Journal } from '../safety/journal.ts';
import type { Ledger } from '../safety/ledger.ts';
import type { LedgerClock } from '../safety/ledger-clock.ts';
import type { Attempts } from '../safety/passphrase-attempts.ts';
import type { RecoveryKits } from '../safety/recovery.ts';
import type { Tasks } from '../safety/tasks.ts';

/** What outlives a server: the state directory of this machine has it, or a store that several servers share. */
export interface Store {
  /** The id of a shared store; approvals are bound to it. */
  readonly id?: string | undefined;
  /** The pending approvals. Each expires after this many milliseconds. */
  ledger(openMs: number): Ledger;
  readonly journal: Journal;
  /** The kits of one target. */
  kits(target: string | undefined, call: Call): RecoveryKits;
  readonly attempts: Attempts;
  readonly tasks: Tasks;
  readonly clock: LedgerClock;
  /** Whether a fact is reported for the first time. */
  isFirst(fact: string): Promise<boolean>;
  close(): Promise<void>;
}

/** A store that replicas share, so that clients see one server. */
export interface SharedStore extends Store {
  readonly id: string;
  /**
   * Limits the calls of each class of tools per minute and principal: takes one call, and returns the seconds to wait, 0 when it may continue.
   * `fallback` decides while the store does not answer.
   */
  rateLimiter<ToolClass extends string>(
    perMinute: Readonly<Partial<Record<ToolClass, number | undefined>>>,
    fallback: (principal: string, toolClass: ToolClass) => number | Promise<number>,
  ): (principal: string, toolClass: ToolClass) => Promise<number>;
  /** Carries change events to the subscribers of every replica. */
  events(scope: string): ServerEventBus;
  /** Resolves when the store answers; rejects with the cause. */
  ready(): Promise<void>;
  /**
   * Joins the replicas, which must agree on some values. Rejects with `StoreError` if others have another value, or other keys.
   */
  join(agreement: Agreement): Promise<void>;
  /** For `/metrics`. */
  readonly gauges: Gauges;
}

/** What all replicas must have in common. */
export interface Agreement {
  /** What they serve, and with which targets, by setting. */
  readonly values: Readonly<Record<string, string>>;
  /** Fingerprints of the seal keys, the newest first; replicas need one in common. */
  readonly sealKeys: readonly string[];
  /** Fingerprint of the approver's key; empty without one. */
  readonly approver: string;
}

export interface StoreOptions {
  /** Where this replica remembers the newest entry of the journal that it saw. */
  readonly stateDir: string;
  /** Whether this process is a replica, rather than a command that a person runs. */
  readonly serves: boolean;
  readonly onerror: (error: Error) => void;
}
