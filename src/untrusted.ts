/**
 * Text from the API or from a model as one quoted line: control, format (bidi, zero-width, tag), combining, private-use,
 * unassigned, blank and right-to-left characters are escaped, so that untrusted text cannot imitate or reorder the text around it.
 */
export function quoteUntrusted(text: string, limit = 80): string {
  let shown = '';
  for (const character of text) {
    const escaped = escapeCharacter(character);
    if (shown.length + escaped.length > limit) return `"${shown}" (cut, ${text.length} characters in all)`;
    shown += escaped;
  }
  return `"${shown}"`;
}

/** A text of any length, quoted as by `quoteUntrusted`. */
export const quoteWhole = (text: string): string => quoteUntrusted(text, Number.POSITIVE_INFINITY);

function escapeCharacter(character: string): string {
  if (character === '\\' || character === '"') return `\\${character}`;
  return MISLEADING.test(character) ? escapeOf(character) : character;
}

/** A name or state in a sentence of ours: as it is when it is one plain word, else quoted, because a service may send anything. */
export const quoteUnlessPlain = (text: unknown): string =>
  PLAIN.test(String(text)) ? String(text) : quoteUntrusted(String(text));

/** Compact JSON in which invisible and format (bidi) characters stand as `\u` escapes; it parses to the same value. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(HIDDEN, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/**
 * A JSON value whose strings and names show every hidden, control and format (bidi) character as `\u{202e}`, and its JSON. What has
 * none of them is returned as it is.
 */
export function visible<T>(value: T): { readonly value: T; readonly json: string } {
  const json = JSON.stringify(value);
  if (!MAY_HIDE.test(json)) return { value, json };
  const shown = shownIn(value) as T;
  return { value: shown, json: JSON.stringify(shown) };
}

/** A text with every hidden, control and format (bidi) character escaped. */
export const visibleText = (text: string): string => text.replace(HIDDEN, escapeOf);

/** A text for pictures, with a box in place of each misleading character. */
export const withoutMisleading = (text: string): string =>
  Array.from(text, (each) => (MISLEADING.test(each) ? BOX : each)).join('');
const BOX = '\u25af';

function shownIn(value: unknown): unknown {
  if (typeof value === 'string') return visibleText(value);
  if (Array.isArray(value)) return value.map(shownIn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [visibleText(name), shownIn(member)]));
}

/** The ranges are those whose characters Unicode makes right-to-left by default. */
const MISLEADING =
  /[\p{C}\p{Zl}\p{Zp}\p{M}\u115F\u1160\u2800\u3164\uFFA0\u{1D159}]|(?! )\p{Zs}|[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;
/** Matches JSON that may contain such a character: JSON escapes control characters and lone surrogates. */
const MAY_HIDE = new RegExp(`${HIDDEN.source}|\\\\[bfnrtu]`, 'u');
const PLAIN = /^[\w.:/@=+-]{1,200}$/;

const escapeOf = (character: string) => `\\u{${character.codePointAt(0)?.toString(16)}}`;
