import { readFileSync } from 'node:fs';

/** The content of a JSON file. Throws what `errorFor` returns for the reason, which is the end of a sentence about the file. */
export function readJsonFile(path: string, errorFor: (why: string, cause: unknown) => Error): unknown {
  let text: string;
  let content: unknown;
  try {
    text = textOf(readFileSync(path));
    content = JSON.parse(text);
  } catch (cause) {
    throw errorFor(cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read', cause);
  }
  // JSON.parse keeps the last value, so a restriction could vanish.
  if (keysIn(content) < keysWritten(text)) throw errorFor('has a key twice in one object', undefined);
  return content;
}

/** The number of keys in a text that is JSON: the strings before a colon. */
const keysWritten = (text: string) =>
  text.match(/"(?:[^"\\]|\\.)*"(?:\s*:)?/g)?.filter((part) => part.endsWith(':')).length ?? 0;

function keysIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((sum: number, member) => sum + keysIn(member), own);
}

/** The text without a byte order mark. Windows PowerShell writes UTF-16 when it redirects output to a file. */
function textOf(bytes: Uint8Array): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes);
}
