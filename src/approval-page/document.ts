import { type Html, html } from './html.ts';
import { STYLE, STYLE_HASH } from './style.ts';

export interface Page {
  readonly title: string;
  readonly body: Html;
  readonly status?: number;
  /** Code of the plan, shown at the top right. */
  readonly code?: string | undefined;
  /** Path that the title at the top links to, such as that of the list of plans. */
  readonly home?: string | undefined;
  /** A link for keyboard and screen-reader users that skips the text above the form. */
  readonly skip?: { readonly to: string; readonly text: string };
  /** Reloads the page after this many seconds, at this path. */
  readonly refresh?: { readonly seconds: number; readonly path: string } | undefined;
  /** The footer; a warning about the passphrase when omitted. */
  readonly foot?: Html | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A complete page as a response that no other site can frame, read, script or cache. */
export function document({
  title,
  body,
  status = 200,
  code,
  home,
  skip,
  refresh,
  foot = LOCAL,
  headers = {},
}: Page): Response {
  const reload =
    refresh === undefined
      ? undefined
      : html`<meta http-equiv="refresh" content="${refresh.seconds};url=${refresh.path}">`;
  const top =
    home === undefined ? html`<span>finspace-mcp approvals</span>` : html`<a href="${home}">finspace-mcp approvals</a>`;
  const { markup } = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">${reload}<title>${title}</title><style>${{ markup: STYLE }}</style></head>
<body>${skip === undefined ? undefined : html`<a class="skip" href="${skip.to}">${skip.text}</a>`}<header>${SHIELD}${top}${code === undefined ? undefined : html`<span class="code">${code}</span>`}</header>
<main>${body}</main>
<footer>${foot}</footer>
</body></html>`;
  return new Response(markup, { status, headers: { ...HEADERS, ...headers } });
}

const LOCAL = html`This page is served on this computer only. Type the passphrase only on a page whose link came from your own terminal or MCP client.`;
const SHIELD = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3l7 3v5c0 4.6-2.9 8.3-7 10-4.1-1.7-7-5.4-7-10V6z"/><path d="M9 12l2.2 2.2L15.2 10"/></svg>`;

const POLICY = [
  "default-src 'none'",
  `style-src '${STYLE_HASH}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), publickey-credentials-get=()',
};

/**
 * For pages with a form. Under `no-referrer`, a browser posts with `Origin: null`, which a hostile frame can also force. Under
 * this policy it sends the real origin, and other sites still learn nothing.
 */
export const FORM_HEADERS = { 'referrer-policy': 'same-origin' };
