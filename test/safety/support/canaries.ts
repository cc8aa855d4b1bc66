import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A secret that occurs nowhere else, so that every trace of it is a leak. */
export const canary = (kind: string): string => `${kind}Canary${randomBytes(18).toString('hex')}`;

/** A secret of each kind that every server handles. */
export const canaries = () => ({
  accessKey: canary('AKIA'),
  secretKey: canary('secret'),
  sessionToken: canary('session'),
  otherVariable: canary('variable'),
  errorHeader: canary('header'),
  successHeader: canary('fine'),
  errorBody: canary('body'),
  forbiddenBody: canary('forbidden'),
  redirect: canary('redirect'),
  brokenReply: canary('broken'),
  connectionString: canary('kdb'),
  passphrase: canary('pass'),
});

/** The encodings in which a text may be hidden in another one. */
function formsOf(secret: string): Map<string, string> {
  const bytes = Buffer.from(secret);
  // Base64 of a text within a text depends on where it begins; the part between the first and last group stays the same.
  const aligned = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return encoded.slice(4, -4);
  });
  return new Map([
    ['plain', secret],
    ['reversed', [...secret].reverse().join('')],
    ['hex', bytes.toString('hex')],
    ['HEX', bytes.toString('hex').toUpperCase()],
    ['URL encoding', [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')],
    ['encodeURIComponent', encodeURIComponent(secret)],
    ['JSON escapes', [...secret].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')],
    ...aligned.map((part, at): [string, string] => [`base64 (${at})`, part]),
    ...aligned.map((part, at): [string, string] => [
      `base64url (${at})`,
      part.replaceAll('+', '-').replaceAll('/', '_'),
    ]),
  ]);
}

/** Where each secret appears, one line for each leak. */
export function leaksIn(places: Readonly<Record<string, string>>, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets).flatMap(([kind, secret]) =>
    [...formsOf(secret)].flatMap(([form, text]) =>
      Object.entries(places).flatMap(([place, content]) =>
        content.includes(text) ? [`${kind} in ${place}, ${form}`] : [],
      ),
    ),
  );
}

/** Every file under a folder, as text, byte by byte. */
export function filesUnder(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'latin1')]),
  );
}
