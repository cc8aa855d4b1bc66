import type { KeyObject } from 'node:crypto';
import { type Approver, openApprover } from './approver.ts';
import type { Attempts } from './approver-attempts.ts';
import { ApproverError } from './approver-error.ts';
import { digest } from './digest.ts';
import type { Ledger, Question } from './ledger.ts';

/** Where a person approves out of band, whatever it looks like: the terminal and the page sit at the same desk. */
export interface Desk {
  /** Whether a passphrase was set up. Without one, an approval says only that some program of this user gave it. */
  readonly keyed: boolean;
  waiting(): Promise<Question[]>;
  /** Looks at a passphrase. Every look counts until one is right. */
  unlock(passphrase: string): Promise<Unlocked>;
  /** Approves what was shown, if `typed` is its name and it still waits as it was shown. A wrong name ends it. */
  approve(question: Question, typed: string, approver: Approver): Promise<'approved' | 'wrong-name' | 'closed'>;
  decline(question: Question): Promise<'declined' | 'closed'>;
}

export type Unlocked =
  | { readonly kind: 'open'; readonly approver: Approver }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'locked'; readonly until: number };

export interface DeskOptions {
  /** The state directory. */
  readonly dir: string;
  readonly key: KeyObject | undefined;
  readonly ledger: Ledger;
  readonly attempts: Attempts;
  readonly now: () => number;
  /** Who sits there, as the system knows the user. */
  readonly user: string;
  readonly channel: 'terminal' | 'page';
}

/** A desk over a ledger. */
export function approvalDesk({ dir, key, ledger, attempts, now, user, channel }: DeskOptions): Desk {
  const stillWaits = async (question: Question) =>
    (await ledger.list()).some((present) => digest(present) === digest(question));
  const end = async <How extends 'declined' | 'wrong-name'>(question: Question, how: How): Promise<How | 'closed'> => {
    if (!(await stillWaits(question))) return 'closed';
    await ledger.end(question.nonce, how);
    return how;
  };
  return {
    keyed: key !== undefined,
    waiting: () => ledger.list(),
    unlock: async (passphrase) => {
      if (key === undefined) return { kind: 'open', approver: NOBODY };
      const until = await attempts.take();
      if (until !== undefined) return { kind: 'locked', until };
      try {
        const approver = await openApprover(dir, passphrase);
        await attempts.forgive();
        return { kind: 'open', approver };
      } catch (error) {
        if (error instanceof ApproverError && error.wrongPassphrase) return { kind: 'wrong' };
        throw error;
      }
    },
    approve: async (question, typed, approver) => {
      if (digest(typed) !== digest(question.shown.name)) return end(question, 'wrong-name');
      if (!(await stillWaits(question))) return 'closed';
      const approval = approver.sign(question, { channel, approver: user, at: now() });
      return (await ledger.approve(question.nonce, approval)) ? 'approved' : 'closed';
    },
    decline: (question) => end(question, 'declined'),
  };
}

/** Signs nothing. Counts on the local backend only, and only while no passphrase is set up. */
const NOBODY: Approver = { sign: (_, approval) => approval };
