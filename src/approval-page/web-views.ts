import { PLAN_OPEN_MS } from '../safety/ledger.ts';
import { document, FORM_HEADERS } from './document.ts';
import { html } from './html.ts';

export interface SignInView {
  readonly home: string;
  /** Code of the plan to continue with; the list when empty. */
  readonly planCode: string;
  readonly error?: string;
  /** The visitor came from another site, so the browser withheld its cookie. It sends the cookie when the page reloads itself. */
  readonly cameFromElsewhere?: boolean;
}

const CHALLENGE = { 'www-authenticate': 'Bearer scope="finspace:approve"' };

/** Accepts a token only by form: a token in a URL would stay in histories and logs. */
export function signInPage({ home, planCode, error, cameFromElsewhere = false }: SignInView): Response {
  const body = html`<section><h1>Sign in to approve</h1>
<p class="soft">An agent has requested a change that a person must approve. Sign in with your own access token; it needs the scope <code>finspace:approve</code>.</p></section>
<form method="post" action="${home}sign-in" autocomplete="off">
${error === undefined ? undefined : html`<p class="error" role="alert">${error}</p>`}
<input type="hidden" name="to" value="${planCode}">
<label for="approver-token">Your token</label>
<input id="approver-token" name="approver-token" type="password" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="12000" required>
<p class="hint">It is used once to identify you, and is not stored. You stay signed in for at most ${PLAN_OPEN_MS / 60_000} minutes.</p>
<div class="acts"><button class="go">Sign in</button></div></form>`;
  return document({
    title: 'Sign in to approve',
    body,
    status: error === undefined ? 401 : 403,
    foot: html`Check the address of this page before you type your token. Never give the token to an agent or a colleague.`,
    headers: { ...FORM_HEADERS, ...(error === undefined ? CHALLENGE : {}) },
    refresh: cameFromElsewhere ? { seconds: 0, path: `${home}${planCode}` } : undefined,
  });
}
