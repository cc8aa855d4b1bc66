import { CANNOT_UNDO, GROUPS } from '../safety/approval-text.ts';
import { isDescribed } from '../safety/item-text.ts';
import type { PendingApproval } from '../safety/ledger.ts';
import type { Item } from '../safety/plan-parts.ts';
import {
  ago,
  pagesOf,
  planText,
  remaining,
  requesterText,
  requestText,
  type SettingChange,
  WEAK_PROOF,
} from '../safety/plan-text.ts';
import { document, FORM_HEADERS } from './document.ts';
import { type Html, html, markedLettersNote, withMarkedLetters } from './html.ts';
import { picture } from './picture.ts';
import { stepsPicture } from './steps.ts';

const RELOAD_SECONDS = 15;

/** The open plans; reloads every few seconds. */
export function listPage(waiting: readonly PendingApproval[], home: string, now: number, foot?: Html): Response {
  const rows = waiting.map(
    (pending) => html`<li><a href="${home}${pending.code}"><span class="code">${pending.code}</span>
<b>${sentence(planText(pending).headline)}</b>
<span class="small">${planText(pending).where.map(([, value]) => html`<span>${readable(value)}</span>`)}<br>${requestText(pending, now)}</span></a></li>`,
  );
  const body =
    waiting.length === 0
      ? html`<section><h1>Nothing to approve</h1><p class="soft">When an agent requests something that needs approval, it appears here. This page reloads every ${RELOAD_SECONDS} seconds.</p></section>`
      : html`<section><h1>Waiting for your decision</h1><p class="soft">None of this runs unless a person approves it.</p></section><ul class="plans" role="list">${rows}</ul>`;
  const title = waiting.length === 0 ? 'Nothing to approve' : `${waiting.length} waiting`;
  return document({ title, body, home, refresh: { seconds: RELOAD_SECONDS, path: home }, foot });
}

export interface PlanView {
  readonly pending: PendingApproval;
  readonly home: string;
  readonly now: number;
  /** Proves that the form is the one that this page showed. */
  readonly formToken: string;
  /** What the person who approves must prove. */
  readonly proof: Proof;
  /** The command that sets a passphrase, shown if none is set. */
  readonly initCommand?: string | undefined;
  readonly foot?: Html | undefined;
  readonly lastAttempt?: FailedAttempt | undefined;
}

/** What was wrong with an attempt to approve, and the name typed with it. */
export interface FailedAttempt {
  readonly error: string;
  readonly typed: string;
}

/**
 * The passphrase, or nothing if none is set. Signed-in people have proved their identity, and cannot approve their own request.
 */
export type Proof = 'passphrase' | 'nothing' | 'signed-in' | 'own-request';

/** One plan: the facts first, then the form that can approve it. */
export function planPage({ pending, home, now, formToken, proof, initCommand, foot, lastAttempt }: PlanView): Response {
  const { code, shown, principal, opened, expires } = pending;
  const { headline, isDeletion, worst, instruction, where, details, changes, notes } = planText(pending);
  const isFinal = notes.includes(CANNOT_UNDO);
  const remarks = notes.filter((note) => note !== CANNOT_UNDO);
  const { name, lost, interrupted } = shown;
  const body = html`<section><h1>${sentence(headline)}</h1>
<p class="worst">${worst}</p>
${proof === 'own-request' ? undefined : html`<p class="how">${instruction}</p>`}
${isFinal ? html`<p class="final">${WARNING}${CANNOT_UNDO}</p>` : undefined}
${markedLettersNote([name, ...[...lost, ...interrupted].map((item) => item.name), ...[...where, ...details].map(([, value]) => value)])}
${factList('where', where)}
${remarks.length === 0 ? undefined : html`<ul class="notes">${remarks.map((note) => html`<li>${note}</li>`)}</ul>`}
<p class="soft small asked">Requested ${ago(opened, now)} by ${requesterText(principal)}. Open until ${clock(expires)}, for another ${remaining(expires, now)}.</p></section>
<form id="decide" method="post" action="${home}${code}" autocomplete="off" aria-labelledby="decision">
<h2 id="decision">Your decision</h2>
${lastAttempt === undefined ? undefined : html`<p class="error" id="error" role="alert">${lastAttempt.error}</p>`}
<input type="hidden" name="token" value="${formToken}">
${proof === 'nothing' ? withoutPassphrase(initCommand) : proofOf(proof, lastAttempt !== undefined)}
${proof === 'own-request' ? undefined : nameField(pending, lastAttempt?.typed)}
<div class="acts">${proof === 'own-request' ? undefined : html`<button class="go${isFinal ? ' final-act' : ''}" name="act" value="approve">${isDeletion ? 'Approve deletion' : 'Approve change'}</button>`}
<button name="act" value="decline" formnovalidate>Decline</button></div>
</form>
${consequences(pending)}
<section>${settingsTable(changes)}
${factList('details', details)}
<details><summary>Full text of the plan</summary><pre>${{
    markup: shown.text
      .split('\n')
      .map((line) => html`${line}`.markup)
      .join('\n'),
  }}</pre></details>
<p class="back"><a href="#decide">Back to your decision</a></p></section>`;
  return document({
    title: `${lastAttempt === undefined ? '' : 'Not approved yet: '}${sentence(headline)} (${code})`,
    body,
    code,
    home,
    skip: { to: '#decide', text: 'Go to your decision' },
    status: lastAttempt === undefined ? 200 : 403,
    foot,
    headers: FORM_HEADERS,
  });
}

