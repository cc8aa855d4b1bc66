import { asker, printable } from '../safety/approver-text.ts';
import type { Entry } from '../safety/journal.ts';

/** The journal as a table for people, one row for each call, in the order in which they were begun. */
export function journalTable(entries: readonly Entry[]): string[] {
  const outcomes = new Map(
    entries.flatMap((entry) => (entry.kind === 'outcome' ? [[entry.call, entry] as const] : [])),
  );
  const rows = entries.flatMap((entry): string[][] => {
    if (entry.kind === 'outcome') return [];
    if (entry.kind === 'clock-reset')
      return [
        [moment(entry.at), entry.approver, 'set the clock right', `${moment(entry.seen)} had been seen`, 'done', ''],
      ];
    const outcome = outcomes.get(entry.call);
    const came =
      outcome === undefined ? ['unknown', 'it never came back'] : [outcome.result, ...present(outcome.error)];
    if (entry.kind === 'world') {
      const { at, user, act, file, region, source, backup } = entry;
      const kept = backup === undefined ? 'nothing was lost' : `what was there: ${backup}`;
      return [[moment(at), user, `world ${act}`, `${file} / ${region} / ${source}`, came.join(': '), kept]];
    }
    const { operation, target, principal, approval } = entry;
    return [
      [
        moment(entry.at),
        asker(principal),
        operation,
        Object.values(target).join(' / '),
        came.join(': '),
        approval === undefined ? 'not asked for' : [approval.channel, ...present(approval.approver)].join(', '),
      ],
    ];
  });
  return rows.length === 0 ? ['Nothing was changed through this state directory yet.'] : aligned([HEADINGS, ...rows]);
}

const present = (text: string | undefined) => (text === undefined ? [] : [text]);

const HEADINGS = ['TIME (UTC)', 'WHO', 'OPERATION', 'TARGET', 'OUTCOME', 'APPROVED'];

/** `2026-03-17 09:30:00`. */
const moment = (at: string) => at.slice(0, 19).replace('T', ' ');

function aligned(rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map(printable));
  const widths = HEADINGS.map((_, at) => cells.reduce((most, row) => Math.max(most, (row[at] as string).length), 0));
  return cells.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] as number))
      .join('  ')
      .trimEnd(),
  );
}
