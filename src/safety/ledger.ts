import { randomBytes, randomInt } from 'node:crypto';
import { ErrorForPeople } from '../error-for-people.ts';
import type { OperationName } from '../operations/index.ts';
import type { Item } from './plan-parts.ts';

/** What a person is shown of a plan, in every channel. Names and details come from the API. */
export interface ShownPlan {
  readonly operation: OperationName;
  /** The alias of the named target (`--targets`), if several are served. */
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
export interface PendingApproval {
  readonly nonce: string;
  /** The code by which the agent and the person refer to it. It reveals and grants nothing. */
  readonly code: string;
  /** Digest of the tool, arguments, backend, principal and state of the target. */
  readonly callDigest: string;
  readonly principal: string;
  readonly stateDigest: string;
  /** Digest of its subject; a newer pending approval of the same principal about the same subject replaces it. */
  readonly subjectDigest: string;
  /** Identifies the client that it was opened for: by its connection, or else by the name that it gives. */
  readonly client: string;
  readonly opened: number;
  readonly expires: number;
  readonly shown: ShownPlan;
}

/** A person's consent, as stored in the ledger. */
export interface Approval {
  readonly channel: string;
  readonly approver: string;
  readonly at: number;
  /** Signature over the pending approval with the approver's key; absent without a key. */
  readonly signature?: string | undefined;
}

/** How a pending approval ended without a grant. */
export type Rejection = 'declined' | 'wrong-name' | 'other-call' | 'changed';

/** State of a pending approval. `evicted` when its principal had too many open, and its client most of them. */
export interface ApprovalStatus {
  readonly state: 'open' | 'approved' | 'consumed' | 'expired' | 'replaced' | 'evicted' | Rejection;
  /** The code of the newer pending approval that replaced it. */
  readonly successor?: string | undefined;
}

/** A pending approval that was opened or found open, and the pending approvals that it replaced. */
export interface OpenedApproval {
  readonly pending: PendingApproval;
  readonly replaced: readonly { readonly pending: PendingApproval; readonly wasApproved: boolean }[];
}

/** What happened to a form or link. It is recorded as `shown` first, and as `withdrawn` if it is not sent, because of the limit on forms. */
export interface FormEvent {
  readonly nonce: string;
  readonly kind: 'shown' | 'withdrawn' | 'accepted' | 'wrong-name' | 'declined' | 'cancelled' | 'unusable';
}

/** The form events of one client for one principal, oldest first, and the current time of the ledger. */
export interface FormHistory {
  readonly now: number;
  readonly events: readonly (FormEvent & { readonly at: number })[];
}

export const FORMS_KEPT_MS = 60 * 60_000;

/** How long a plan can be approved and its approval used, since it was opened. Forms, and sign-ins on the approval page, last as long. */
export const PLAN_OPEN_MS = 15 * 60_000;

/** Maximum pending approvals of one principal; the next one evicts the oldest of the client that has most. */
export const MAX_OPEN = 20;

/**
 * The single-use approvals: in SQLite on one machine, or in a store that servers share. `consume` returns true to at most one caller, and
 * only when that is durable.
 */
export interface Ledger {
  /**
   * Opens a pending approval, or finds the open one for the same call. Replaces others about the same subject, even approved
   * ones.
   */
  open(pending: Omit<PendingApproval, 'nonce' | 'code' | 'opened' | 'expires'>): Promise<OpenedApproval>;
  find(nonce: string): Promise<PendingApproval | undefined>;
  /** The state of the pending approval with a code; undefined when unknown. */
  status(code: string): Promise<ApprovalStatus | undefined>;
  /** The pending approvals, oldest first. */
  list(): Promise<PendingApproval[]>;
  /** Records consent to a pending approval that was given outside the client. Returns false when it is no longer open. */
  approve(nonce: string, approval: Approval): Promise<boolean>;
  /** The newest unused approval for this call, among those that are accepted. */
  approvedFor(
    callDigest: string,
    accepts?: (pending: PendingApproval, approval: Approval) => boolean,
  ): Promise<{ pending: PendingApproval; approval: Approval } | undefined>;
  /** Consumes a pending approval. Returns true to at most one caller, and only before it expires. */
  consume(nonce: string): Promise<boolean>;
  /** Closes a pending approval without a grant. */
  end(nonce: string, how: Rejection): Promise<void>;
  /** The recent form events under a key of client and principal, after recording a new one if given. */
  formHistory(key: string, event?: FormEvent): Promise<FormHistory>;
}

const CODE_LETTERS = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';

/** A nonce, and a code of five letters and digits that are hard to confuse. The caller checks that no pending approval has them. */
export const randomIds = (): Pick<PendingApproval, 'nonce' | 'code'> => ({
  nonce: randomBytes(16).toString('base64url'),
  code: Array.from({ length: 5 }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)]).join(''),
});

/** The ledger cannot be trusted, for example because the clock was set back. The message is for people. */
export class LedgerError extends ErrorForPeople {
  override readonly name = 'LedgerError';
}
