import { createHmac, randomBytes } from 'node:crypto';
import { digest } from '../digest.ts';
import type { PendingApproval } from '../safety/ledger.ts';
import { secretsEqual } from '../secrets-equal.ts';
import { document } from './document.ts';
import { foreignRequest } from './foreign-request.ts';
import { html } from './html.ts';
import { type NoticeName, notice } from './notices.ts';

/** Decides who may see the page: only the browser that opened the link, which its user gets in the terminal or in the client. */
export interface BrowserAccess {
  /** Path of the list of plans. It is secret too, but knowing it is not enough. */
  readonly home: string;
  /** Path of the link. It works in one browser only. */
  readonly link: string;
  /** Why a request is rejected before anything else is checked; undefined when it may continue. */
  refusal(request: Request): NoticeName | undefined;
  /** Answers the link; undefined for every other path. */
  enter(request: Request, landing: string): Response | undefined;
  /** Whether this is the browser that opened the link. */
  isVisitor(request: Request): boolean;
  /** Proves that a form shows exactly this pending approval to this browser. */
  formToken(pending: PendingApproval): string;
}

const COOKIE = 'finspace_mcp_approval';
const secret = () => randomBytes(32).toString('base64url');

/** `origins` are the origins that the page is served under, for example `http://127.0.0.1:4000`; `newLinkText` says how to get a new link. */
export function browserAccess(origins: readonly string[], newLinkText: string): BrowserAccess {
  const hosts = origins.map((origin) => new URL(origin).host);
  const [folder, ticket, cookieValue, tokenKey] = [secret(), secret(), secret(), secret()];
  const home = `/${folder}/`;
  let used = false;

  const isVisitor = (request: Request) =>
    (request.headers.get('cookie') ?? '').split(/; */).some((pair) => secretsEqual(pair, `${COOKIE}=${cookieValue}`));
  return {
    home,
    link: `${home}open/${ticket}`,
    isVisitor,
    formToken: (pending) => createHmac('sha256', tokenKey).update(digest(pending)).digest('base64url'),
    refusal: (request) => {
      const { headers, url } = request;
      if (!hosts.includes((headers.get('host') ?? new URL(url).host).toLowerCase())) return 'wrong-host';
      if (!secretsEqual(new URL(url).pathname.split('/')[1] as string, folder)) return 'not-found';
      return foreignRequest(request, origins);
    },
    enter: (request, landing) => {
      const [, , action, given = ''] = new URL(request.url).pathname.split('/');
      if (action !== 'open' || request.method !== 'GET') return undefined;
      if (!secretsEqual(given, ticket)) return notice('not-found');
      if (used && !isVisitor(request)) return notice('link-used', { more: newLinkText });
      used = true;
      // Not a redirect: the browser must be on this site already when it sends a SameSite=Strict cookie for the first time.
      return document({
        title: 'Opening',
        body: html`<section><h1>Opening</h1><p><a href="${landing}">Continue</a></p></section>`,
        refresh: { seconds: 0, path: landing },
        headers: { 'set-cookie': `${COOKIE}=${cookieValue}; Path=${home}; HttpOnly; SameSite=Strict` },
      });
    },
  };
}
