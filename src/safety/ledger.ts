import { ErrorForPeople } from '../error-for-people.ts';
import type { OperationName } from '../operations/index.ts';
import type { Item } from './blast/finding.ts';

/** What a person is shown of a plan, wherever it is shown. Names and details come from the API. */
export interface Shown {
  readonly operation: OperationName;
  /** The alias of the target that it is about, where several are served. */
  readonly target?: string | undefined;
  /** The server that asks, where people sign in to approve; others neither show it nor decide about it. */
  readonly server?: string | undefined;
  readonly noun: string;
  /** What has to be typed. */
  readonly name: string;
  readonly text: string;
  readonly lost: readonly Item[];
  readonly interrupted: readonly Item[];
}

/** A plan that waits for a person, bound to exactly one call. */
export interface Question {
  readonly nonce: string;
  /** What the agent and the person call it. Says nothing and grants nothing. */
  readonly code: string;
  /** Digest of operation, arguments, backend, principal and what the target was like. */
  readonly binding: string;
  readonly principal: string;
  readonly fingerprint: string;
  readonly opened: number;
  readonly expires: number;
  readonly shown: Shown;
}

/** A person's consent as the ledger keeps it. */
export interface Approval {
  readonly channel: string;
  readonly approver: string;
  readonly at: number;
  /** Over the question, by the approver's key; absent where no key was set up. */
  readonly signature?: string | undefined;
}

/** Whether asking counts towards the limit: each time that it is put before a person, once where it only waits, or not at all. */
export type Counted = 'each' | 'once' | 'never';

/** How a question ended without a grant. */
export type Ending = 'declined' | 'cancelled' | 'wrong-name' | 'other-call' | 'changed';

/**
 * The single-use approvals. SQLite is behind it on one machine; a store that several replicas share can stand behind it as well,
 * provided that `burn` says true to exactly one caller, durably, before it returns.
 */
export interface Ledger {
  /** Opens a question, or finds the open one of the same binding. */
  open(question: Omit<Question, 'nonce' | 'code' | 'opened' | 'expires'>, counted: Counted): Promise<Question>;
  find(nonce: string): Promise<Question | undefined>;
  /** The open questions, oldest first. */
  list(): Promise<Question[]>;
  /** Consent to an open question, given out of band. False when it is not open any more. */
  approve(nonce: string, approval: Approval): Promise<boolean>;
  /** The newest consent that waits to be used for this binding, of those that count. */
  approvedFor(
    binding: string,
    counts?: (question: Question, approval: Approval) => boolean,
  ): Promise<{ question: Question; approval: Approval } | undefined>;
  /** Uses a question up. True for exactly one caller, and only before it expires. */
  burn(nonce: string): Promise<boolean>;
  /** Ends a question without a grant. */
  end(nonce: string, how: Ending): Promise<void>;
  /** How often a principal asked within the last `ms` without a grant, as far as it counted. */
  unanswered(principal: string, ms: number): Promise<number>;
}

/** The ledger cannot vouch for anything, for example because the clock runs backwards. The message is for people. */
export class LedgerError extends ErrorForPeople {
  override readonly name = 'LedgerError';
}
