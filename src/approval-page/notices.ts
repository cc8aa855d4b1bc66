import { document, type Page } from './document.ts';
import { html } from './html.ts';

interface Notice {
  readonly status: number;
  readonly mark: keyof typeof MARKS;
  readonly title: string;
  readonly text: string;
}

const MARKS = {
  good: html`<svg class="mark good" viewBox="0 0 42 42" aria-hidden="true"><path d="M13 21.5l6 6L30 16"/></svg>`,
  lost: html`<svg class="mark lost" viewBox="0 0 42 42" aria-hidden="true"><path d="M15 15l12 12M27 15L15 27"/></svg>`,
  wait: html`<svg class="mark wait" viewBox="0 0 42 42" aria-hidden="true"><path d="M21 13v10M21 28.5v.1"/></svg>`,
};

/** Everything that this page says besides plans, by what happened. */
export const NOTICES = {
  approved: {
    status: 200,
    mark: 'good',
    title: 'Approved',
    text: 'The agent can now make the same call again. It runs once, and only if nothing has changed until then.',
  },
  declined: {
    status: 200,
    mark: 'wait',
    title: 'Declined',
    text: 'Nothing runs. The agent sees that it was declined.',
  },
  'wrong-name': {
    status: 409,
    mark: 'lost',
    title: 'That was not the name',
    text: 'The name was wrong three times, so the plan is closed and nothing runs. To go on, have the agent repeat the call.',
  },
  replaced: {
    status: 410,
    mark: 'wait',
    title: 'A newer plan replaced this one',
    text: 'This one can no longer be approved, so nothing runs. See the newer plan.',
  },
  evicted: {
    status: 410,
    mark: 'wait',
    title: 'Too many newer plans',
    text: 'The same client requested too many other plans since, so this one is closed. If it is still wanted, have the agent repeat the call.',
  },
  'already-approved': {
    status: 409,
    mark: 'good',
    title: 'You approved this already',
    text: 'It was approved on this page, perhaps in another tab. An approval counts once; sending it again changes nothing.',
  },
  'already-declined': {
    status: 409,
    mark: 'wait',
    title: 'You declined this already',
    text: 'It was declined on this page, perhaps in another tab. Nothing runs.',
  },
  expired: {
    status: 410,
    mark: 'wait',
    title: 'This plan has expired',
    text: 'Nothing was approved and nothing runs. If it is still wanted, have the agent repeat the call.',
  },
  closed: {
    status: 410,
    mark: 'wait',
    title: 'This plan is not open',
    text: 'It was answered elsewhere, has expired, or never existed. Nothing was approved here.',
  },
  'too-many': {
    status: 429,
    mark: 'lost',
    title: 'Too many wrong passphrases',
    text: 'Nothing was approved. The plan stays as it is until it expires.',
  },
  'not-this-form': {
    status: 403,
    mark: 'lost',
    title: 'This form is out of date',
    text: 'It is not what this page shows now, so it was not counted. Look at the plan again.',
  },
  'link-used': {
    status: 410,
    mark: 'lost',
    title: 'This link was used already',
    text: 'It works once. If somebody else opened it, stop the command in your terminal. For a new link: finspace-mcp approve --web',
  },
  stranger: {
    status: 403,
    mark: 'lost',
    title: 'Not this browser',
    text: 'Only the browser that opened the link from the terminal can see the plans. For a new link: finspace-mcp approve --web',
  },
  'elsewhere-from': {
    status: 403,
    mark: 'lost',
    title: 'Not from another page',
    text: 'Only this page itself can send its forms and show its plans.',
  },
  'wrong-host': {
    status: 421,
    mark: 'lost',
    title: 'Not this host name',
    text: 'Open the link as the terminal printed it.',
  },
  'not-found': {
    status: 404,
    mark: 'wait',
    title: 'There is nothing here',
    text: 'Open the link as you received it.',
  },
  'no-such-method': {
    status: 405,
    mark: 'lost',
    title: 'Not possible here',
    text: 'This page can be read, and its own forms can be sent.',
  },
  'not-a-form': {
    status: 415,
    mark: 'lost',
    title: 'Not a form',
    text: 'This is not what the form of this page sends.',
  },
  'too-slow': {
    status: 408,
    mark: 'lost',
    title: 'That took too long',
    text: 'The form did not arrive completely, so it was not counted. Send it again.',
  },
  'own-plan': {
    status: 403,
    mark: 'lost',
    title: 'You asked for this yourself',
    text: 'You cannot approve your own request. Somebody else who holds a token with finspace:approve must.',
  },
  'no-scope': {
    status: 403,
    mark: 'lost',
    title: 'This token may not approve',
    text: 'It is valid, but does not have the scope finspace:approve here. Sign in with another token.',
  },
  'signed-out': { status: 200, mark: 'wait', title: 'Signed out', text: 'All open plans stay open.' },
  'too-many-tokens': {
    status: 429,
    mark: 'lost',
    title: 'Too many wrong tokens',
    text: 'They came from your address within ten minutes. A valid token is still accepted.',
  },
  'nobody-can-tell': {
    status: 503,
    mark: 'wait',
    title: 'The token cannot be checked',
    text: 'The issuer of the token cannot be reached. Try again in a moment.',
  },
  failed: {
    status: 500,
    mark: 'lost',
    title: 'That did not work',
    text: 'Nothing was approved. The log of finspace-mcp, or the terminal that opened this page, says why.',
  },
} as const satisfies Record<string, Notice>;

export type NoticeName = keyof typeof NOTICES;

interface NoticeOptions extends Partial<Pick<Page, 'home' | 'code' | 'foot' | 'headers'>> {
  readonly more?: string;
  /** What the way back is called. */
  readonly back?: string;
}

/** A page with one message. `more` follows its text; `home` offers the way back. */
export function notice(
  name: NoticeName,
  { home, code, more, foot, headers, back: way = 'See what else waits' }: NoticeOptions = {},
): Response {
  const { status, mark, title, text } = NOTICES[name];
  const back =
    home === undefined ? undefined : html`<div class="acts"><a class="button" href="${home}">${way}</a></div>`;
  const body = html`<section role="status">${MARKS[mark]}<h1>${title}</h1><p>${text}</p>${more === undefined ? undefined : html`<p class="soft">${more}</p>`}${back}</section>`;
  return document({
    title,
    body,
    status,
    ...(code === undefined ? {} : { code }),
    ...(home === undefined ? {} : { home }),
    ...(headers === undefined ? {} : { headers }),
    foot,
  });
}
