import type { Question } from './ledger.ts';
import { LOCAL_CALLER } from './policy.ts';
import { quoted } from './untrusted.ts';

/** The text of a plan, taken apart for people who look at it in a terminal or on a page. Nothing in it is left out. */
export interface PlanText {
  readonly headline: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** Lines that are neither facts nor the lists of what is lost and interrupted, which `shown` has as data. */
  readonly notes: readonly string[];
}

/** Takes the text of a plan apart by the template in question.ts. */
export function planText({ shown }: Pick<Question, 'shown'>): PlanText {
  const [headline = '', ...lines] = shown.text.split('\n').map(printable);
  const body = lines.filter((line) => !LISTS.test(line));
  return {
    headline,
    facts: body.flatMap((line) => factsIn(line) ?? []),
    notes: body.filter((line) => factsIn(line) === undefined),
  };
}

/** What says where a plan would take effect, in the order of its text. */
export const PLACE_LABELS = ['environment', 'account', 'region', 'backend', 'world'];

/** Where a plan would take effect, as far as its text says so. */
export function placeOf(question: Pick<Question, 'shown'>): string {
  const facts = new Map(planText(question).facts);
  return PLACE_LABELS.flatMap((label) => facts.get(label) ?? []).join(', ');
}

/** The line with everything escaped that `quoted` would escape, apart from quotes, which are ours here. */
export const printable = (line: string): string =>
  line.replace(/[^ -~]/gu, (character) => quoted(character).slice(1, -1));

/** Who asks, in words: over stdio it is whatever the user of this computer runs. */
export const asker = (principal: string) =>
  principal === LOCAL_CALLER.principal ? 'a client on this computer' : principal;

/** `just now`, `4 min ago`, `2 h ago`. */
export function ago(since: number, now: number): string {
  const minutes = Math.floor(Math.max(0, now - since) / 60_000);
  if (minutes === 0) return 'just now';
  return minutes < 60 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
}

/** `less than a minute`, `4 min`. */
export function left(until: number, now: number): string {
  const minutes = Math.floor((until - now) / 60_000);
  return minutes < 1 ? 'less than a minute' : `${minutes} min`;
}

const LISTS = /^(?:Lost for ever:|Interrupted:|- .*|and \d+ more of them|To approve, type .*)$/;
const FACT = /(\w+): ("(?:[^"\\]|\\.)*"(?: \(cut, \d+ characters\))?)/g;

/** `region: "x", backend: "y"` as pairs; undefined for a line that is anything else. */
function factsIn(line: string): [string, string][] | undefined {
  const found = [...line.matchAll(FACT)];
  const whole = found.map(([match]) => match).join(', ');
  return found.length > 0 && whole === line ? found.map(([, label = '', value = '']) => [label, value]) : undefined;
}
