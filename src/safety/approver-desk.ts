import type { KeyObject } from 'node:crypto';
import { type Approver, openApprover } from './approver.ts';
import type { Attempts } from './approver-attempts.ts';
import { ApproverError } from './approver-error.ts';
import { digest } from './digest.ts';
import type { Ledger, Question, QuestionStatus } from './ledger.ts';

/** What a name that a person typed amounts to; the third that is wrong closes the plan. */
export type NameVerdict = 'right' | 'try-again' | 'wrong-name' | 'closed';

/** What a person can do about the plans that wait. */
export interface Decisions {
  waiting(): Promise<Question[]>;
  /** Where the plan of a code stands, for those who ask for one that does not wait. */
  status(code: string): Promise<QuestionStatus | undefined>;
  /** Looks at a name that was typed for what was shown. */
  check(question: Question, typed: string): Promise<NameVerdict>;
  /** Approves what was shown, if `typed` is its name and it still waits as it was shown. */
  approve(question: Question, typed: string, approver: Approver): Promise<'approved' | Exclude<NameVerdict, 'right'>>;
  decline(question: Question): Promise<'declined' | 'closed'>;
}

/** Where a person approves with a passphrase, whatever it looks like: the terminal and the local page sit at the same desk. */
export interface Desk extends Decisions {
  /** Whether a passphrase was set up. Without one, an approval says only that some program of this user gave it. */
  readonly keyed: boolean;
  /** Looks at a passphrase. Every look counts until one is right. */
  unlock(passphrase: string): Promise<Unlocked>;
}

export type Unlocked =
  | { readonly kind: 'open'; readonly approver: Approver }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'locked'; readonly until: number };

export interface DecisionsOptions {
  readonly ledger: Ledger;
  readonly now: () => number;
  /** Who decides: the user as the system knows them, or the principal that signed in. */
  readonly user: string;
  readonly channel: 'terminal' | 'page' | 'web';
  /** How many wrong names were typed for each plan, by its nonce; bounded here. */
  readonly wrongNames?: Map<string, number>;
}

const TRIES = 3;
const MOST_COUNTED = 500;

export interface DeskOptions extends DecisionsOptions {
  /** The state directory. */
  readonly dir: string;
  readonly key: KeyObject | undefined;
  readonly attempts: Attempts;
}

/** The decisions of one person, over a ledger. */
export function decisions({ ledger, now, user, channel, wrongNames = new Map() }: DecisionsOptions): Decisions {
  const stillWaits = async (question: Question) =>
    (await ledger.list()).some((present) => digest(present) === digest(question));
  const end = async <How extends 'declined' | 'wrong-name'>(question: Question, how: How): Promise<How | 'closed'> => {
    if (!(await stillWaits(question))) return 'closed';
    await ledger.end(question.nonce, how);
    return how;
  };
  const check: Decisions['check'] = async (question, typed) => {
    const { nonce, shown } = question;
    if (digest(typed) === digest(shown.name)) return 'right';
    const tries = (wrongNames.get(nonce) ?? 0) + 1;
    wrongNames.set(nonce, tries);
    for (const oldest of [...wrongNames.keys()].slice(0, -MOST_COUNTED)) wrongNames.delete(oldest);
    if (tries < TRIES) return 'try-again';
    wrongNames.delete(nonce);
    return end(question, 'wrong-name');
  };
  return {
    waiting: () => ledger.list(),
    status: (code) => ledger.status(code),
    check,
    approve: async (question, typed, approver) => {
      const verdict = await check(question, typed);
      if (verdict !== 'right') return verdict;
      if (!(await stillWaits(question))) return 'closed';
      const approval = approver.sign(question, { channel, approver: user, at: now() });
      return (await ledger.approve(question.nonce, approval)) ? 'approved' : 'closed';
    },
    decline: (question) => end(question, 'declined'),
  };
}

/** A desk over a ledger. */
export function approvalDesk({ dir, key, attempts, ...options }: DeskOptions): Desk {
  return {
    ...decisions(options),
    keyed: key !== undefined,
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
  };
}

/** Signs nothing. Counts on the local backend only, and only while no passphrase is set up. */
const NOBODY: Approver = { sign: (_, approval) => approval };
