import { ErrorForPeople } from '../error-for-people.ts';
import type { OperationName } from '../operations/index.ts';
import type { Item } from './finding.ts';

/** What a person is shown of a plan, in every channel. Names and details come from the API. */
export interface Shown {
  readonly operation: OperationName;
  /** The alias of its target, if several are served. */
  readonly target?: string | undefined;
  /** The server that requests approval, if people sign in to approve; other servers neither show it nor decide about it. */
  readonly server?: string | undefined;
  readonly noun: string;
  /** What a person must type. */
  readonly name: string;
  readonly text: string;
  /** Whether what is lost is removed step by step, in order. */
  readonly inOrder?: true | undefined;
  readonly lost: readonly Item[];
  readonly interrupted: readonly Item[];
}

/** A plan that waits for a person, bound to exactly one call. */
export interface Question {
  readonly nonce: string;
  /** The code by which the agent and the person refer to it. It reveals and grants nothing. */
  readonly code: string;
  /** Digest of the operation, arguments, backend, principal and state of the target. */
  readonly binding: string;
  readonly principal: string;
  readonly fingerprint: string;
  /** Digest of its subject; a newer question of the same principal about the same subject replaces it. */
  readonly about: string;
  /** The client that it was opened for. */
  readonly client: string;
  readonly opened: number;
  readonly expires: number;
  readonly shown: Shown;
}

/** A person's consent, as stored in the ledger. */
export interface Approval {
  readonly channel: string;
  readonly approver: string;
  readonly at: number;
  /** Signature over the question with the approver's key; absent without a key. */
  readonly signature?: string | undefined;
}

/** How a question ended without a grant. */
export type Ending = 'declined' | 'wrong-name' | 'other-call' | 'changed';

/** State of a question. `evicted` when newer ones of the same client took its slot. */
export interface QuestionStatus {
  readonly state: 'open' | 'approved' | 'burnt' | 'expired' | 'replaced' | 'evicted' | Ending;
  /** The code of the newer question that replaced it. */
  readonly successor?: string | undefined;
}

/** A question that was opened or found open, and the questions that it replaced. */
export interface Opened {
  readonly question: Question;
  readonly replaced: readonly { readonly question: Question; readonly wasApproved: boolean }[];
}

/** What happened to a form that was sent to a client. */
export interface FormEvent {
  readonly nonce: string;
  readonly kind: 'shown' | 'withdrawn' | 'accepted' | 'wrong-name' | 'declined' | 'cancelled' | 'unusable';
}

/** The form events of one client, oldest first, and the current time of the ledger. */
export interface FormHistory {
  readonly now: number;
  readonly events: readonly (FormEvent & { readonly at: number })[];
}

/** How long form events are kept. */
export const FORMS_KEPT_MS = 60 * 60_000;

/** Maximum open questions of one principal; the next one evicts the oldest of the client that has most. */
export const MOST_OPEN = 20;

/**
 * The single-use approvals. SQLite implements it on one machine; a shared store can implement it too, provided that `burn`
 * returns true to exactly one caller, durably, before it returns.
 */
export interface Ledger {
  /**
   * Opens a question, or finds the open one with the same binding. Replaces others about the same subject, even approved ones.
   */
  open(question: Omit<Question, 'nonce' | 'code' | 'opened' | 'expires'>): Promise<Opened>;
  find(nonce: string): Promise<Question | undefined>;
  /** The state of the question with a code; undefined when unknown. */
  status(code: string): Promise<QuestionStatus | undefined>;
  /** The open questions, oldest first. */
  list(): Promise<Question[]>;
  /** Consents to an open question, outside the client. Returns false when it is no longer open. */
  approve(nonce: string, approval: Approval): Promise<boolean>;
  /** The newest unused consent for this binding, among those that count. */
  approvedFor(
    binding: string,
    counts?: (question: Question, approval: Approval) => boolean,
  ): Promise<{ question: Question; approval: Approval } | undefined>;
  /** Consumes a question. Returns true to exactly one caller, and only before it expires. */
  burn(nonce: string): Promise<boolean>;
  /** Closes a question without a grant. */
  end(nonce: string, how: Ending): Promise<void>;
  /** The recent form events of a client, after recording a new one. */
  forms(client: string, event?: FormEvent): Promise<FormHistory>;
}

/** The ledger cannot be trusted, for example because the clock was set back. The message is for people. */
export class LedgerError extends ErrorForPeople {
  override readonly name = 'LedgerError';
}
