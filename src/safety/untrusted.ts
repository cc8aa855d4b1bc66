/**
 * Text from the API or from a model as one quoted line: control, format (bidi, zero-width, tag), combining, private-use,
 * unassigned and unusual space characters are escaped, so that nothing can imitate or reorder the lines around it.
 */
export function quoted(text: string, limit = 80): string {
  const escaped = text.replace(MISLEADING, (character) =>
    character === '\\' || character === '"' ? `\\${character}` : `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
  return escaped.length <= limit ? `"${escaped}"` : `"${escaped.slice(0, limit)}" (cut, ${text.length} characters)`;
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

const MISLEADING = /["\\]|[\p{C}\p{Zl}\p{Zp}\p{M}\u115F\u1160\u3164\uFFA0]|(?! )\p{Zs}/gu;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
