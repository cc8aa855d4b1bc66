/** Maximum commas and opening brackets in one JSON text: more than any request needs, and few enough to parse and check quickly. */
export const MAX_VALUES = 10_000;
const MAX_DEPTH = 64;

/** JSON with too many values or too deep nesting. The message says which, as the end of a sentence, and quotes none of it. */
export class ExcessiveJson extends Error {
  override readonly name = 'ExcessiveJson';
}

/** How many more values may be parsed; texts that belong together share one. */
export interface ValueBudget {
  values: number;
}

/**
 * `JSON.parse` for text from clients. Before parsing, throws `ExcessiveJson` for more values than the budget or too deep nesting.
 * Throws SyntaxError for text that is not JSON.
 */
export function parseBounded(text: string, budget: ValueBudget = { values: MAX_VALUES }): unknown {
  checkBounds(text, budget);
  return JSON.parse(text);
}

const BACKSLASH = 0x5c;
const SIGNIFICANT = /["[\]{},]/g;

/** Stops at the first bound that the text exceeds. Text that can no longer be JSON is left to `JSON.parse`, which rejects it. */
function checkBounds(text: string, budget: ValueBudget): void {
  let depth = 0;
  // A key and a value may follow each comma and opening bracket, and begin the text.
  let stringsLeft = 2 * budget.values + 2;
  SIGNIFICANT.lastIndex = 0;
  for (let found = SIGNIFICANT.exec(text); found !== null; found = SIGNIFICANT.exec(text)) {
    const [character] = found;
    if (character === '"') {
      SIGNIFICANT.lastIndex = endOfString(text, found.index) + 1;
      stringsLeft -= 1;
    } else if (character === ']' || character === '}') depth -= 1;
    else {
      budget.values -= 1;
      if (character !== ',') depth += 1;
    }
    if (budget.values < 0) throw new ExcessiveJson(`has more than ${MAX_VALUES} values`);
    if (depth > MAX_DEPTH) throw new ExcessiveJson(`is nested deeper than ${MAX_DEPTH} levels`);
    if (depth < 0 || stringsLeft < 0) return;
  }
}

/** Where a string ends that begins at a quote. */
function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (quote >= 0 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote < 0 ? text.length : quote;
}

function isEscaped(text: string, index: number): boolean {
  let before = index - 1;
  while (text.charCodeAt(before) === BACKSLASH) before -= 1;
  return (index - before) % 2 === 0;
}
