import dns from 'node:dns';
import type { ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { finspaceCall } from '../../src/finspace/call.ts';
import type { ClientOptions } from '../../src/finspace/client.ts';
import { DEFAULT_LIMITS } from '../../src/finspace/handler.ts';
import { isIdempotent } from '../../src/operations/derive.ts';
import { ERRORS, type ErrorName } from '../../src/operations/errors.ts';
import { type FailureFields, FinspaceError } from '../../src/operations/failure.ts';
import { route } from '../../src/operations/http.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from '../../src/operations/index.ts';
import { freePort } from '../support/free-port.ts';
import { validInput } from './arbitraries.ts';
import { answering, type Behaviour, deafEndpoint, type Endpoint, endpoint, type Seen, tokenOf } from './endpoints.ts';

/** The time limit of an attempt that must time out: short enough for a test, long enough for a busy machine to connect and send. */
const IMPATIENT = { limits: { ...DEFAULT_LIMITS, attemptMs: 2_000 } };
const MAX_ATTEMPTS = 3;
/** Reads that are refused for too many requests are repeated until the time limit of the call. */
const SHORT = { limits: { ...DEFAULT_LIMITS, callMs: 5_000 } };

const mutates = (name: OperationName) => !['read', 'reveal'].includes(operationNamed(name).risk);
const tokened = (name: OperationName) => isIdempotent(operationNamed(name));
const UNREPEATABLE = OPERATION_NAMES.filter((name) => mutates(name) && !tokened(name));

/**
 * `passing`: the fault may pass, so calls that may be repeated are. `lost`: the request may have taken effect. `unread`: no request
 * arrives.
 */
type Trait = 'passing' | 'lost' | 'unread';
interface Fault {
  readonly title: string;
  readonly code: FailureFields['code'];
  readonly traits: readonly Trait[];
  readonly reach: () => Promise<Reach>;
}
interface Reach {
  readonly options: Partial<ClientOptions>;
  readonly seen: readonly Seen[];
  readonly close: () => Promise<void>;
}

const over = ({ url, seen, close }: Endpoint, options: Partial<ClientOptions> = {}): Reach => {
  return { options: { endpoint: url, ...options }, seen, close };
};
const serving = (behave: Behaviour, options: Partial<ClientOptions> = {}) => {
  return async () => over(await endpoint(behave), options);
};
const nowhere = (options: Partial<ClientOptions>): Reach => ({ options, seen: [], close: async () => {} });
const silent: Behaviour = () => {};
const raw = (response: ServerResponse, text: string) => void response.socket?.end(text);
const message = JSON.stringify({ message: 'in the words of the service' });

const reset = { code: 'Unreachable', traits: ['passing', 'lost'] } as const;
const timeout = { code: 'Timeout', traits: ['passing', 'lost'] } as const;
const FAULTS: readonly Fault[] = [
  {
    title: '429',
    code: 'Throttling',
    traits: ['passing'],
    reach: serving(answering(429, message, 'ThrottlingException'), SHORT),
  },
  {
    title: '429 of a gateway',
    code: 'Throttling',
    traits: ['passing'],
    reach: serving(answering(429, '<html>'), SHORT),
  },
  {
    title: '500',
    code: 'InternalServer',
    traits: ['passing', 'lost'],
    reach: serving(answering(500, message, 'InternalServerException:http://aws')),
  },
  { title: '503', code: 'Unavailable', traits: ['passing', 'lost'], reach: serving(answering(503, '<html>')) },
  {
    title: 'expired token',
    code: 'Rejected',
    traits: [],
    reach: serving(answering(403, message, 'ExpiredTokenException')),
  },
  {
    title: 'clock skew',
    code: 'Rejected',
    traits: [],
    reach: serving(answering(403, message, 'RequestTimeTooSkewed')),
  },
  {
    title: 'host name of AWS that does not resolve',
    code: 'ServiceEnded',
    traits: ['unread'],
    reach: async () => nowhere({}),
  },
  {
    title: 'other host name that does not resolve',
    code: 'Unreachable',
    traits: ['unread'],
    reach: async () => nowhere({ endpoint: 'https://finspace.example.test' }),
  },
  {
    title: 'connection refused',
    code: 'Unreachable',
    traits: ['passing', 'unread'],
    reach: async () => nowhere({ endpoint: `http://127.0.0.1:${await freePort()}` }),
  },
  {
    title: 'TLS failure',
    code: 'Misconfigured',
    traits: ['unread'],
    reach: async () => {
      const plain = await endpoint(answering(200, '{}'));
      return over(plain, { endpoint: `https://127.0.0.1:${plain.port}` });
    },
  },
  {
    ...reset,
    title: 'reset before the request was read',
    traits: ['passing', 'lost', 'unread'],
    reach: async () => over(await deafEndpoint(20)),
  },
  {
    ...reset,
    title: 'reset after the request was read',
    reach: serving((response) => response.socket?.resetAndDestroy()),
  },
  {
    ...reset,
    title: 'reset in the middle of the reply',
    reach: serving((response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('{', () => response.socket?.resetAndDestroy());
    }),
  },
  { ...reset, title: 'closed without a reply', reach: serving((response) => void response.socket?.end()) },
  {
    ...reset,
    title: 'closed in the middle of the reply',
    reach: serving((response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('{', () => response.socket?.end());
    }),
  },
  {
    ...reset,
    title: 'closed in the middle of a chunk',
    reach: serving((response) => raw(response, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n64\r\n{')),
  },
  {
    title: 'no HTTP',
    code: 'BadResponse',
    traits: ['lost'],
    reach: serving((response) => raw(response, 'SSH-2.0\r\n')),
  },
  {
    title: 'endless headers',
    code: 'BadResponse',
    traits: ['lost'],
    reach: serving(
      (response) => void response.socket?.write(`HTTP/1.1 200 OK\r\n${'x-more: and more\r\n'.repeat(2_000)}`),
    ),
  },
  { ...timeout, title: 'no reply', reach: serving(silent, IMPATIENT) },
  {
    ...timeout,
    title: 'reply in drops',
    reach: serving((response) => {
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    }, IMPATIENT),
  },
  { title: 'broken JSON', code: 'BadResponse', traits: ['lost'], reach: serving(answering(200, '{"name": "abc')) },
  { title: 'wrong types', code: 'BadResponse', traits: ['lost'], reach: serving(answering(200, '[{"name": 1}]')) },
];

/** The modelled errors for which a retry cannot help, from a service in this process. */
const REFUSALS = (Object.keys(ERRORS) as ErrorName[])
  .filter((code) => code !== 'Throttling' && code !== 'InternalServer')
  .map((code): Fault => {
    const headers = { 'x-amzn-errortype': `${code}Exception` };
    const service = async () => ({ status: ERRORS[code].status, headers, body: Buffer.from(message) });
    return { title: code, code, traits: ['unread'], reach: async () => nowhere({ service }) };
  });

beforeAll(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY');
  const { lookup } = dns;
  vi.spyOn(dns, 'lookup').mockImplementation(((hostname: string, ...rest: [(error: Error) => void]) => {
    if (isIP(hostname) !== 0) return lookup(hostname, ...(rest as unknown as [never]));
    rest.at(-1)?.(Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND', hostname }));
  }) as never);
});
afterAll(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

interface Outcome {
  readonly error: unknown;
  readonly elapsed: number;
  readonly seen: readonly Seen[];
}

const INPUTS = new Map(
  OPERATION_NAMES.map((name) => {
    const [{ clientToken: _, ...input } = {}] = fc.sample(validInput(name), { numRuns: 1, seed: 1 });
    return [name, input];
  }),
);

/** Calls every operation at once, over one client. */
async function injectFault(fault: Fault): Promise<Map<OperationName, Outcome>> {
  const { options, seen, close } = await fault.reach();
  const how = { region: 'us-east-1', limits: DEFAULT_LIMITS, maxAttempts: MAX_ATTEMPTS, backoff: () => 1 };
  const call = finspaceCall({ ...how, ...options });
  const outcomes = OPERATION_NAMES.map(async (name) => {
    const startedAt = performance.now();
    const error = await call(name, INPUTS.get(name) as never).catch((thrown: unknown) => thrown);
    return [name, { error, elapsed: performance.now() - startedAt, seen: ofOperation(name, seen) }] as const;
  });
  const all = new Map(await Promise.all(outcomes));
  await close();
  return all;
}

function ofOperation(name: OperationName, seen: readonly Seen[]): Seen[] {
  const { method, path } = route(operationNamed(name));
  const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
  return seen.filter((request) => request.method === method && pattern.test(request.path));
}

describe.each(FAULTS)('after $title', (fault) => {
  let outcomes: Map<OperationName, Outcome>;
  beforeAll(async () => {
    outcomes = await injectFault(fault);
  });

  it.each(OPERATION_NAMES)('%s reports what happened, after as many attempts as it may have', (name) => {
    const { error, elapsed, seen } = outcomes.get(name) as Outcome;
    const isRepeated = fault.code === 'Throttling' && !mutates(name);
    const allowed = fault.traits.includes('passing') && !UNREPEATABLE.includes(name) ? MAX_ATTEMPTS : 1;
    const outcomeUnknown = fault.traits.includes('lost') && mutates(name);
    expect(error).toBeInstanceOf(FinspaceError);
    const { fields } = error as FinspaceError;
    const attempts = isRepeated ? fields.attempts : allowed;
    expect(fields).toMatchObject({ operation: name, code: fault.code, attempts });
    expect(fields.outcomeUnknown ?? false).toBe(outcomeUnknown);
    if (outcomeUnknown)
      expect(fields).toMatchObject({ retryable: false, advice: expect.stringContaining('Check with') });
    expect(elapsed).toBeLessThan(DEFAULT_LIMITS.callMs);
    if (fault.traits.includes('unread')) return;
    if (isRepeated) {
      expect(seen.length).toBeGreaterThan(MAX_ATTEMPTS);
      // The time limit of the call can end the last attempt before it arrives.
      expect([seen.length, seen.length + 1]).toContain(attempts);
    } else expect(seen).toHaveLength(allowed);
    const [token, ...others] = new Set(seen.map(tokenOf));
    expect(token).toEqual(tokened(name) ? expect.stringMatching(/^[\w-]{36}$/) : undefined);
    expect(others).toEqual([]);
  });
});

describe.each(REFUSALS)('after $title', (fault) => {
  it('every operation was sent once and passes on the message of the service', async () => {
    for (const [operation, { error }] of await injectFault(fault)) {
      const { fields } = error as FinspaceError;
      expect(fields).toMatchObject({ operation, code: fault.code, attempts: 1, retryable: false });
      expect(fields.detail).toBe('in the words of the service');
      expect(fields).not.toHaveProperty('outcomeUnknown');
    }
  });
});

describe('an AWS endpoint that does not resolve', () => {
  it('is explained by the shutdown of FinSpace, with both alternatives', async () => {
    const outcomes = await injectFault(FAULTS.find(({ code }) => code === 'ServiceEnded') as Fault);
    const { error } = outcomes.get('ListKxEnvironments') as Outcome;
    const { detail, advice, retryable } = (error as FinspaceError).fields;
    expect(detail).toContain('AWS ended Amazon FinSpace on 2026-10-07');
    expect(advice).toContain('--backend local');
    expect(advice).toContain('--endpoint URL');
    expect(retryable).toBe(false);
  });
});

describe('the catalog', () => {
  it('has six mutations without a clientToken, which are not retried after a transient failure', () => {
    expect(UNREPEATABLE.toSorted()).toEqual([
      'CreateEnvironment',
      'DeleteEnvironment',
      'DeleteKxClusterNode',
      'TagResource',
      'UntagResource',
      'UpdateEnvironment',
    ]);
  });
});
