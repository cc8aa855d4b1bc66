import type { KeyObject } from 'node:crypto';
import { digest } from '../digest.ts';
import { evictOldest } from '../evict-oldest.ts';
import { type Approver, openApprover } from './approver.ts';
import { ApproverError, readKeys, withKeyAdvice } from './approver-keys.ts';
import type { ApprovalStatus, Ledger, PendingApproval } from './ledger.ts';
import type { Attempts } from './passphrase-attempts.ts';

/** The result of a typed name: `wrong-name` for the third wrong one, which closes the plan, or `closed` if it was closed before. */
export type NameVerdict = 'right' | 'try-again' | 'wrong-name' | 'closed';

/** What a person can do with open plans. */
export interface ApprovalActions {
  /** The open plans. */
  list(): Promise<PendingApproval[]>;
  /** The state of the plan with a code, open or not. */
  status(code: string): Promise<ApprovalStatus | undefined>;
  /** Checks a name that was typed for what was shown. */
  check(pending: PendingApproval, typed: string): Promise<NameVerdict>;
  /** Approves what was shown, if `typed` is its name and it is still open and unchanged. */
  approve(
    pending: PendingApproval,
    typed: string,
    approver: Approver,
  ): Promise<'approved' | Exclude<NameVerdict, 'right'>>;
  decline(pending: PendingApproval): Promise<'declined' | 'closed'>;
}

/** Approval with a passphrase, shared by the terminal and the local page. */
export interface PassphraseApprovals extends ApprovalActions {
  /** Whether a passphrase is set. Without one, an approval only shows that some program of this user gave it. */
  readonly hasPassphrase: boolean;
  /** Rejects with ApproverError if the files of the key are missing, damaged or accessible to other users. */
  requireUsableKey(): Promise<void>;
  /** Checks a passphrase. Every check counts as an attempt until one is correct. */
  unlock(passphrase: string): Promise<UnlockResult>;
}

export type UnlockResult =
  | { readonly kind: 'open'; readonly approver: Approver }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'locked'; readonly until: number };

export interface ApprovalActionsOptions {
  readonly ledger: Ledger;
  readonly now: () => number;
  /** The person who decides: the user of the operating system, or the signed-in principal. */
  readonly user: string;
  readonly channel: 'terminal' | 'page' | 'web';
  /** The number of wrong names by plan (its nonce); bounded here. */
  readonly wrongNames?: Map<string, number>;
}

const MAX_WRONG_NAMES = 3;
const MAX_COUNTED_PLANS = 500;

export interface PassphraseApprovalsOptions extends ApprovalActionsOptions {
  /** The state directory. */
  readonly dir: string;
  readonly key: KeyObject | undefined;
  readonly attempts: Attempts;
}

/** The decisions of one person, on a ledger. */
export function approvalActions({
  ledger,
  now,
  user,
  channel,
  wrongNames = new Map(),
}: ApprovalActionsOptions): ApprovalActions {
  const stillWaits = async (pending: PendingApproval) =>
    (await ledger.list()).some((present) => digest(present) === digest(pending));
  const end = async <How extends 'declined' | 'wrong-name'>(
    pending: PendingApproval,
    how: How,
  ): Promise<How | 'closed'> => {
    if (!(await stillWaits(pending))) return 'closed';
    await ledger.end(pending.nonce, how);
    return how;
  };
  const check: ApprovalActions['check'] = async (pending, typed) => {
    const { nonce, shown } = pending;
    if (typed === shown.name) return 'right';
    const tries = (wrongNames.get(nonce) ?? 0) + 1;
    wrongNames.set(nonce, tries);
    evictOldest(wrongNames, MAX_COUNTED_PLANS);
    if (tries < MAX_WRONG_NAMES) return 'try-again';
    wrongNames.delete(nonce);
    return end(pending, 'wrong-name');
  };
  return {
    list: () => ledger.list(),
    status: (code) => ledger.status(code),
    check,
    approve: async (pending, typed, approver) => {
      const verdict = await check(pending, typed);
      if (verdict !== 'right') return verdict;
      if (!(await stillWaits(pending))) return 'closed';
      const approval = approver.sign(pending, { channel, approver: user, at: now() });
      return (await ledger.approve(pending.nonce, approval)) ? 'approved' : 'closed';
    },
    decline: (pending) => end(pending, 'declined'),
  };
}

/** The decisions of one person, who approves with a passphrase if one is set. */
export function passphraseApprovals({
  dir,
  key,
  attempts,
  ...options
}: PassphraseApprovalsOptions): PassphraseApprovals {
  return {
    ...approvalActions(options),
    hasPassphrase: key !== undefined,
    requireUsableKey: async () => {
      if (key !== undefined) await withKeyAdvice(readKeys(dir));
    },
    unlock: async (passphrase) => {
      if (key === undefined) return { kind: 'open', approver: UNSIGNED };
      const until = await attempts.take();
      if (until !== undefined) return { kind: 'locked', until };
      try {
        const approver = await openApprover(dir, passphrase);
        await attempts.clear();
        return { kind: 'open', approver };
      } catch (error) {
        if (error instanceof ApproverError && error.isWrongPassphrase) return { kind: 'wrong' };
        throw error;
      }
    },
  };
}

/** Approves without a signature, which counts only on the local backend, without a shared store, and while no passphrase is set. */
const UNSIGNED: Approver = { sign: (_, approval) => approval };
