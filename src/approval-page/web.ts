import { createHash } from 'node:crypto';
import { bearerToken } from '../bearer-token.ts';
import { digest } from '../digest.ts';
import { approvalActions } from '../safety/approval-actions.ts';
import type { Ledger, PendingApproval } from '../safety/ledger.ts';
import { type ServerSignature, WEB } from '../safety/server-signature.ts';
import type { StateSigners } from '../safety/state-signer.ts';
import { fieldsOf, type ReadingLimits } from './fields.ts';
import { foreignRequest } from './foreign-request.ts';
import { html } from './html.ts';
import { type NoticeName, notice } from './notices.ts';
import { type ApprovalPageContext, handlePlans, isPlanCode, type Outcome, type RecentPlan } from './plans.ts';
import { type Person, type WebSession, type WebSessions, webSessions } from './web-session.ts';
import { signInPage } from './web-views.ts';

/** Path of the page on a server. */
export const APPROVALS = '/approvals';
/** URL of the page on a server with this URL. */
export const approvalsUrl = (base: string): string => `${base.replace(/\/$/, '')}${APPROVALS}`;
/** Path that the sign-in form is sent to, by people who are not signed in. */
export const SIGN_IN = `${APPROVALS}/sign-in`;

/** Where the plans of one target are; `target` is undefined for the only target of a server. */
export interface PlanSource {
  /** The server that made the plans; the ledger may hold those of others. */
  readonly server: string;
  readonly target: string | undefined;
  readonly ledger: Ledger;
}

/** The person to whom a token belongs, or why it does not sign anyone in. */
export type SignInResult = Person | 'unknown' | 'no-scope' | 'issuer-away';

export interface WebPageOptions {
  readonly sources: readonly PlanSource[];
  readonly signers: StateSigners;
  readonly pageSignature: ServerSignature;
  readonly now: () => number;
  /** Path of the list of plans, as browsers see it; ends with a slash. */
  readonly home: () => string;
  /** The origins from which a request with this Host may have been sent. */
  readonly origins: (host: string) => readonly string[];
  /** Whether browsers reach the page over TLS. */
  readonly secure: boolean;
  readonly signIn: (token: string) => Promise<SignInResult>;
  /** Counts a wrong token from this address. Returns false after too many. */
  readonly countWrongToken: (peer: string) => boolean;
  readonly onerror: (error: unknown) => void;
}

/** The approval page for people with a token. Returns the response, and the person for the log. */
export type WebPage = (request: Request, visit: Visit) => Promise<{ principal?: string; response: Response }>;

/** How a visitor reaches the page. */
export interface Visit {
  /** Address of the visitor. */
  readonly peer: string;
  /** Limits for reading a sign-in form. */
  readonly reading?: ReadingLimits | undefined;
}

/** The approval page of a server: people sign in with their own token and decide about requests of others. */
export function webPage(options: WebPageOptions): WebPage {
  const { home, now, signers, secure, onerror } = options;
  const sessions = webSessions({ signer: signers('approval session'), home, secure, now });
  const site: Site = { ...options, sessions, recentPlansByTargets: new Map(), wrongNames: new Map() };
  return (request, visit) =>
    respond(site, request, visit).catch((error: unknown) => {
      onerror(error);
      return { response: noticeToSignIn(site, 'failed') };
    });
}

/** The page with what it keeps between requests. */
interface Site extends WebPageOptions {
  readonly sessions: WebSessions;
  /** By the targets that a person may see, so that no one sees plans of other targets. */
  readonly recentPlansByTargets: Map<string, Map<string, RecentPlan>>;
  /** The number of wrong names by plan (its nonce). */
  readonly wrongNames: Map<string, number>;
}

async function respond(site: Site, request: Request, visit: Visit): ReturnType<WebPage> {
  const refusal = foreignRequest(request, site.origins(request.headers.get('host') ?? ''));
  if (refusal !== undefined) return { response: noticeToSignIn(site, refusal) };
  const { home, sessions } = site;
  const url = new URL(request.url);
  const path = url.pathname.slice(APPROVALS.length + 1);
  const isPost = request.method === 'POST';
  if (isPost && url.pathname === SIGN_IN) return { response: await handleSignIn(site, request, visit) };
  if (isPost && path === 'sign-out')
    return { response: noticeToSignIn(site, 'signed-out', '', { 'set-cookie': sessions.signOutCookie }) };
  const session = await sessionOf(site, request, visit.peer);
  if (session instanceof Response) return { response: session };
  if (session === undefined) return { response: signedOutPage(request, path, home()) };
  const { principal } = session;
  const outcome = isPost ? undefined : outcomeIn(site, path, url.search.slice(1));
  if (outcome !== undefined)
    return { principal, response: notice(outcome, { home: home(), code: path, foot: footOf(session, home()) }) };
  return { principal, response: await handlePlans(request, path, pageContext(site, session)) };
}

async function handleSignIn(site: Site, request: Request, { peer, reading }: Visit): Promise<Response> {
  const fields = await fieldsOf(request, reading);
  if (typeof fields === 'string') return noticeToSignIn(site, fields);
  const planCode = planCodeOrNone(fields.get('to') ?? '');
  const found = await site.signIn((fields.get('approver-token') ?? '').trim());
  if (found === 'issuer-away') return noticeToSignIn(site, found, planCode, { 'retry-after': '5' });
  if (found === 'no-scope') return noticeToSignIn(site, found, planCode);
  if (found === 'unknown')
    return wrongToken(site, peer, planCode, 'That token is not valid here. Nothing was approved.');
  return new Response(null, {
    status: 303,
    headers: {
      location: `${site.home()}${planCode}`,
      'set-cookie': site.sessions.signInCookie(found),
      'cache-control': 'no-store',
    },
  });
}

