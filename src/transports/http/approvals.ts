import {
  approvalsUrl,
  type PlanSource,
  type SignInResult,
  type WebPage,
  type WebPageOptions,
  webPage,
} from '../../approval-page/web.ts';
import type { Authorization } from './auth/authorize.ts';
import { IssuerUnreachable } from './auth/jwt.ts';
import { type AllowedScopes, withIncludedScopes } from './auth/scopes.ts';
import { wrongTokenLimiter } from './auth/wrong-token-limiter.ts';

/** One endpoint for approvals: its plans, and who may use it. */
export interface ApprovalEndpoint extends PlanSource {
  /** The audience of its tokens. */
  readonly url: () => string;
  readonly allowedScopes: AllowedScopes | undefined;
}

export interface ApprovalsOptions extends Pick<WebPageOptions, 'signers' | 'pageSignature' | 'now'> {
  readonly endpoints: readonly ApprovalEndpoint[];
  readonly holderOf: Authorization['holderOf'];
  /** URL of this server as browsers see it, with the path prefix of a proxy if there is one. */
  readonly base: () => string;
  readonly isPublic: boolean;
  readonly onerror: (error: Error) => void;
}

/** The approval page for people who sign in with a token that has the scope `finspace:approve`. */
export function approvals(options: ApprovalsOptions): WebPage {
  const { endpoints, signers, pageSignature, base, isPublic, now, onerror } = options;
  const home = () => `${new URL(approvalsUrl(base())).pathname}/`;
  return webPage({
    sources: endpoints,
    signers,
    pageSignature,
    now,
    home,
    origins: (host) => {
      // A proxy may pass the host name on without the port.
      const { origin, hostname } = new URL(base());
      const given = host.toLowerCase();
      return [isPublic && given.replace(/:\d+$/, '') === hostname ? origin : `http://${given}`];
    },
    secure: isPublic && base().startsWith('https:'),
    signIn: (token) => signIn(token, options),
    countWrongToken: wrongTokenLimiter(now),
    onerror: (error) => onerror(error instanceof Error ? error : new Error(String(error))),
  });
}

/** Verifies a token as each endpoint would: its audience may be the endpoint or this page. */
async function signIn(token: string, { endpoints, holderOf, base }: ApprovalsOptions): Promise<SignInResult> {
  let person: Exclude<SignInResult, 'unknown' | 'issuer-away'> | undefined;
  try {
    for (const { target = '', url, allowedScopes } of endpoints) {
      const holder = await holderOf(token, [url(), approvalsUrl(base())]);
      if (holder === undefined) continue;
      const { principal, scopes, expiresMs } = holder;
      const allowed =
        allowedScopes === undefined ? scopes : scopes.filter((scope) => allowedScopes(principal)?.includes(scope));
      const mayApprove = withIncludedScopes(allowed).has('finspace:approve');
      const otherTargets = typeof person === 'object' ? person.targets : [];
      if (mayApprove) person = { principal, expiresMs, targets: [...otherTargets, target] };
      else person ??= 'no-scope';
    }
    return person ?? 'unknown';
  } catch (error) {
    if (error instanceof IssuerUnreachable) return 'issuer-away';
    throw error;
  }
}