const factList = (look: string, facts: readonly (readonly [string, string])[]) =>
  facts.length === 0
    ? undefined
    : html`<dl class="${look}">${facts.map(([label, value]) => html`<div><dt>${labelText(label)}</dt><dd>${withMarkedLetters(readable(value))}</dd></div>`)}</dl>`;

function settingsTable(rows: readonly SettingChange[]): Html | undefined {
  const row = ([path, before, after]: SettingChange) =>
    html`<div><dt>${readable(path)
      .split('.')
      .map(
        (part, at) => html`${at === 0 ? '' : { markup: '.<wbr>' }}${part}`,
      )}</dt><dd>${before === undefined ? 'stays ' : html`<span class="soft">${readable(before)} →</span> `}${readable(after)}</dd></div>`;
  return rows.length === 0 ? undefined : html`<h2>Changes</h2><dl class="settings">${rows.map(row)}</dl>`;
}

const WARNING = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 4L2.8 19.5h18.4zM12 10v4.5M12 17v.1"/></svg>`;
const passphraseField = (more: string): Html => ({
  markup: `<label for="passphrase">Your passphrase</label>
<input id="passphrase" name="passphrase" type="password" autocomplete="off" maxlength="1000" required${more}>`,
});
const PASSPHRASE_FIELD = passphraseField('');
const PASSPHRASE_FIELD_AGAIN = passphraseField(' aria-invalid="true" aria-describedby="error" autofocus');
const nameField = ({ shown }: PendingApproval, typed: string | undefined) =>
  html`<label for="name">To approve, type <b>${withMarkedLetters(shown.name)}</b></label>
<input id="name" name="name" value="${typed}" autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="1000" aria-describedby="name-hint" required>
<p class="hint" id="name-hint">Exactly as shown. The third wrong name closes this plan.</p>`;
const withoutPassphrase = (initCommand: string | undefined) =>
  html`<p class="plain">${WEAK_PROOF}${initCommand === undefined ? undefined : html` To set a passphrase, run <code>${initCommand}</code>.`}</p>`;
const OWN_REQUEST = html`<p class="plain">You made this request, so you cannot approve it. Another person with a token that has <code>finspace:approve</code> must approve it.</p>`;
const PROOFS = { passphrase: PASSPHRASE_FIELD, 'signed-in': undefined, 'own-request': OWN_REQUEST };
const proofOf = (proof: Exclude<Proof, 'nothing'>, isRepeated: boolean) =>
  proof === 'passphrase' && isRepeated ? PASSPHRASE_FIELD_AGAIN : PROOFS[proof];

function consequences({ shown }: PendingApproval): Html {
  const { lost, interrupted, inOrder = false } = shown;
  if (lost.length + interrupted.length === 0)
    return html`<section><p class="soft">As far as the service shows, nothing else is lost or interrupted.</p></section>`;
  return html`<figure><h2>${consequencesTitle(shown)}</h2>${inOrder ? stepsPicture(shown) : picture(shown)}
<details><summary>${inOrder ? 'In this order' : 'As a list'} (${lost.length + interrupted.length})</summary>
${itemList(GROUPS.lost, 'lost', lost, inOrder ? 'ol' : 'ul')}${itemList(GROUPS.interrupted, 'wait', interrupted, 'ul')}</details></figure>`;
}

function consequencesTitle({ lost, inOrder }: PendingApproval['shown']): string {
  if (inOrder) return 'What is removed';
  return lost.length > 0 ? 'What is lost' : 'What it interrupts';
}

/** Longer lists are grouped by kind, in pages; the items of a kind keep their order. */
const MAX_UNGROUPED = 100;

function itemList(title: string, look: string, items: readonly Item[], list: 'ol' | 'ul'): Html {
  if (items.length === 0) return html``;
  const listOf = (some: readonly Item[]) =>
    html`<${{ markup: list }}>${some.map(({ kind, name, detail }) => html`<li>${isDescribed(kind) ? '' : `${kind} `}<b>${withMarkedLetters(name)}</b> <span class="soft">${detail}</span></li>`)}</${{ markup: list }}>`;
  const pages = pagesOf(items).map(
    (page) => html`<details><summary>${page.title}</summary>${listOf(page.items)}</details>`,
  );
  return html`<h3 class="${look}">${title}</h3>${items.length > MAX_UNGROUPED ? pages : listOf(items)}`;
}

/** `DELETE database "x"` in sentence case. */
export const sentence = (headline: string) =>
  headline.replace(/^[A-Z][A-Z ]+(?= )/, (verb) => `${verb.slice(0, 1)}${verb.slice(1).toLowerCase()}`);
/** `environmentId` as `environment id`, `createdTimestamp` as `created`. */
const labelText = (label: string) =>
  label.replace(/^creat.*Timestamp$/, 'created').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
/** A quoted value without its quotes, where the layout sets it apart; times in readable form. */
const readable = (value: string) =>
  value
    .replace(/^"(.*)"$/, (_, inside: string) => inside.replaceAll(/\\(["\\])/g, '$1'))
    .replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):[\d.]+Z$/, '$1 $2 UTC');
/** `14:32 CET`, in the time zone of this computer. */
export const clock = (time: number) =>
  new Date(time).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' });
