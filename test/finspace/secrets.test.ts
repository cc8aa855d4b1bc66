import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { finspaceCall } from '../../src/finspace/call.ts';
import { DEFAULT_LIMITS } from '../../src/finspace/handler.ts';
import { FinspaceError } from '../../src/operations/failure.ts';
import { type Behaviour, endpoint } from './endpoints.ts';

const CREDENTIALS = {
  accessKeyId: 'AKIACANARYACCESSKEY0',
  secretAccessKey: 'canary/Secret+Access=Key/0123456789abcdef',
  sessionToken: 'canary//Session+Token==/fedcba9876543210',
};
const CANARIES = {
  ...CREDENTIALS,
  header: 'canary-response-header',
  cookie: 'canary-cookie',
  requestId: 'canary request id; not an id',
  errorName: 'CanaryErrorName',
  errorMessage: 'canary-message-of-an-unknown-error',
  body: 'canary-body',
  path: 'canary-endpoint-path',
  thrown: 'canary-thrown-message',
  cause: 'canary-cause',
  code: 'CANARY_CODE',
};

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', CREDENTIALS.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', CREDENTIALS.secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', CREDENTIALS.sessionToken);
});
afterEach(() => vi.unstubAllEnvs());

const OPTIONS = { region: 'us-east-1', limits: DEFAULT_LIMITS, maxAttempts: 2, backoff: () => 1 };

const failed = (result: Promise<unknown>): Promise<FinspaceError> =>
  result.then(
    () => Promise.reject(new Error('the call went through')),
    (error) => error,
  );

/** The error of a call to an endpoint with a canary in its path, whose responses are full of canaries. */
async function failureOf(behave: Behaviour): Promise<FinspaceError> {
  const { url, close } = await endpoint((response, seen) => {
    response.setHeader('x-canary', CANARIES.header);
    response.setHeader('set-cookie', CANARIES.cookie);
    response.setHeader('x-amzn-requestid', CANARIES.requestId);
    behave(response, seen);
  });
  const error = await failed(finspaceCall({ ...OPTIONS, endpoint: `${url}/${CANARIES.path}` })('GetKxUser', USER));
  await close();
  return error;
}
const USER = { environmentId: 'abc123', userName: 'trader' };

const refusing = (status: number, body: object, name?: string): Behaviour => {
  return (response) => {
    if (name !== undefined) response.setHeader('x-amzn-errortype', name);
    response.writeHead(status).end(JSON.stringify(body));
  };
};

/** Everything about an error that a careless logger might print. */
function everythingOf(error: FinspaceError): string {
  const prints = [String(error), error.stack, JSON.stringify(error), JSON.stringify(error.fields)];
  return [...prints, inspect(error, { depth: null, showHidden: true })].join('\n');
}

function encodings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const texts = (['base64', 'base64url', 'hex'] as const).map((encoding) => bytes.toString(encoding));
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...texts];
}

function leaksOf(error: FinspaceError): string[] {
  const text = everythingOf(error).toLowerCase();
  const leaks = Object.entries(CANARIES).filter(([, secret]) =>
    encodings(secret).some((form) => text.includes(form.toLowerCase())),
  );
  return leaks.map(([name]) => name);
}

describe('an error contains no canary', () => {
  const ANSWERS: Record<string, Behaviour> = {
    'an unknown error, named in the header': refusing(418, { message: CANARIES.errorMessage }, CANARIES.errorName),
    'an unknown error, named in the body': refusing(400, {
      message: CANARIES.errorMessage,
      __type: CANARIES.errorName,
    }),
    'a known refusal with a telling message': refusing(
      403,
      { message: CANARIES.errorMessage },
      'ExpiredTokenException',
    ),
    'a name that every object has': refusing(400, { message: CANARIES.errorMessage }, 'constructor'),
    'a failure of the endpoint': refusing(502, { message: CANARIES.errorMessage, code: CANARIES.errorName }),
    'a redirect': (response) => void response.writeHead(302, { location: `https://${CANARIES.header}` }).end(),
    'broken JSON': (response) => void response.end(`{"${CANARIES.body}`),
    'wrong types': (response) => void response.end(JSON.stringify({ userName: { [CANARIES.body]: CANARIES.body } })),
    'a page of HTML': (response) => void response.end(`<h1>${CANARIES.body}</h1>`),
    'a broken reply': (response) => {
      response.writeHead(200, { 'content-length': 999 });
      response.write(CANARIES.body, () => response.socket?.resetAndDestroy());
    },
    'what is no HTTP': (response) => void response.socket?.end(`${CANARIES.body}\r\n\r\n`),
  };

  it.each(Object.entries(ANSWERS))('after %s', async (_, behave) => {
    const error = await failureOf(behave);
    expect(error).toBeInstanceOf(FinspaceError);
    expect(leaksOf(error)).toEqual([]);
    expect(error.cause).toBeUndefined();
  });

  it.each([
    new Error(CANARIES.thrown, { cause: new Error(CANARIES.cause) }),
    Object.assign(new Error(CANARIES.thrown), { code: CANARIES.code, name: CANARIES.errorName, ...CREDENTIALS }),
    Object.assign(new Error(CANARIES.thrown), { code: 'ENOTFOUND', hostname: CANARIES.header }),
    Object.assign(new Error(CANARIES.thrown), { name: 'CredentialsProviderError', tryNextLink: CANARIES.cause }),
    Object.assign(new Error(CANARIES.thrown), { $fault: 'client', $metadata: { requestId: CANARIES.requestId } }),
    CANARIES.thrown,
    undefined,
  ])('when %o is thrown on the way', async (thrown) => {
    const service = () => Promise.reject(thrown);
    const error = await failed(finspaceCall({ ...OPTIONS, service })('GetKxUser', USER));
    expect(error).toBeInstanceOf(FinspaceError);
    expect(leaksOf(error)).toEqual([]);
  });
});

describe('a modelled error', () => {
  it('keeps the message of the service, up to 2,000 characters', async () => {
    const error = await failureOf(refusing(400, { message: `userName: ${'x'.repeat(5_000)}` }, 'ValidationException'));
    expect(error.fields.detail).toMatch(/^userName: x+$/);
    expect(error.fields.detail).toHaveLength(2_000);
  });

  it.each(Object.entries(CREDENTIALS))('never repeats the %s that this process signs with', async (_, secret) => {
    const message = `denied for ${secret} and for ${encodeURIComponent(secret)}.`;
    const error = await failureOf(refusing(403, { message }, 'AccessDeniedException'));
    expect(error.fields.detail).toBe('denied for [masked] and for [masked].');
    expect(leaksOf(error)).toEqual([]);
  });

  it('keeps a request id in the usual form', async () => {
    const id = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890';
    const error = await failureOf((response, seen) => {
      response.setHeader('x-amzn-requestid', id);
      refusing(404, { message: 'no such user' }, 'ResourceNotFoundException')(response, seen);
    });
    expect(error.fields).toMatchObject({ requestId: id, httpStatus: 404, detail: 'no such user' });
  });

  it('repeats ordinary words although they are used as placeholder credentials', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    const error = await failureOf(refusing(409, { message: 'test is being deleted' }, 'ConflictException'));
    expect(error.fields.detail).toBe('test is being deleted');
  });
});
