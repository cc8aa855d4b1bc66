/**
 * Text from the API or from a model as one quoted line: control, format (bidi, zero-width, tag), combining, private-use,
 * unassigned, blank and right-to-left characters are escaped, so that nothing can imitate or reorder what stands around it.
 */
export function quoted(text: string, limit = 80): string {
  let shown = '';
  for (const character of text) {
    const next = escaped(character);
    if (shown.length + next.length > limit) return `"${shown}" (cut, ${text.length} characters)`;
    shown += next;
  }
  return `"${shown}"`;
}

function escaped(character: string): string {
  if (character === '\\' || character === '"') return `\\${character}`;
  return MISLEADING.test(character) ? `\\u{${character.codePointAt(0)?.toString(16)}}` : character;
}

/** Compact JSON in which invisible and reordering characters stand as `\u` escapes; it parses to the same value. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value).replace(INVISIBLE, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** The ranges are those whose characters Unicode makes right-to-left by default. */
const MISLEADING =
  /[\p{C}\p{Zl}\p{Zp}\p{M}\u115F\u1160\u2800\u3164\uFFA0\u{1D159}]|(?! )\p{Zs}|[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
