import { foldLine } from './fold.ts';

const GAP = 4;
/** Minimum width of a text beside its label; with less room, the text starts below the label. */
const MIN_TEXT_WIDTH = 40;
const INDENT_BELOW = 6;

/** Labels and their texts in two columns, one line each, folded to the given width if it is known. */
export function definitionList(rows: readonly (readonly [label: string, text: string])[], columns?: number): string {
  const widest = rows.reduce((most, [label]) => Math.max(most, label.length), 0);
  const isNarrow = columns !== undefined && columns - widest - GAP < MIN_TEXT_WIDTH;
  const indent = isNarrow ? INDENT_BELOW : widest + GAP;
  const lines = rows.flatMap(([label, text]) => {
    const pieces = foldLine(text, columns === undefined ? undefined : columns - indent);
    const [first = '', ...rest] = pieces;
    const below = (isNarrow ? pieces : rest).map((piece) => ' '.repeat(indent) + piece);
    return [isNarrow ? `  ${label}` : `  ${label}`.padEnd(indent) + first, ...below];
  });
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}
