import { type ErrorName, errorNamed } from '../operations/errors.ts';
import type { Diagnosis } from './fault.ts';

type Members = Readonly<Record<string, unknown>>;

/** What an error response says. Only a modelled error speaks in the service's own words. */
export function refusal(status: number, headers: Members, body: unknown): Diagnosis {
  const members: Members = typeof body === 'object' && body !== null ? (body as Members) : {};
  const name = errorType(headers, members);
  const modelled = errorNamed(name);
  if (modelled !== undefined)
    return { code: modelled, detail: messageOf(members), ...reasonIn(members), ...MODELLED[modelled] };
  if (status === 429)
    return { code: 'Throttling', detail: 'The endpoint asks for fewer requests (HTTP 429).', ...MODELLED.Throttling };
  if (status >= 500) {
    const passing = TRANSIENT_STATUS.has(status) ? { passing: 'transient' as const } : {};
    return { code: 'Unavailable', detail: `The endpoint failed with HTTP ${status}.`, mayHaveRun: true, ...passing };
  }
  return rejection(status, name);
}

const MODELLED: Partial<Record<ErrorName, Pick<Diagnosis, 'passing' | 'mayHaveRun'>>> = {
  InternalServer: { passing: 'transient', mayHaveRun: true },
  Throttling: { passing: 'throttled' },
};

const TRANSIENT_STATUS = new Set([500, 502, 503, 504]);
const CREDENTIAL_STATUS = new Set([401, 403]);
const WRONG_ENDPOINT = 'Have a person check that the configured endpoint speaks the FinSpace API.';

function rejection(status: number, name: string): Diagnosis {
  const known = REJECTIONS.get(name);
  if (known !== undefined) return { code: 'Rejected', detail: known };
  const detail =
    status < 400
      ? `The endpoint redirects (HTTP ${status}); redirects are never followed.`
      : `The endpoint refused the request with HTTP ${status}.`;
  return { code: 'Rejected', detail, ...(CREDENTIAL_STATUS.has(status) ? {} : { advice: WRONG_ENDPOINT }) };
}

/** What the AWS names of refusals outside FinSpace's own ten errors mean. */
const REJECTIONS = new Map([
  ['ExpiredToken', 'The session credentials have expired.'],
  ['ExpiredTokenException', 'The session credentials have expired.'],
  ['IncompleteSignature', 'The request signature is incomplete.'],
  ['InvalidClientTokenId', 'The access key is not known.'],
  ['InvalidSignatureException', 'The request signature does not match; the secret key or the clock is wrong.'],
  ['MissingAuthenticationTokenException', 'The request was not signed.'],
  ['RequestExpired', 'The request came too late; the clock of this machine is wrong.'],
  ['RequestInTheFuture', 'The request came too early; the clock of this machine is wrong.'],
  ['RequestTimeTooSkewed', 'The clock of this machine is too far from that of the endpoint.'],
  ['SignatureDoesNotMatch', 'The request signature does not match; the secret key or the clock is wrong.'],
  ['UnrecognizedClientException', 'The access key is not known.'],
]);

/** The error's name as restJson1 clients find it: in the header, else in `code` or `__type`, without namespace and suffix. */
function errorType(headers: Members, body: Members): string {
  const named = headers['x-amzn-errortype'] ?? body['code'] ?? body['__type'];
  return typeof named === 'string' ? (named.split(':')[0]?.split('#').at(-1) ?? '') : '';
}

const REASON = /^[A-Z][A-Z_]{1,40}$/;

function reasonIn({ reason }: Members): { reason?: string } {
  return typeof reason === 'string' && REASON.test(reason) ? { reason } : {};
}

const MOST_CHARACTERS = 2_000;

function messageOf(body: Members): string {
  const message = body['message'] ?? body['Message'];
  return typeof message === 'string' && message !== ''
    ? message.slice(0, MOST_CHARACTERS)
    : 'The service gave no reason.';
}
