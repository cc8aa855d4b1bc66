import { readFileSync } from 'node:fs';

/** The content of a JSON file. Throws what `errorFor` returns for the reason, which is the end of a sentence about the file. */
export function readJsonFile(path: string, errorFor: (why: string, cause: unknown) => Error): unknown {
  let content: unknown;
  let isLossy: boolean;
  try {
    const text = textOf(readFileSync(path));
    content = JSON.parse(text);
    // JSON.parse keeps only the last value of a key, so a restriction could vanish.
    isLossy = keysIn(text) > keysIn(JSON.stringify(content));
  } catch (cause) {
    throw errorFor(cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read', cause);
  }
  if (isLossy) throw errorFor('has a key twice in one object', undefined);
  return content;
}

/** The number of keys in JSON: the strings before a colon. */
function keysIn(json: string): number {
  let count = 0;
  for (const [part] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(?:\s*:)?/g)) if (part.endsWith(':')) count += 1;
  return count;
}

/** The text without a byte order mark. Windows PowerShell writes UTF-16 when it redirects output to a file. */
function textOf(bytes: Uint8Array): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes);
}
