import { createHash } from 'node:crypto';
import * as z from 'zod';
import { readJsonFile } from '../../../json-file.ts';
import { parseOrExplain } from '../../../wording.ts';
import { type Holder, isScope, SCOPES } from './scopes.ts';

const Row = z.strictObject({
  name: z.string().regex(/^[\w.@-]{1,64}$/, 'expects letters, digits and . _ @ -'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expects 64 hexadecimal digits in lower case'),
  scopes: z.array(z.string().refine(isScope, `expects some of ${Object.keys(SCOPES).join(', ')}`)).min(1),
  expires: z.iso.datetime({ offset: true }).optional(),
});
const File = z.strictObject({ tokens: z.array(Row).min(1) });

export interface StaticToken extends Holder {
  readonly expiresMs: number;
}

/** Shorter tokens could be guessed: 128 bits have 32 hexadecimal digits. */
export const MIN_TOKEN_LENGTH = 32;

/** Finds the holder of a token; the file contains only digests, so reading it grants nothing. */
export type StaticTokens = (token: string) => StaticToken | undefined;

/**
 * The tokens of a file, by their SHA-256; tokens of less than 32 characters are never accepted. Throws `TokenFileError`, one line
 * for people, when the file cannot be read or is invalid.
 */
export function staticTokens(path: string): StaticTokens {
  const byDigest = new Map(
    read(path).map(({ name, sha256, scopes, expires }) => [
      sha256,
      { principal: `token:${name}`, scopes, expiresMs: expires === undefined ? Infinity : Date.parse(expires) },
    ]),
  );
  return (token) =>
    token.length < MIN_TOKEN_LENGTH ? undefined : byDigest.get(createHash('sha256').update(token).digest('hex'));
}

function read(path: string): z.output<typeof Row>[] {
  const content = readJsonFile(path, (why) => new TokenFileError(`${path} ${why}`));
  const { data, problem } = parseOrExplain(File, content);
  if (problem !== undefined) throw new TokenFileError(`${path}: ${problem}`);
  const { tokens } = data;
  for (const member of ['name', 'sha256'] as const)
    if (new Set(tokens.map((row) => row[member])).size < tokens.length)
      throw new TokenFileError(`${path}: two tokens have the same ${member}`);
  return tokens;
}

export class TokenFileError extends Error {
  override readonly name = 'TokenFileError';
}
