import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { OperationName } from '../operations/index.ts';
import { digest } from './target.ts';

/** What an approval is for, and what it must not be moved to. */
export interface Ask {
  readonly operation: OperationName;
  readonly input: unknown;
  /** The endpoint, region and account that the call would reach. */
  readonly backend: string;
  readonly fingerprint: string;
  /** What the person has to type. */
  readonly name: string;
}

/** What a person did with the question. */
export type Answer = { readonly action: 'accept'; readonly typed: string } | { readonly action: 'decline' | 'cancel' };

export type Verdict =
  | { readonly granted: true; readonly fingerprint: string }
  | { readonly granted: false; readonly why: 'other-call' | 'used' | 'declined' | 'cancelled' | 'wrong-name' };

/** A question that was put to a person, sealed for its way through the client. */
interface Sealed {
  readonly nonce: string;
  readonly call: string;
  readonly fingerprint: string;
  readonly name: string;
  readonly expires: number;
}

export interface Approvals {
  /** Seals a question; the text travels through the client and comes back with the answer. */
  seal(ask: Ask): string;
  /** The question in a sealed text. Throws when it is not ours, was changed or has expired. */
  unseal(text: string): Sealed;
  /** Burns the question, whatever the answer, and says whether exactly this call was granted. */
  settle(sealed: Sealed, ask: Pick<Ask, 'operation' | 'input' | 'backend'>, answer: Answer): Verdict;
}

export interface ApprovalOptions {
  readonly now: () => number;
  /** How long a question may stay open, in milliseconds. */
  readonly openMs: number;
}

/** A ledger of single-use approvals in this process. The key lives and dies with it, so nothing sealed outlives a restart. */
export function approvals({ now, openMs }: ApprovalOptions): Approvals {
  const key = randomBytes(32);
  const burnt = new Map<string, number>();
  let latest = 0;

  const clock = () => {
    latest = Math.max(latest, now());
    return latest;
  };
  const burn = ({ nonce, expires }: Sealed) => {
    const time = clock();
    for (const [old, end] of burnt) if (end < time) burnt.delete(old);
    const first = !burnt.has(nonce);
    burnt.set(nonce, expires);
    return first;
  };

  return {
    seal: (ask) => {
      const sealed: Sealed = {
        nonce: randomBytes(16).toString('base64url'),
        call: callDigest(ask),
        fingerprint: ask.fingerprint,
        name: ask.name,
        expires: clock() + openMs,
      };
      const payload = Buffer.from(JSON.stringify(sealed)).toString('base64url');
      return `${payload}.${mac(key, payload).toString('base64url')}`;
    },
    unseal: (text) => {
      const [payload = '', tag = ''] = text.split('.');
      const given = Buffer.from(tag, 'base64url');
      const expected = mac(key, payload);
      if (given.length !== expected.length || !timingSafeEqual(given, expected))
        throw new Error('the state is not ours');
      const sealed = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Sealed;
      if (clock() > sealed.expires) throw new Error('the state has expired');
      return sealed;
    },
    settle: (sealed, ask, answer) => {
      if (!burn(sealed)) return { granted: false, why: 'used' };
      if (sealed.call !== callDigest(ask)) return { granted: false, why: 'other-call' };
      if (answer.action !== 'accept')
        return { granted: false, why: answer.action === 'decline' ? 'declined' : 'cancelled' };
      if (answer.typed !== sealed.name) return { granted: false, why: 'wrong-name' };
      return { granted: true, fingerprint: sealed.fingerprint };
    },
  };
}

const mac = (key: Buffer, payload: string) => createHmac('sha256', key).update(payload).digest();
const callDigest = ({ operation, input, backend }: Pick<Ask, 'operation' | 'input' | 'backend'>) =>
  digest({ operation, input, backend });
