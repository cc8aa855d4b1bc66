import { document, FORM_HEADERS } from './document.ts';
import { html } from './html.ts';

export interface SignInView {
  readonly home: string;
  /** Code of the plan to go on to; the list when empty. */
  readonly to: string;
  readonly error?: string;
  /** Another site led here, so that the browser kept its cookie back; it is sent when the page is loaded anew from here. */
  readonly cameFromElsewhere?: boolean;
}

const CHALLENGE = { 'www-authenticate': 'Bearer scope="finspace:approve"' };

/** Takes a token, by a form only: a token in an address would stay in histories and logs. */
export function signInPage({ home, to, error, cameFromElsewhere = false }: SignInView): Response {
  const body = html`<section><h1>Sign in to approve</h1>
<p class="soft">An agent asks for something that a person has to approve. Your own access token shows who you are; it needs the scope <code>finspace:approve</code>.</p></section>
<form method="post" action="${home}sign-in" autocomplete="off">
${error === undefined ? undefined : html`<p class="error" role="alert">${error}</p>`}
<input type="hidden" name="to" value="${to}">
<label for="approver-token">Your token</label>
<input id="approver-token" name="approver-token" type="password" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="12000" required>
<p class="hint">It is used once, to find out who you are, and kept nowhere. You stay signed in for a quarter of an hour.</p>
<div class="acts"><button class="go">Sign in</button></div></form>`;
  return document({
    title: 'Sign in to approve',
    body,
    status: error === undefined ? 401 : 403,
    foot: html`Type your token only after you have looked at the address of this page. No agent and no colleague needs it.`,
    headers: { ...FORM_HEADERS, ...(error === undefined ? CHALLENGE : {}) },
    ...(cameFromElsewhere ? { refresh: { seconds: 0, path: `${home}${to}` } } : {}),
  });
}
