import { counted } from '../inventory/units.ts';
import { quoteUntrusted } from '../untrusted.ts';
import { TITLES, TOO_MANY } from './approval-text.ts';
import { type LabelledValue, LOCATION_LABELS } from './backend-location.ts';
import { byKind, itemText } from './item-text.ts';
import type { ApprovalStatus, PendingApproval } from './ledger.ts';
import type { Item } from './plan-parts.ts';
import { LOCAL_CALLER } from './policy.ts';

/** The text of a plan, split into parts for a terminal or a page. The parts contain all of it except the lists. */
export interface PlanText {
  /** The first line: what and where. */
  readonly headline: string;
  readonly isDeletion: boolean;
  /** The second: the worst effect, and the number of others. */
  readonly worst: string;
  /** The third: what to type. */
  readonly instruction: string;
  /** Where it applies. */
  readonly where: readonly LabelledValue[];
  /** Facts about its target. */
  readonly details: readonly LabelledValue[];
  readonly changes: readonly SettingChange[];
  /** The other lines, except the lists of losses and interruptions, which `shown` has as data. */
  readonly notes: readonly string[];
}

/** A setting with its old value or `not set`, undefined if it stays, and its new value or `removed`. */
export type SettingChange = readonly [path: string, before: string | undefined, after: string];

/** Splits the text of a plan by the template in approval-text.ts. */
export function planText({ shown }: Pick<PendingApproval, 'shown'>): PlanText {
  const [headline = '', worst = '', instruction = '', ...lines] = shown.text.split('\n').map(printable);
  const facts = lines.flatMap(factsIn);
  const isLocationFact = ([label]: LabelledValue) => LOCATION_LABELS.some((each) => each === label);
  return {
    headline,
    isDeletion: headline.startsWith('DELETE '),
    worst,
    instruction,
    where: facts.filter(isLocationFact),
    details: facts.filter((fact) => !isLocationFact(fact)),
    changes: lines.flatMap(changeIn),
    notes: lines.filter((line) => !isOfList(line) && factsIn(line).length + changeIn(line).length === 0),
  };
}

/** The items that the text of a plan does not list, because it would be too long. */
export function unlisted(text: string, items: readonly Item[]): Item[] {
  const listed = new Set(text.split('\n').map((line) => line.replace(/^(?:-|\d+\.) /, '')));
  return items.filter((item) => !listed.has(`${itemText(item)}.`));
}

/** Where a plan applies, as its text names it. */
export const locationText = (pending: Pick<PendingApproval, 'shown'>): string =>
  planText(pending)
    .where.map((fact) => fact.join(': '))
    .join(', ');

/** The line with everything escaped that `quoteUntrusted` escapes, except quotes and backslashes, which are the plan's own here. */
export const printable = (line: string): string =>
  line.replace(/[^ -~]/gu, (character) => quoteUntrusted(character).slice(1, -1));

/** The requester in words: over stdio, it is any program that the user of this computer runs. */
export const requesterText = (principal: string) =>
  principal === LOCAL_CALLER.principal ? 'a client on this computer' : principal;

/** `just now`, `4 min ago`, `2 h ago`. */
export function ago(since: number, now: number): string {
  const minutes = Math.floor(Math.max(0, now - since) / 60_000);
  if (minutes === 0) return 'just now';
  return minutes < 60 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
}

/** `less than a minute`, `4 min`. */
export function remaining(until: number, now: number): string {
  const minutes = (until - now) / 60_000;
  return minutes < 1 ? 'less than a minute' : `${Math.ceil(minutes)} min`;
}

/** `requested 4 min ago by oauth:ann, open for another 11 min`. */
export const requestText = ({ opened, expires, principal }: PendingApproval, now: number): string =>
  `requested ${ago(opened, now)} by ${requesterText(principal)}, open for another ${remaining(expires, now)}`;

/** Said where a person can approve without a passphrase. */
export const WEAK_PROOF =
  'No passphrase is set, so an approval here is weak proof: any program that runs as you, such as an agent with a shell, could give it. It counts on the local backend only.';

const isOfList = (line: string) =>
  Object.values(TITLES).includes(line) || line.startsWith(TOO_MANY) || /^(?:-|\d+\.) /.test(line);
const QUOTED = String.raw`"(?:[^"\\]|\\.)*"(?: \(cut, \d+ characters in all\))?`;
const FACT = new RegExp(`(\\w+): (${QUOTED})`, 'g');
const CHANGE = new RegExp(`^([\\w.:@/-]+|${QUOTED}): (?:stays|(not set|${QUOTED}) ->) (removed|${QUOTED})\\.$`);

/** `region: "x", backend: "y".` as pairs; none in any other line. */
function factsIn(line: string): LabelledValue[] {
  const found = [...line.matchAll(FACT)];
  const whole = found.map(([match]) => match).join(', ');
  return `${whole}.` === line ? found.map(([, label = '', value = '']) => [label, value]) : [];
}

function changeIn(line: string): SettingChange[] {
  const found = CHANGE.exec(line);
  return found === null ? [] : [found.slice(1) as unknown as SettingChange];
}

/** The items grouped by kind, in pages of a readable size. */
export function pagesOf(items: readonly Item[]): { readonly title: string; readonly items: readonly Item[] }[] {
  return byKind(items).flatMap((same) =>
    Array.from({ length: Math.ceil(same.length / ITEMS_PER_PAGE) }, (_, at) => {
      const page = same.slice(at * ITEMS_PER_PAGE, (at + 1) * ITEMS_PER_PAGE);
      const range =
        same.length > ITEMS_PER_PAGE ? `, ${at * ITEMS_PER_PAGE + 1} to ${at * ITEMS_PER_PAGE + page.length}` : '';
      return { title: `${counted(same[0].kind, same.length)}${range}`, items: page };
    }),
  );
}

const ITEMS_PER_PAGE = 100;

/** Why a plan is no longer open, for a person who wants to decide about it. */
export function closedReason({ state, successor }: ApprovalStatus): string {
  if (state === 'replaced')
    return `The newer plan ${successor} replaced it: its target changed, or the agent requested something else.`;
  if (state === 'evicted') return 'The same client requested too many newer plans.';
  if (state === 'expired') return 'It expired.';
  if (state === 'approved') return 'It is already approved; the agent has not repeated the call yet.';
  return state === 'consumed' ? 'It was approved and used.' : 'It was declined or closed.';
}
