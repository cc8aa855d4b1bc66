import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { WireRequest } from '../operations/exchange.ts';
import type { Credential } from './credentials.ts';
import { DoorError } from './door-error.ts';
import { parted } from './routing.ts';

const SKEW_MS = 5 * 60_000;
const SCOPE = /^([^/]+)\/(\d{8})\/([a-z0-9-]{1,25})\/([a-z0-9-]+)\/aws4_request$/;

/**
 * The credential with which a request is signed (Signature Version 4, service `finspace`). Throws `DoorError`, in the words
 * of AWS, for one that is unknown, signed otherwise, or more than five minutes from `now`.
 */
export function signedBy(request: WireRequest, credentials: readonly Credential[], now: number): Credential {
  const { headers } = request;
  const { scope, signed, signature } = authorization(headers['authorization'] ?? '');
  const [, key = '', day = '', region = '', service = ''] = SCOPE.exec(scope) ?? [];
  if (service !== 'finspace') throw incomplete('the credential scope has to end with /finspace/aws4_request');
  const credential = credentials.find(({ accessKeyId }) => accessKeyId === key);
  if (credential === undefined) {
    throw new DoorError(403, 'UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  const date = headers['x-amz-date'] ?? '';
  const moment = time(date);
  if (!date.startsWith(day) || Number.isNaN(moment)) throw incomplete('the date of the request is missing or not its');
  if (!signed.includes('host') || !signed.includes('x-amz-date'))
    throw incomplete('host and x-amz-date are not signed');
  const canonical = canonicalRequest(request, signed);
  const text = ['AWS4-HMAC-SHA256', date, scope.slice(key.length + 1), hash(canonical)].join('\n');
  if (!same(signature, sign(signingKey(credential.secretAccessKey, day, region), text).toString('hex'))) {
    throw new DoorError(
      403,
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  }
  if (Math.abs(now - moment) > SKEW_MS) {
    throw new DoorError(400, 'RequestExpired', `The request is dated ${date}, more than five minutes from now.`);
  }
  return credential;
}

function authorization(header: string): { scope: string; signed: string[]; signature: string } {
  const [, algorithm, rest = ''] = /^(\S+)\s+(.*)$/.exec(header) ?? [];
  const parts = new Map(rest.split(',').map((part) => part.trim().split('=', 2) as [string, string]));
  const [scope, signed, signature] = ['Credential', 'SignedHeaders', 'Signature'].map((name) => parts.get(name));
  if (algorithm !== 'AWS4-HMAC-SHA256' || !scope || !signed || !signature) {
    throw incomplete('the Authorization header needs Credential, SignedHeaders and Signature');
  }
  return { scope, signed: signed.split(';'), signature };
}

const incomplete = (why: string) =>
  new DoorError(403, 'IncompleteSignature', `The request is not signed well: ${why}.`);

function canonicalRequest({ method, target, headers, body }: WireRequest, signed: readonly string[]): string {
  const [sent, search] = parted(target);
  const query = search
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return `${normal(name)}=${normal(value.join('='))}`;
    })
    .sort();
  const lines = signed.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/\s+/g, ' ')}\n`);
  // Every service but S3 encodes the path, as it was sent, a second time.
  const path = sent.split('/').map(encoded).join('/');
  return [method, path, query.join('&'), lines.join(''), signed.join(';'), hash(body)].join('\n');
}

const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

function normal(text: string): string {
  try {
    return encoded(decodeURIComponent(text));
  } catch {
    return text;
  }
}

function time(date: string): number {
  const [, ...parts] = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(date) ?? [];
  const [year = Number.NaN, month = 1, day, hour, minute, second] = parts.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function signingKey(secret: string, ...scope: string[]): Buffer {
  return [...scope, 'finspace', 'aws4_request'].reduce<Buffer>(sign, Buffer.from(`AWS4${secret}`));
}

const sign = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const hash = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
const same = (one: string, other: string) =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
