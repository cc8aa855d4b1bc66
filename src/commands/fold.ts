const MIN_WIDTH = 24;
const HANGING_INDENT = 4;

/**
 * The line in pieces of at most `columns` columns, broken between words where possible. Further pieces are indented, so that none
 * looks like a line of its own. One piece when the width is unknown or less than `MIN_WIDTH`.
 */
export function foldLine(line: string, columns: number | undefined): string[] {
  if (columns === undefined || columns < MIN_WIDTH) return [line];
  const hanging = ' '.repeat(Math.min(columns / 2, line.search(/[^ ]|$/) + HANGING_INDENT));
  const pieces: string[] = [];
  let rest = Array.from(line);
  while (rest.length > columns) {
    const space = rest.lastIndexOf(' ', columns);
    const end = space > hanging.length ? space : columns;
    pieces.push(rest.slice(0, end).join(''));
    const left = rest.slice(end).join('').trimStart();
    rest = left === '' ? [] : Array.from(`${hanging}${left}`);
  }
  return rest.length === 0 && pieces.length > 0 ? pieces : [...pieces, rest.join('')];
}
