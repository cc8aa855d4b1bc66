import { ago, left, placeOf, planText } from '../safety/approver-text.ts';
import type { Item } from '../safety/blast/finding.ts';
import type { Question } from '../safety/ledger.ts';
import { itemText } from '../safety/question.ts';
import { document, FORM_HEADERS } from './document.ts';
import { type Html, html } from './html.ts';
import { isCut, picture } from './picture.ts';

const LOOK_AGAIN_SECONDS = 15;

/** What waits, newest facts every few seconds. */
export function listPage(waiting: readonly Question[], home: string, now: number): Response {
  const rows = waiting.map(
    (question) => html`<li><a href="${home}${question.code}"><span class="code">${question.code}</span>
<b>${sentence(planText(question).headline)}</b>
<span class="small">${placeOf(question)}<br>asked ${ago(question.opened, now)} by ${question.principal}, open for another ${left(question.expires, now)}</span></a></li>`,
  );
  const body =
    waiting.length === 0
      ? html`<section><h1>Nothing waits for you</h1><p class="soft">When an agent asks for something that cannot be undone, it appears here. This page looks every ${LOOK_AGAIN_SECONDS} seconds.</p></section>`
      : html`<section><h1>Waiting for your decision</h1><p class="soft">Nothing of this runs unless you approve it.</p></section><ul class="plans" role="list">${rows}</ul>`;
  const title = waiting.length === 0 ? 'Nothing waits' : `${waiting.length} waiting`;
  return document({ title, body, home, refresh: { seconds: LOOK_AGAIN_SECONDS, path: home } });
}

export interface PlanView {
  readonly question: Question;
  readonly home: string;
  readonly now: number;
  /** Proves that the form is the one that this page showed. */
  readonly token: string;
  readonly keyed: boolean;
  /** What was wrong with the last try, and the name that was typed with it. */
  readonly again?: { readonly error: string; readonly typed: string };
}

/** One plan, facts first, with the one form that can approve it. */
export function planPage({ question, home, now, token, keyed, again }: PlanView): Response {
  const { code, shown, principal, opened, expires } = question;
  const { headline, facts, notes } = planText(question);
  const isFinal = notes.some((note) => note.includes(FINAL));
  const steps = notes.filter((note) => STEP.test(note));
  const body = html`<section><p class="kicker">An agent asks you to approve:</p><h1>${sentence(headline)}</h1>
<p class="soft">Asked ${ago(opened, now)} by ${principal}. Open until ${clock(expires)}, for another ${left(expires, now)}.</p>
<dl>${facts.map(([label, value]) => html`<dt>${words(label)}</dt><dd>${value}</dd>`)}</dl>
<ul class="notes">${notes.filter((note) => !note.includes(FINAL) && !STEP.test(note)).map((note) => html`<li>${note}</li>`)}</ul>
${notes.filter((note) => note.includes(FINAL)).map((note) => html`<p class="final">${note}</p>`)}</section>
${consequences(question, steps.length > 0)}
<form method="post" action="${home}${code}" autocomplete="off">
${again === undefined ? undefined : html`<p class="error" role="alert">${again.error}</p>`}
<input type="hidden" name="token" value="${token}">
${keyed ? PASSPHRASE : UNKEYED}
<label for="name">To approve, type the name of the ${shown.noun}: <b>${shown.name}</b></label>
<input id="name" name="name" value="${again?.typed}" autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="1000" required>
<p class="hint">Anything else closes this plan, and nothing runs.</p>
<div class="acts"><button class="go${isFinal ? ' final-act' : ''}" name="act" value="approve">${isFinal && headline.startsWith('DELETE') ? 'Approve deletion' : 'Approve'}</button>
<button name="act" value="decline" formnovalidate>Decline</button></div>
<details><summary>The exact words of the plan</summary><pre>${{
    markup: shown.text
      .split('\n')
      .map((line) => html`${line}`.markup)
      .join('\n'),
  }}</pre></details>
</form>`;
  return document({
    title: `${sentence(headline)} (${code})`,
    body,
    code,
    home,
    status: again === undefined ? 200 : 403,
    headers: FORM_HEADERS,
  });
}

const PASSPHRASE = html`<label for="passphrase">Your passphrase</label>
<input id="passphrase" name="passphrase" type="password" autocomplete="off" maxlength="1000" required>`;
const UNKEYED = html`<p class="plain">No passphrase was set up, so this proves little: any program that runs as you, an agent with a shell too, could do the same. It counts on the local backend only. Set one up with <code>finspace-mcp approve --init</code>.</p>`;
const FINAL = 'This cannot be undone.';
/** One of the steps of a plan that has several. */
const STEP = /^\d+\. /;

/** `inOrder` says that what is lost goes step by step, in the order of the list. */
function consequences({ shown }: Question, inOrder: boolean): Html {
  const { lost, interrupted } = shown;
  if (lost.length + interrupted.length === 0)
    return html`<section><p class="soft">Nothing else is lost or interrupted, as far as the service tells.</p></section>`;
  return html`<figure><h2>${lost.length > 0 ? 'What goes with it' : 'What it interrupts'}</h2>${picture(shown)}
<details${isCut(shown) ? { markup: ' open' } : undefined}><summary>${inOrder ? 'In this order' : 'As a list'} (${lost.length + interrupted.length})</summary>
${listed('Lost for ever', 'lost', lost, inOrder ? 'ol' : 'ul')}${listed('Interrupted', 'wait', interrupted, 'ul')}</details></figure>`;
}

const listed = (title: string, kind: string, items: readonly Item[], list: 'ol' | 'ul') =>
  items.length === 0
    ? html``
    : html`<h3 class="${kind}">${title}</h3><${{ markup: list }}>${items.map((item) => html`<li>${itemText(item)}</li>`)}</${{ markup: list }}>`;

/** `DELETE database "x"` as people write it. */
export const sentence = (headline: string) =>
  headline.replace(/^[A-Z][A-Z ]+(?= )/, (verb) => `${verb.slice(0, 1)}${verb.slice(1).toLowerCase()}`);
/** `environmentId` as `environment id`. */
const words = (label: string) => label.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
/** `14:32`, in the time zone of this computer. */
export const clock = (time: number) =>
  new Date(time).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
