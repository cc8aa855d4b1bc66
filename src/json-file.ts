import { readFileSync } from 'node:fs';

/** The content of a JSON file. Throws what `errorFor` returns for the reason, which is the end of a sentence about the file. */
export function readJsonFile(path: string, errorFor: (why: string, cause: unknown) => Error): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw errorFor(cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read', cause);
  }
}
