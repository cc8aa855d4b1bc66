/** The most commas and brackets in one JSON text: more than any request needs, and few enough to parse and check at once. */
export const MOST_VALUES = 10_000;
const MOST_DEPTH = 64;

/** JSON that holds too many values or is nested too deeply; the message says which, as the end of a sentence, and repeats none of it. */
export class ExcessiveJson extends Error {
  override readonly name = 'ExcessiveJson';
}

/** How many values may still be parsed; texts that belong together share one. */
export interface Allowance {
  values: number;
}

/**
 * `JSON.parse` for text from clients. Throws `ExcessiveJson` before anything is parsed when the text has more values than are
 * left or is nested too deeply, and SyntaxError when it is not JSON.
 */
export function parseBounded(text: string, left: Allowance = { values: MOST_VALUES }): unknown {
  checkBounds(text, left);
  return JSON.parse(text);
}

const BACKSLASH = 0x5c;
const SIGNIFICANT = /["[\]{},]/g;

/** Looks at no more characters one by one than the bounds allow: what cannot be JSON any more is left to `JSON.parse`, which stops there. */
function checkBounds(text: string, left: Allowance): void {
  let depth = 0;
  let strings = 2 * left.values + 2;
  SIGNIFICANT.lastIndex = 0;
  for (let found = SIGNIFICANT.exec(text); found !== null; found = SIGNIFICANT.exec(text)) {
    const [character] = found;
    if (character === '"') {
      SIGNIFICANT.lastIndex = endOfString(text, found.index) + 1;
      strings -= 1;
    } else if (character === ']' || character === '}') depth -= 1;
    else {
      left.values -= 1;
      if (character !== ',') depth += 1;
    }
    if (left.values < 0) throw new ExcessiveJson(`has more than ${MOST_VALUES} values`);
    if (depth > MOST_DEPTH) throw new ExcessiveJson(`is nested deeper than ${MOST_DEPTH} levels`);
    if (depth < 0 || strings < 0) return;
  }
}

/** Where a string that begins at a quote ends. */
function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (at >= 0 && isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at < 0 ? text.length : at;
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text.charCodeAt(before) === BACKSLASH) before -= 1;
  return (at - before) % 2 === 0;
}
