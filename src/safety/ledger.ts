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
  /** Whether what is lost goes step by step, in its order. */
  readonly inOrder?: true | undefined;
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
  /** Digest of what it is about; a newer question of the same principal about the same replaces it. */
  readonly about: string;
  /** The client that it was opened for. */
  readonly client: string;
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

/** How a question ended without a grant. */
export type Ending = 'declined' | 'wrong-name' | 'other-call' | 'changed';

/** Where a question stands. `evicted` when newer ones of the same client took its place. */
export interface QuestionStatus {
  readonly state: 'open' | 'approved' | 'burnt' | 'expired' | 'replaced' | 'evicted' | Ending;
  /** The code of the newer question that replaced it. */
  readonly successor?: string | undefined;
}

/** A question that was opened or found open, and those that it replaced. */
export interface Opened {
  readonly question: Question;
  readonly replaced: readonly { readonly question: Question; readonly wasApproved: boolean }[];
}

/** What happened to a form that was sent to a client. */
export interface FormEvent {
  readonly nonce: string;
  readonly kind: 'shown' | 'withdrawn' | 'accepted' | 'wrong-name' | 'declined' | 'cancelled' | 'unusable';
}

/** What happened to the forms of one client, oldest first, and the present time of the ledger. */
export interface FormHistory {
  readonly now: number;
  readonly events: readonly (FormEvent & { readonly at: number })[];
}

/** How long what happened to a form is kept. */
export const FORMS_KEPT_MS = 60 * 60_000;

/** Open questions that one principal may have; the next one evicts the oldest of the client that has most. */
export const MOST_OPEN = 20;

/**
 * The single-use approvals. SQLite is behind it on one machine; a store that several replicas share can stand behind it as well,
 * provided that `burn` says true to exactly one caller, durably, before it returns.
 */
export interface Ledger {
  /** Opens a question, or finds the open one of the same binding. Replaces others about the same, approved ones too. */
  open(question: Omit<Question, 'nonce' | 'code' | 'opened' | 'expires'>): Promise<Opened>;
  find(nonce: string): Promise<Question | undefined>;
  /** Where the question of a code stands; undefined when it is not known. */
  status(code: string): Promise<QuestionStatus | undefined>;
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
  /** What happened to the forms of a client lately, after adding what happened now. */
  forms(client: string, event?: FormEvent): Promise<FormHistory>;
}

/** The ledger cannot vouch for anything, for example because the clock runs backwards. The message is for people. */
export class LedgerError extends ErrorForPeople {
  override readonly name = 'LedgerError';
}
