/** Columns that fit in every client, terminal and page. */
export const COLUMNS = 80;

/**
 * A name for one of the first lines, in at most `columns` columns: unchanged if nothing in it can mislead, otherwise quoted, with
 * everything but printable ASCII escaped. Long names are cut in the middle.
 */
export const label = (text: string, columns = Number.POSITIVE_INFINITY): string =>
  quotedUnless(/^[\w.-]+$/, text, columns);

/** What a person types, complete; a name followed by the beginning of an id is unquoted too. */
export const typedLabel = (text: string): string => (/^[\w.-]+ \w{1,4}$/.test(text) ? text : label(text));

/**
 * Text of this server that contains details from the API: unchanged if it cannot look like a sentence of its own, otherwise
 * quoted.
 */
export const phrase = (text: string, columns: number): string =>
  quotedUnless(/^(?:[\w ,:/%+@-]|\.(?=\w))+$/, text, columns);

function quotedUnless(harmless: RegExp, text: string, columns: number): string {
  if (harmless.test(text)) return truncateMiddle(Array.from(text), columns);
  return `"${truncateMiddle(Array.from(text, escapeCharacter), columns - 2)}"`;
}

function truncateMiddle(units: readonly string[], columns: number): string {
  const text = units.join('');
  if (text.length <= columns) return text;
  const front = fitUnits(units, Math.ceil((columns - 1) / 2));
  const back = fitUnits(units.toReversed(), columns - 1 - front.join('').length).toReversed();
  return [...front, '…', ...back].join('');
}

/** As many units as fit into the columns. */
function fitUnits(units: readonly string[], columns: number): string[] {
  const fitting: string[] = [];
  let length = 0;
  for (const unit of units) {
    length += unit.length;
    if (length > columns) break;
    fitting.push(unit);
  }
  return fitting;
}

function escapeCharacter(character: string): string {
  if (character === '\\' || character === '"') return `\\${character}`;
  return /[ -~]/.test(character) ? character : `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
