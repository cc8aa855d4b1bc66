import type { IncomingMessage } from 'node:http';

const HOST = /^([\w.-]+|\[[\da-f:.]+\])(:\d+)?$/i;

/** The path and query that a request names, as a URL has them; undefined if it is malformed, or has a malformed host name. */
export function targetOf({ url = '', headers: { host = '' } }: IncomingMessage): string | undefined {
  const isAbsolute = /^https?:\/\//.test(url);
  if (!isAbsolute && !(url.startsWith('/') && HOST.test(host))) return undefined;
  const backslash = url.indexOf('\\');
  if (backslash >= 0 && !url.slice(0, backslash).includes('?')) return undefined;
  try {
    const { pathname, search } = new URL(isAbsolute ? url : `http://localhost${url}`);
    return pathname + search;
  } catch {
    return undefined;
  }
}

/** All headers, with the values of repeated ones joined, which Node does only for some. */
export function headersOf({ rawHeaders }: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    const value = rawHeaders[index + 1] as string;
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}

const NOTHING = new Uint8Array();

/** How long the rest of an overlong body is discarded, so that its client can read the reply. */
const DISCARD_MS = 500;

/** The body of a request, which a GET does not have; undefined if it is longer than `limit` bytes. Rejects if the client leaves. */
export function bodyOf(incoming: IncomingMessage, limit: number): Promise<Uint8Array | undefined> {
  const { 'content-length': length, 'transfer-encoding': encoding } = incoming.headers;
  if (/^(GET|HEAD|TRACE)$/.test(incoming.method ?? '') || (length === undefined && encoding === undefined))
    return Promise.resolve(NOTHING);
  if (Number(length) > limit) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    let discardTimer: NodeJS.Timeout | undefined;
    incoming.on('data', (chunk: Uint8Array) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else discardTimer ??= setTimeout(() => resolve(undefined), DISCARD_MS);
    });
    incoming.once('end', () => {
      clearTimeout(discardTimer);
      resolve(size > limit ? undefined : Buffer.concat(chunks));
    });
    incoming.once('error', (error) => {
      clearTimeout(discardTimer);
      reject(error);
    });
  });
}
