import { randomBytes } from 'node:crypto';
import { PLAN_OPEN_MS } from '../safety/ledger.ts';
import type { StateSigner } from '../safety/state-signer.ts';

/** A person whose token was verified. */
export interface Person {
  readonly principal: string;
  /** The aliases of the targets whose plans they may approve; the empty alias where there is a single target. */
  readonly targets: readonly string[];
  readonly expiresMs: number;
}

/** A person in one browser, or behind one proxy. */
export interface WebSession extends Person {
  readonly id: string;
}

/**
 * Sign-ins, kept in a signed cookie, so that every replica with the same key knows them. The cookie does not contain the token.
 */
export interface WebSessions {
  /** The cookie for a new sign-in. */
  signInCookie(person: Person): string;
  /** The cookie that signs out. */
  readonly signOutCookie: string;
  of(request: Request): WebSession | undefined;
}

export interface WebSessionsOptions {
  readonly signer: StateSigner;
  /** Path of the page, ending with a slash; browsers send the cookie with and without it. */
  readonly home: () => string;
  readonly secure: boolean;
  readonly now: () => number;
}

/** Sessions that end when their token expires, after `PLAN_OPEN_MS` at the latest. */
export function webSessions({ signer, home, secure, now }: WebSessionsOptions): WebSessions {
  const name = `${secure ? '__Secure-' : ''}finspace_mcp_approver`;
  const attributes = () => `Path=${home().slice(0, -1)}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  return {
    signInCookie: ({ principal, targets, expiresMs }) => {
      const session: WebSession = {
        principal,
        targets,
        id: randomBytes(16).toString('base64url'),
        expiresMs: Math.min(expiresMs, now() + PLAN_OPEN_MS),
      };
      const value = signer.sign(Buffer.from(JSON.stringify(session)).toString('base64url'));
      const seconds = Math.ceil((session.expiresMs - now()) / 1_000);
      return `${name}=${value}; ${attributes()}; Max-Age=${seconds}`;
    },
    get signOutCookie() {
      return `${name}=; ${attributes()}; Max-Age=0`;
    },
    of: ({ headers }) => {
      const pairs = (headers.get('cookie') ?? '').split(/; */).filter((pair) => pair.startsWith(`${name}=`));
      for (const pair of pairs) {
        try {
          const session = JSON.parse(
            Buffer.from(signer.verify(pair.slice(name.length + 1)), 'base64url').toString('utf8'),
          ) as WebSession;
          if (session.expiresMs > now()) return session;
        } catch {}
      }
      return undefined;
    },
  };
}