/** The code of the plan to show after the sign-in; empty for the list. */
const planCodeOrNone = (text: string) => (isPlanCode(text) ? text : '');

/** The session of a request: by the person's token, which an authenticating proxy passes on, or else by the cookie. */
async function sessionOf(site: Site, request: Request, peer: string): Promise<WebSession | Response | undefined> {
  const token = bearerToken(request);
  // A cookie beside a token may be left over from someone else.
  if (token === undefined) return site.sessions.of(request);
  const found = await site.signIn(token);
  if (typeof found === 'object') return { ...found, id: createHash('sha256').update(token).digest('base64url') };
  if (found !== 'unknown') return noticeToSignIn(site, found);
  return wrongToken(site, peer, '', 'The token in the request is not valid here.');
}

/** A valid token is always accepted, so that nobody can lock out others at the same address. */
function wrongToken(site: Site, peer: string, planCode: string, error: string): Response {
  if (!site.countWrongToken(peer)) return noticeToSignIn(site, 'too-many-tokens', planCode, { 'retry-after': '600' });
  return signInPage({ home: site.home(), planCode, error });
}

/** For visitors who are not signed in; links to the sign-in form, and from there to the plan. */
const noticeToSignIn = ({ home }: Site, name: NoticeName, planCode = '', headers: Record<string, string> = {}) =>
  notice(name, { home: `${home()}${planCode}`, back: 'Sign in', foot: FOOT, headers });

function pageContext(site: Site, session: WebSession): ApprovalPageContext {
  const { now, home, signers, pageSignature } = site;
  const { principal, id } = session;
  const signer = signers('approval form');
  const isOwn = (pending: PendingApproval) => pending.principal === principal;
  return {
    home: home(),
    now,
    visitor: principal,
    recentPlans: recentPlansOf(site, session),
    formToken: (pending) => signer.sign(digest([principal, id, pending])),
    foot: footOf(session, home()),
    proof: (pending) => (isOwn(pending) ? 'own-request' : 'signed-in'),
    approver: async (pending) =>
      isOwn(pending)
        ? notice('own-plan', { home: home(), code: pending.code, foot: footOf(session, home()) })
        : pageSignature,
    pathAfter: (code, how) => `${home()}${code}?${outcomeSigner(site).sign(`${code}-${how}`)}`,
    actions: actionsFor(site, session),
  };
}

/** What a person can decide: the plans of all targets that they may approve for. */
function actionsFor(
  { sources, now, wrongNames }: Site,
  { principal, targets }: WebSession,
): ApprovalPageContext['actions'] {
  const mine = sources.filter(({ target }) => targets.includes(target ?? ''));
  const sourceOf = ({ shown }: PendingApproval) =>
    mine.find(({ server, target }) => server === shown.server && target === shown.target);
  const actionsOn = async (pending: PendingApproval) => {
    const ledger = sourceOf(pending)?.ledger;
    return ledger && approvalActions({ ledger, now, user: principal, channel: WEB, wrongNames });
  };
  return {
    list: async () => {
      const lists = await Promise.all(mine.map(({ ledger }) => ledger.list()));
      const open = lists.flat().filter((pending) => sourceOf(pending) !== undefined);
      return [...new Map(open.map((pending) => [pending.nonce, pending])).values()];
    },
    status: async (code) => {
      const found = await Promise.all(mine.map(({ ledger }) => ledger.status(code)));
      return found.find((status) => status !== undefined);
    },
    check: async (pending, typed) => (await actionsOn(pending))?.check(pending, typed) ?? 'closed',
    approve: async (pending, typed, approver) =>
      (await actionsOn(pending))?.approve(pending, typed, approver) ?? 'closed',
    decline: async (pending) => (await actionsOn(pending))?.decline(pending) ?? 'closed',
  };
}

/** The plans that were open recently, for people with the same targets. */
function recentPlansOf({ recentPlansByTargets }: Site, { targets }: WebSession): Map<string, RecentPlan> {
  const recentPlans = recentPlansByTargets.get(targets.join()) ?? new Map<string, RecentPlan>();
  recentPlansByTargets.set(targets.join(), recentPlans);
  return recentPlans;
}

const outcomeSigner = ({ signers }: Site) => signers('approval ending');

/** How a plan ended, from the URL that its form led to; any replica can read it. */
function outcomeIn(site: Site, code: string, query: string): Outcome | undefined {
  if (query === '') return undefined;
  try {
    const [, decidedCode, how] = /^([^-]+)-(.+)$/.exec(outcomeSigner(site).verify(query)) ?? [];
    return decidedCode === code ? (how as Outcome) : undefined;
  } catch {
    return undefined;
  }
}

/** The page for visitors who are not signed in, or whose browser withheld the cookie because they came from another site. */
function signedOutPage(request: Request, path: string, home: string): Response {
  const planCode = planCodeOrNone(path);
  if (request.method !== 'GET') return notice('signed-out', { home, back: 'Sign in', foot: FOOT });
  return signInPage({ home, planCode, cameFromElsewhere: request.headers.get('sec-fetch-site') === 'cross-site' });
}

const FOOT = html`Sign in only with your own token, and check the address of this page first.`;
const footOf = ({ principal }: WebSession, home: string) =>
  html`<form class="out" method="post" action="${home}sign-out">Signed in as ${principal}. <button>Sign out</button></form>`;
