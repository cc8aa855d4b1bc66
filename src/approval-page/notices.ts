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

/** Every page with a single message, by event. */
export const NOTICES = {
  approved: {
    status: 200,
    mark: 'good',
    title: 'Approved',
    text: 'The agent can now make the same call again. It runs once, and only if nothing has changed by then.',
  },
  declined: {
    status: 200,
    mark: 'wait',
    title: 'Declined',
    text: 'Nothing runs. If the agent repeats the call, it needs a new decision.',
  },
  'wrong-name': {
    status: 409,
    mark: 'lost',
    title: 'Wrong name',
    text: 'The name was wrong three times, so the plan is closed and nothing runs. To start over, have the agent repeat the call.',
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
    text: 'The same client has since requested too many other plans, so this one is closed. If you still want it, have the agent repeat the call.',
  },
  'already-approved': {
    status: 409,
    mark: 'good',
    title: 'You already approved this',
    text: 'It was approved on this page, perhaps in another tab. An approval counts once; sending it again has no effect.',
  },
  'already-declined': {
    status: 409,
    mark: 'wait',
    title: 'You already declined this',
    text: 'It was declined on this page, perhaps in another tab. Nothing runs.',
  },
  'approved-by-other': {
    status: 409,
    mark: 'wait',
    title: 'Another person approved this',
    text: 'It was approved before your form arrived, so your form has no effect. The agent can make the call once, if nothing has changed by then.',
  },
  'declined-by-other': {
    status: 409,
    mark: 'wait',
    title: 'Another person declined this',
    text: 'It was declined before your form arrived, so your form has no effect. Nothing runs.',
  },
  expired: {
    status: 410,
    mark: 'wait',
    title: 'This plan has expired',
    text: 'Nothing runs. If you still want it, have the agent repeat the call.',
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
    text: 'Nothing was approved. The plan stays open until it expires.',
  },
  'not-this-form': {
    status: 403,
    mark: 'lost',
    title: 'This form is out of date',
    text: 'The page has changed since, so the form was ignored. Read the plan again.',
  },
  'link-used': {
    status: 410,
    mark: 'lost',
    title: 'This link has already been used',
    text: 'It works in one browser only. If someone else opened it, stop the program that gave you the link.',
  },
  stranger: {
    status: 403,
    mark: 'lost',
    title: 'Open the link in the original browser',
    text: 'Only the browser that opened the link first can see the plans.',
  },
  'other-origin': {
    status: 403,
    mark: 'lost',
    title: 'Request from another page rejected',
    text: 'Only this page itself can send its forms and show its plans.',
  },
  'wrong-host': {
    status: 421,
    mark: 'lost',
    title: 'Wrong host name',
    text: 'Open the link exactly as you received it.',
  },
  'not-found': {
    status: 404,
    mark: 'wait',
    title: 'Page not found',
    text: 'Open the link as you received it.',
  },
  'method-not-allowed': {
    status: 405,
    mark: 'lost',
    title: 'Method not allowed',
    text: 'This page accepts only page views and its own forms.',
  },
  'not-a-form': {
    status: 415,
    mark: 'lost',
    title: 'Invalid form',
    text: 'This request did not come from the form of this page.',
  },
  'too-slow': {
    status: 408,
    mark: 'lost',
    title: 'Timed out',
    text: 'The form did not arrive completely, so it was ignored. Send it again.',
  },
  'own-plan': {
    status: 403,
    mark: 'lost',
    title: 'You made this request',
    text: 'You cannot approve your own request. Another person with a token that has finspace:approve must approve it.',
  },
  'no-scope': {
    status: 403,
    mark: 'lost',
    title: 'This token cannot approve',
    text: 'It is valid, but does not have the scope finspace:approve here. Sign in with another token.',
  },
  'signed-out': { status: 200, mark: 'wait', title: 'Signed out', text: 'All open plans stay open.' },
  'too-many-tokens': {
    status: 429,
    mark: 'lost',
    title: 'Too many wrong tokens',
    text: 'Too many wrong tokens came from your address within ten minutes. A valid token is still accepted.',
  },
  'issuer-away': {
    status: 503,
    mark: 'wait',
    title: 'The token cannot be checked',
    text: 'The keys of its issuer are not available. Try again in a moment.',
  },
  failed: {
    status: 500,
    mark: 'lost',
    title: 'Something went wrong',
    text: 'Nothing was approved. The log of finspace-mcp, or the terminal that opened this page, says why.',
  },
} as const satisfies Record<string, Notice>;

export type NoticeName = keyof typeof NOTICES;

interface NoticeOptions extends Pick<Page, 'home' | 'code' | 'foot' | 'headers'> {
  readonly more?: string | undefined;
  /** Label of the link back. */
  readonly back?: string;
}

/** A page with one message. `more` follows its text; `home` adds a link back. */
export function notice(
  name: NoticeName,
  { home, code, more, foot, headers, back: backLabel = 'See other open plans' }: NoticeOptions = {},
): Response {
  const { status, mark, title, text } = NOTICES[name];
  const back =
    home === undefined ? undefined : html`<div class="acts"><a class="button" href="${home}">${backLabel}</a></div>`;
  const body = html`<section role="status">${MARKS[mark]}<h1>${title}</h1><p>${text}</p>${more === undefined ? undefined : html`<p class="soft">${more}</p>`}${back}</section>`;
  return document({ title, body, status, code, home, headers, foot });
}
