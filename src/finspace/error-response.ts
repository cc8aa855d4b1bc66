import { type ErrorName, errorNamed } from '../operations/errors.ts';
import { type Diagnosis, ENDPOINT_ADVICE } from './diagnosed-error.ts';

type Members = Readonly<Record<string, unknown>>;

/** What an error response says. Only the text of a modelled error is passed on. */
export function diagnoseErrorResponse(status: number, headers: Members, body: unknown): Diagnosis {
  const members: Members = typeof body === 'object' && body !== null ? (body as Members) : {};
  const name = errorType(headers, members);
  const modelledName = errorNamed(name);
  const wait = retryAfterIn(headers);
  if (modelledName !== undefined)
    return { code: modelledName, detail: messageOf(members), ...reasonIn(members), ...MODELLED[modelledName], ...wait };
  if (status === 429)
    return {
      code: 'Throttling',
      detail: 'The endpoint asks for fewer requests (HTTP 429).',
      ...MODELLED.Throttling,
      ...wait,
    };
  if (status >= 500) {
    const transientCause = TRANSIENT_STATUS.has(status) ? { transientCause: 'transient' as const } : {};
    const detail = `The endpoint failed with HTTP ${status}.`;
    return { code: 'Unavailable', detail, mayHaveRun: true, ...transientCause, ...wait };
  }
  return rejection(status, name);
}

/** The header in seconds, which is the form that services use for short waits. */
function retryAfterIn(headers: Members): { retryAfterMs?: number } {
  const seconds = headers['retry-after'];
  return typeof seconds === 'string' && /^\d{1,5}$/.test(seconds) ? { retryAfterMs: Number(seconds) * 1_000 } : {};
}

const MODELLED: Partial<Record<ErrorName, Pick<Diagnosis, 'transientCause' | 'mayHaveRun'>>> = {
  InternalServer: { transientCause: 'transient', mayHaveRun: true },
  Throttling: { transientCause: 'throttled' },
};

const TRANSIENT_STATUS = new Set([500, 502, 503, 504]);
const CREDENTIAL_STATUS = new Set([401, 403]);

function rejection(status: number, name: string): Diagnosis {
  const known = REJECTIONS.get(name.replace(/Exception$/, ''));
  if (known !== undefined) return { code: 'Rejected', ...known };
  if (status === 407) return PROXY_REFUSES;
  const detail =
    status < 400
      ? `The endpoint redirects (HTTP ${status}); redirects are never followed.`
      : `The endpoint refused the request with HTTP ${status}.`;
  return { code: 'Rejected', detail, ...(CREDENTIAL_STATUS.has(status) ? {} : { advice: ENDPOINT_ADVICE }) };
}

const PROXY_REFUSES: Diagnosis = {
  code: 'Rejected',
  detail: 'A proxy in front of the endpoint asks for credentials of its own (HTTP 407).',
  advice: 'Have a person give this server a route to the endpoint without that proxy.',
};

const refusedCredentials = (detail: string, advice: string) => ({ detail, advice, refusedCredentials: true }) as const;

const RENEW_ADVICE =
  'Have a person renew the credentials, for example with "aws sso login"; this server reads them again automatically, except from the environment.';
const CREDENTIALS_ADVICE =
  'Have a person check which credentials this server uses; it reads changed ones again automatically, except from the environment.';
const WRONG_SIGNATURE = 'The request signature does not match; the secret key or the clock is wrong.';
const SECRET_KEY_ADVICE = 'Have a person check the secret key, and the clock of the machine that runs this server.';

/** The meaning of AWS error names outside FinSpace's own ten errors. */
const REJECTIONS = new Map<string, Omit<Diagnosis, 'code'>>([
  ['ExpiredToken', refusedCredentials('The session credentials have expired.', RENEW_ADVICE)],
  ['IncompleteSignature', { detail: 'The request signature is incomplete.' }],
  ['InvalidClientTokenId', refusedCredentials('The access key is not known.', CREDENTIALS_ADVICE)],
  ['InvalidSignature', refusedCredentials(WRONG_SIGNATURE, SECRET_KEY_ADVICE)],
  ['MissingAuthenticationToken', { detail: 'The request was not signed.' }],
  ['RequestExpired', { detail: 'The signature is too old; the clock of this machine is wrong.' }],
  ['RequestInTheFuture', { detail: 'The signature is dated in the future; the clock of this machine is wrong.' }],
  ['RequestTimeTooSkewed', { detail: 'The clock of this machine is too far from that of the endpoint.' }],
  ['SignatureDoesNotMatch', refusedCredentials(WRONG_SIGNATURE, SECRET_KEY_ADVICE)],
  ['UnrecognizedClient', refusedCredentials('The access key is not known.', CREDENTIALS_ADVICE)],
]);

/**
 * The error's name where restJson1 clients find it: in the header, or else in `code` or `__type`, without namespace and suffix.
 */
function errorType(headers: Members, body: Members): string {
  const named = headers['x-amzn-errortype'] ?? body['code'] ?? body['__type'];
  return typeof named === 'string' ? (named.split(':')[0]?.split('#').at(-1) ?? '') : '';
}

const REASON = /^[A-Z][A-Z_]{1,40}$/;

function reasonIn({ reason }: Members): { reason?: string } {
  return typeof reason === 'string' && REASON.test(reason) ? { reason } : {};
}

const MAX_CHARACTERS = 2_000;

function messageOf(body: Members): string {
  const message = body['message'] ?? body['Message'];
  return typeof message === 'string' && message !== ''
    ? message.slice(0, MAX_CHARACTERS)
    : 'The service gave no reason.';
}
