import type { Ledger } from '../../../src/safety/ledger.ts';
import type { LedgerClock } from '../../../src/safety/ledger-clock.ts';

/** A ledger under test, alone in its store. */
export interface LedgerUnderTest {
  readonly ledger: Ledger;
  /** Another process's view of the same store. */
  readonly another: () => Promise<Ledger>;
  readonly clock: LedgerClock;
  /** Moves its clock, or the times that it stores. */
  readonly advance: (milliseconds: number) => unknown;
  /** How long its pending approvals stay open, in milliseconds. */
  readonly openMs: number;
  readonly close: () => Promise<void>;
}

const SHOWN = {
  operation: 'DeleteKxDatabase',
  noun: 'database',
  name: 'trades "2026" \u2028 \ud83d',
  text: 'DELETE\n…',
  lost: [{ kind: 'data', name: 'trades', detail: undefined }],
  interrupted: [],
} as const;

/** The properties of a pending approval besides its call. */
export interface PendingOptions {
  /** The digest of its target; by default, each call has a target of its own. */
  readonly subject?: string;
  readonly client?: string;
  readonly principal?: string;
}

/** A pending approval, as a ledger opens it. */
export const pendingFor = (
  callDigest: string,
  { subject = callDigest, client = 'one', principal = 'ann' }: PendingOptions = {},
) => ({
  callDigest,
  subjectDigest: subject,
  client,
  principal,
  stateDigest: `digest for ${callDigest}`,
  shown: SHOWN,
});
