import { counted } from '../inventory/units.ts';
import { quoteUntrusted } from '../untrusted.ts';
import type { ApprovalStatus, PendingApproval } from './ledger.ts';
import type { Item } from './plan-parts.ts';
import { LOCAL_CALLER } from './policy.ts';

/** The text of a plan, split into parts for a terminal or a page. The parts contain all of it. */
export interface PlanText {
  /** The first line: what and where. */
  readonly headline: string;
  /** The second: the worst loss, and the number of others. */
  readonly worst: string;
  /** The third: what to type. */
  readonly how: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** Lines that are neither facts nor the lists of losses and interruptions, which `shown` has as data. */
  readonly notes: readonly string[];
}

/** Splits the text of a plan by the template in approval-text.ts. */
export function planText({ shown }: Pick<PendingApproval, 'shown'>): PlanText {
  const [headline = '', worst = '', how = '', ...lines] = shown.text.split('\n').map(printable);
  const body = lines.filter((line) => !LISTS.test(line));
  return {
    headline,
    worst,
    how,
    facts: body.flatMap((line) => factsIn(line) ?? []),
    notes: body.filter((line) => factsIn(line) === undefined),
  };
}

/** Labels of facts about the location of a plan, in the order of its text. */
export const PLACE_LABELS = ['environment', 'account', 'region', 'backend', 'world'];

/** Where a plan applies, as its text names it. */
export function locationText(pending: Pick<PendingApproval, 'shown'>): string {
  const facts = new Map(planText(pending).facts);
  return PLACE_LABELS.flatMap((label) => (facts.has(label) ? `${label}: ${facts.get(label)}` : [])).join(', ');
}

/** The line with everything escaped that `quoteUntrusted` escapes, except quotes, which are the plan's own here. */
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
  const minutes = Math.floor((until - now) / 60_000);
  return minutes < 1 ? 'less than a minute' : `${minutes} min`;
}

const LISTS = /^(?:Lost for good(?:, in this order)?:|Interrupted:|Changes:|- .*|\d+\. .*|Too many to list .*)$/;
const FACT = /(\w+): ("(?:[^"\\]|\\.)*"(?: \(cut, \d+ characters\))?)/g;

/** `region: "x", backend: "y".` as pairs; undefined for any other line. */
function factsIn(line: string): [string, string][] | undefined {
  const found = [...line.matchAll(FACT)];
  const whole = found.map(([match]) => match).join(', ');
  return found.length > 0 && `${whole}.` === line
    ? found.map(([, label = '', value = '']) => [label, value])
    : undefined;
}

/** The items grouped by kind, in pages of a readable size. */
export function pagesOf(items: readonly Item[]): { readonly title: string; readonly items: readonly Item[] }[] {
  const kinds = [...new Set(items.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => {
    const same = items.filter((item) => item.kind === kind);
    return Array.from({ length: Math.ceil(same.length / PAGE) }, (_, at) => {
      const page = same.slice(at * PAGE, (at + 1) * PAGE);
      const range = same.length > PAGE ? `, ${at * PAGE + 1} to ${at * PAGE + page.length}` : '';
      return { title: `${counted(kind, same.length)}${range}`, items: page };
    });
  });
}

const PAGE = 100;

/** Why a plan is no longer open, for a person who wants to decide about it. */
export function closedReason({ state, successor }: ApprovalStatus): string {
  if (state === 'replaced')
    return `The newer plan ${successor} replaced it: its target changed, or the agent requested something else.`;
  if (state === 'evicted') return 'The same client requested too many newer plans.';
  if (state === 'expired') return 'It expired.';
  if (state === 'approved') return 'It is already approved; the agent has not repeated the call yet.';
  return state === 'consumed' ? 'It was approved and used.' : 'It was declined or closed.';
}
