import { createHash, createHmac } from 'node:crypto';
import { awsTime } from '../aws-time.ts';
import type { WireRequest } from '../operations/exchange.ts';
import { secretsEqual } from '../secrets-equal.ts';
import type { Credential } from './credentials.ts';
import { splitTarget } from './routing.ts';
import { WireError } from './wire-error.ts';

const SKEW_MS = 5 * 60_000;
const MAX_VALID_SECONDS = 7 * 24 * 60 * 60;
const CREDENTIAL_FIELD = /^([^/]+)\/(\d{8})\/([a-z0-9-]{1,25})\/([a-z0-9-]+)\/aws4_request$/;

/** What a request says about its signature; missing values are empty. */
export interface SignatureFields {
  readonly algorithm: string;
  /** The access key and the credential scope: `AKIDEXAMPLE/20260317/us-east-1/finspace/aws4_request`. */
  readonly credential: string;
  /** The names of the signed headers, separated by semicolons. */
  readonly signedHeaders: string;
  readonly signature: string;
  readonly date: string;
  /** Seconds of validity, only for a presigned request. */
  readonly expires?: string;
}

/** The fields in the Authorization header, or in the query of a presigned request; undefined without any. */
export function signatureFieldsOf({ headers, target }: WireRequest): SignatureFields | undefined {
  const { authorization } = headers;
  if (authorization !== undefined) {
    const [, algorithm = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(authorization) ?? [];
    const parts: Record<string, string | undefined> = { Credential: '', SignedHeaders: '', Signature: '' };
    for (const part of rest.split(',')) {
      const [name = '', value] = part.trim().split('=', 2);
      parts[name] = value;
    }
    const { Credential: credential = '', SignedHeaders: signedHeaders = '', Signature: signature = '' } = parts;
    return { algorithm, credential, signedHeaders, signature, date: headers['x-amz-date'] ?? '' };
  }
  const query = new URLSearchParams(splitTarget(target)[1]);
  if (!query.has('X-Amz-Signature')) return undefined;
  const parameter = (name: string) => query.get(`X-Amz-${name}`) ?? '';
  return {
    algorithm: parameter('Algorithm'),
    credential: parameter('Credential'),
    signedHeaders: parameter('SignedHeaders'),
    signature: parameter('Signature'),
    date: parameter('Date'),
    expires: parameter('Expires'),
  };
}

/**
 * The credential that signed a request (Signature Version 4, service `finspace`). Throws `WireError` for
 * malformed fields, an unknown credential, a wrong signature, a date more than five minutes from `now`, or an expired presigned request.
 */
export function verifiedCredential(
  request: WireRequest,
  fields: SignatureFields,
  credentials: readonly Credential[],
  now: number,
): Credential {
  const { algorithm, signature, date, expires } = fields;
  if (algorithm !== 'AWS4-HMAC-SHA256' || !fields.credential || !fields.signedHeaders || !signature) {
    throw incomplete('it requires AWS4-HMAC-SHA256 with Credential, SignedHeaders and Signature');
  }
  const signedHeaders = fields.signedHeaders.split(';');
  const [, keyId = '', day = '', region = '', service = ''] = CREDENTIAL_FIELD.exec(fields.credential) ?? [];
  if (service !== 'finspace') throw incomplete('the credential scope has to end with /finspace/aws4_request');
  const credential = credentials.find(({ accessKeyId }) => accessKeyId === keyId);
  if (credential === undefined) {
    throw new WireError(403, 'UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  const moment = awsTime(date);
  if (!date.startsWith(day) || Number.isNaN(moment))
    throw incomplete('the date of the request is missing or is not that of the credential scope');
  if (!signedHeaders.includes('host')) throw incomplete('host is not signed');
  if (expires === undefined && !signedHeaders.includes('x-amz-date')) throw incomplete('x-amz-date is not signed');
  const canonical = canonicalRequest(request, signedHeaders);
  const stringToSign = ['AWS4-HMAC-SHA256', date, fields.credential.slice(keyId.length + 1), hash(canonical)].join(
    '\n',
  );
  if (
    !secretsEqual(signature, sign(signingKey(credential.secretAccessKey, day, region), stringToSign).toString('hex'))
  ) {
    throw new WireError(
      403,
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  }
  if (moment - now > SKEW_MS || now - moment > validMsOf(expires)) {
    const reason = expires === undefined ? 'more than five minutes from now' : `and valid for ${expires} seconds`;
    throw new WireError(400, 'RequestExpired', `The request is dated ${date}, ${reason}.`);
  }
  return credential;
}

function validMsOf(expires: string | undefined): number {
  if (expires === undefined) return SKEW_MS;
  const seconds = /^\d{1,6}$/.test(expires) ? Number(expires) : 0;
  if (seconds < 1 || seconds > MAX_VALID_SECONDS) throw incomplete('X-Amz-Expires has to be from 1 to 604800 seconds');
  return seconds * 1000;
}

const incomplete = (why: string) =>
  new WireError(403, 'IncompleteSignature', `The request signature is malformed: ${why}.`);

function canonicalRequest({ method, target, headers, body }: WireRequest, signedHeaders: readonly string[]): string {
  const [sent, search] = splitTarget(target);
  const query = search
    .split('&')
    .filter((pair) => pair !== '' && !pair.startsWith('X-Amz-Signature='))
    .map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return `${normal(name)}=${normal(value.join('='))}`;
    })
    .sort();
  const sentValue = (name: string) => (Object.hasOwn(headers, name) ? (headers[name] as string) : '');
  const lines = signedHeaders.map((name) => `${name}:${sentValue(name).trim().replace(/\s+/g, ' ')}\n`);
  // Every service but S3 encodes the path a second time.
  const path = sent.split('/').map(encoded).join('/');
  return [method, path, query.join('&'), lines.join(''), signedHeaders.join(';'), hash(body)].join('\n');
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

function signingKey(secret: string, ...scope: string[]): Buffer {
  return [...scope, 'finspace', 'aws4_request'].reduce<Buffer>(sign, Buffer.from(`AWS4${secret}`));
}

const sign = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const hash = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
