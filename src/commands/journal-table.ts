import { utcSecond } from '../inventory/units.ts';
import type { Entry, WorldReplacement } from '../safety/journal.ts';
import { printable, requesterText } from '../safety/plan-text.ts';
import { foldLine } from './fold.ts';

/**
 * The journal for people, in the order in which calls started: a table with one row per call or, if the table is wider than the
 * terminal, one paragraph per call.
 */
export function journalTable(entries: readonly Entry[], columns?: number): string[] {
  const outcomes = new Map(
    entries.flatMap((entry) => (entry.kind === 'outcome' ? [[entry.call, entry] as const] : [])),
  );
  const shown = entries.filter((entry) => entry.kind !== 'outcome');
  const rows = shown.map((entry) => rowOf(entry, outcomes));
  if (rows.length === 0) return ['The journal is empty: no change has been made yet.'];
  const table = alignColumns([HEADINGS, ...rows]);
  const isWide = columns !== undefined && table.some((line) => line.length > columns);
  return isWide ? rows.flatMap((row) => paragraph(row.map(printable), columns)) : table;
}

type Outcome = Extract<Entry, { kind: 'outcome' }>;

/** The cells of `HEADINGS` for an entry. */
function rowOf(entry: Exclude<Entry, Outcome>, outcomes: ReadonlyMap<string, Outcome>): string[] {
  if (entry.kind === 'unreadable') return ['', '', `entry ${entry.sequence} is unreadable`, '', '', ''];
  const at = utcSecond(entry.at);
  if (entry.kind === 'clock-reset')
    return [at, entry.approver, 'reset the clock', `${utcSecond(entry.seen)} was recorded before`, 'done', ''];
  if (entry.kind === 'import')
    return [at, entry.user, 'imported a journal', `${entry.source} (${entry.entries} entries)`, 'done', ''];
  if (entry.kind === 'restore') return [at, entry.user, 'accepted a restored store', '', 'done', ''];
  const outcome = outcomes.get(entry.call);
  const result =
    outcome === undefined ? ['unknown', 'its end was not recorded'] : [outcome.result, ...listOf(outcome.error)];
  if (entry.kind === 'world') {
    const { user, act, file, region, source } = entry;
    const kept = `${result.join(': ')}; ${keptText(entry, outcome)}`;
    return [at, user, `world ${act}`, `${file} / ${region} / ${source}`, kept, ''];
  }
  const { operation, principal, approval } = entry;
  const approved =
    approval === undefined ? 'not required' : [approval.channel, ...listOf(approval.approver)].join(', ');
  return [at, requesterText(principal), operation, targetOf(entry), result.join(': '), approved];
}

/** What became of the world before a reset or an import. */
function keptText({ backup }: WorldReplacement, outcome: Outcome | undefined): string {
  if (outcome?.result === 'failed') return 'the world was not replaced';
  return backup === undefined ? 'the previous world had no changes to keep' : `previous world: ${backup}`;
}

/** `kdb-prod (m5cn…) / hdb-fx`: the target of a call; an environment has its name and its id. */
function targetOf({ target, environment, formerName }: Extract<Entry, { kind: 'intent' }>): string {
  const names = Object.entries(target).map(([label, value]) =>
    label === 'environmentId' && environment !== undefined ? `${environment} (${value})` : value,
  );
  return [...names, ...(formerName === undefined ? [] : [`was ${formerName}`])].join(' / ');
}

function paragraph([at, who, operation, target, outcome, approved]: readonly string[], columns: number): string[] {
  const more = approved === '' ? '' : `; approved: ${approved}`;
  return [`${at}  ${operation}`, `  ${target}`, `  ${outcome}; by ${who}${more}`].flatMap((line) =>
    foldLine(line, columns),
  );
}

const listOf = (text: string | undefined) => (text === undefined ? [] : [text]);

const HEADINGS = ['TIME (UTC)', 'WHO', 'OPERATION', 'TARGET', 'OUTCOME', 'APPROVED'];

function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map(printable));
  const widths = HEADINGS.map((_, at) => cells.reduce((most, row) => Math.max(most, (row[at] as string).length), 0));
  return cells.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] as number))
      .join('  ')
      .trimEnd(),
  );
}
