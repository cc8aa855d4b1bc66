import { quoteUntrusted, quoteWhole } from '../untrusted.ts';
import { approveLine, countedLine, countText, totalLossLine, worstLine } from './approval-head.ts';
import { COLUMNS } from './approval-label.ts';
import type { LabelledValue } from './backend-location.ts';
import { byKind } from './item-text.ts';
import type { Change, Item, Note } from './plan-parts.ts';
import { EVERYTHING, type Visibility, type VisibleItem, visibleItemText } from './visibility.ts';

/** Everything that a person reads before approving. */
export interface ApprovalParts {
  /** What and where, in at most 80 columns. */
  readonly what: string;
  /** What the person must type. */
  readonly typed: string;
  /** Whether what is lost is removed step by step, in the given order. */
  readonly inOrder?: boolean;
  readonly where: readonly LabelledValue[];
  readonly isFinal: boolean;
  readonly changes: readonly Change[];
  readonly lost: readonly Item[];
  readonly interrupted: readonly Item[];
  /** Other facts that matter. */
  readonly notes: readonly Note[];
  /** Facts about the target; each list becomes one line. */
  readonly details: readonly (readonly LabelledValue[])[];
}

/** The line of a plan that is final. */
export const CANNOT_UNDO = 'This cannot be undone.';
/** What a call affects, as people read it. */
export const GROUPS = { lost: 'Lost for good', interrupted: 'Interrupted' } as const;
/** The lines above the lists of a plan. */
export const TITLES = {
  lostInOrder: `${GROUPS.lost}, in this order:`,
  lost: `${GROUPS.lost}:`,
  interrupted: `${GROUPS.interrupted}:`,
  changes: 'Changes:',
};
/** The beginning of the line that replaces lists which are too long. */
export const TOO_MANY = 'Too many to list in a form: ';

export interface FittedText {
  readonly text: string;
  /** Whether a form can show it: the name to type may be too wide for one line, or the text longer than people read. */
  readonly formFit: 'fits' | 'too-wide' | 'too-long';
}

/** Maximum lines of a form below the first three. */
const MAX_LINES = 200;
const MAX_CHARACTERS = 100_000;
/** Maximum characters of an old value: enough for a network rule. */
const MAX_OLD_VALUE = 160;

/**
 * The text of a plan. Its first three lines suffice: what and where, the worst effect, and what to type. The others follow in a
 * fixed order, with foreign text only inside quotes or as the plain name of a setting, so that no name or description can add, hide or
 * reorder a line. With the `visibility` of a caller, it omits what that caller may not see, and the path of the local world.
 */
export function approvalText(parts: ApprovalParts, visibility: Visibility = EVERYTHING): FittedText {
  const { typed, inOrder = false, where, isFinal, changes, details } = parts;
  const [lost, interrupted] = [visibility.redact(parts.lost), visibility.redact(parts.interrupted)];
  const instruction = approveLine(typed);
  const changeLines = changes.map(changeLine);
  const lists = [
    ...itemLines(TITLES.lostInOrder, inOrder ? lost : [], (at) => `${at + 1}. `),
    ...itemLines(TITLES.lost, inOrder ? [] : lost),
    ...itemLines(TITLES.interrupted, interrupted),
  ];
  const rest = [
    ...factLine(where.filter(([label]) => visibility === EVERYTHING || label !== 'world')),
    ...(isFinal ? [CANNOT_UNDO] : []),
    ...parts.notes.filter(({ needs }) => needs === undefined || visibility.isOffered(needs)).map(({ says }) => says),
    ...(changeLines.length === 0 ? [] : [TITLES.changes, ...changeLines]),
  ];
  const detailLines = details.flatMap(factLine);
  const hasManyLines = rest.length + lists.length + detailLines.length > MAX_LINES;
  const shown = hasManyLines && lists.length > 0 ? [summaryLine([...lost, ...interrupted])] : lists;
  const text = [
    inOrder ? countedLine(parts.what, lost) : parts.what,
    inOrder ? totalLossLine(lost) : worstLine({ lost, interrupted, changes }),
    instruction,
    ...rest,
    ...shown,
    ...detailLines,
  ].join('\n');
  if (hasManyLines || text.length > MAX_CHARACTERS) return { text, formFit: 'too-long' };
  return { text, formFit: instruction.length > COLUMNS ? 'too-wide' : 'fits' };
}

/** The first lines: what and where, the worst effect, and what to type. */
export const firstLines = (text: string): string[] => text.split('\n').slice(0, 3);

/** `name: "a" -> "b".`; new values are never cut. */
function changeLine({ setting, before, after }: Change): string {
  const name = /^[\w.:@/-]+$/.test(setting) ? setting : quoteWhole(setting);
  if (before !== undefined && before === after) return `${name}: stays ${quoteWhole(after)}.`;
  const old = before === undefined ? 'not set' : quoteUntrusted(before, MAX_OLD_VALUE);
  return `${name}: ${old} -> ${after === undefined ? 'removed' : quoteWhole(after)}.`;
}

/** `status: "RUNNING", clusterType: "RDB".`; no line without facts. */
const factLine = (facts: readonly LabelledValue[]): string[] =>
  facts.length === 0 ? [] : [`${facts.map(([label, value]) => `${label}: ${quoteUntrusted(value)}`).join(', ')}.`];

const itemLines = (title: string, rows: readonly VisibleItem[], mark: (at: number) => string = () => '- ') =>
  rows.length === 0 ? [] : [title, ...rows.map((row, at) => `${mark(at)}${visibleItemText(row)}.`)];

const summaryLine = (rows: readonly VisibleItem[]) =>
  `${TOO_MANY}${byKind(rows).map(countText).join(', ')}. Approvals in a terminal or a browser list all of them.`;
