import { readFileSync } from 'node:fs';

/** The content of a JSON file. Throws what `errorFor` returns for the reason, which is the end of a sentence about the file. */
export function readJsonFile(path: string, errorFor: (why: string, cause: unknown) => Error): unknown {
  try {
    return JSON.parse(textOf(readFileSync(path)));
  } catch (cause) {
    throw errorFor(cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read', cause);
  }
}

/** The text without a byte order mark. Windows PowerShell writes UTF-16 when it redirects output to a file. */
function textOf(bytes: Uint8Array): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes);
}
