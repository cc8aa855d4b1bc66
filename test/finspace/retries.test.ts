import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { finspaceCall } from '../../src/finspace/call.ts';
import type { ClientOptions } from '../../src/finspace/client.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/finspace/handler.ts';
import type { AttemptOutcome, Limiter } from '../../src/finspace/limiter.ts';
import { fullJitter } from '../../src/finspace/retry.ts';
import type { FinspaceError } from '../../src/operations/failure.ts';
import { validInput } from './arbitraries.ts';
import { answering, type Behaviour, deafEndpoint, type Endpoint, endpoint, tokenOf } from './endpoints.ts';

const DATAVIEW = { environmentId: 'abc123', databaseName: 'db', dataviewName: 'view' };
const CLUSTER = { environmentId: 'abc123', clusterName: 'hdb-1' };

beforeAll(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY');
});
afterAll(() => vi.unstubAllEnvs());

let open: Endpoint[] = [];
afterEach(async () => {
  await Promise.all(open.map(({ close }) => close()));
  open = [];
});

/** An endpoint that runs the given behaviours in turn and repeats the last one. */
async function inTurn(...behaviours: Behaviour[]): Promise<Endpoint> {
  const opened: Endpoint = await endpoint((response, seen) => {
    behaviours[Math.min(opened.seen.length, behaviours.length) - 1]?.(response, seen);
  });
  open.push(opened);
  return opened;
}

function caller(url: string, options: Partial<ClientOptions> = {}, limits: Partial<Limits> = {}) {
  const all = { ...DEFAULT_LIMITS, ...limits };
  return finspaceCall({
    region: 'us-east-1',
    endpoint: url,
    limits: all,
    maxAttempts: 3,
    backoff: () => 1,
    ...options,
  });
}

const failed = (result: Promise<unknown>) =>
  result.then(
    () => Promise.reject(new Error('the call went through')),
    (error: FinspaceError) => error.fields,
  );

const ok = answering(200, '{}');
const unavailable = answering(503, '');
const reset: Behaviour = (response) => response.socket?.resetAndDestroy();
const silent: Behaviour = () => {};

describe('a call that may be retried', () => {
  it('succeeds when the failure passes', async () => {
    const { url, seen } = await inTurn(unavailable, reset, answering(200, '{"status":"RUNNING"}'));
    expect(await caller(url)('GetKxCluster', CLUSTER)).toEqual({ status: 'RUNNING' });
    expect(seen).toHaveLength(3);
  });

  it('keeps the clientToken that the caller gave', async () => {
    const { url, seen } = await inTurn(unavailable, ok);
    await caller(url)('DeleteKxCluster', { ...CLUSTER, clientToken: 'mine' });
    expect(seen.map(tokenOf)).toEqual(['mine', 'mine']);
  });

  it('computes the wait from the attempt and the kind of failure', async () => {
    const { url } = await inTurn(unavailable, answering(429, '', 'ThrottlingException'), ok);
    const backoff = vi.fn(() => 1);
    await caller(url, { backoff })('GetKxCluster', CLUSTER);
    expect(backoff.mock.calls).toEqual([
      [1, 'transient'],
      [2, 'throttled'],
    ]);
  });

  it('fails with the error of its last attempt if the wait would outlast the call', async () => {
    const { url, seen } = await inTurn(answering(429, '', 'ThrottlingException'));
    const { code } = await failed(caller(url, { backoff: () => 60_000 })('GetKxCluster', CLUSTER));
    expect(code).toBe('Throttling');
    expect(seen).toHaveLength(1);
  });

  it('is retried until its time limit while the endpoint throttles it, if it is a read', async () => {
    const busy = answering(429, '', 'ThrottlingException');
    const { url, seen } = await inTurn(busy, busy, busy, busy, busy, answering(200, '{"status":"RUNNING"}'));
    expect(await caller(url)('GetKxCluster', CLUSTER)).toEqual({ status: 'RUNNING' });
    expect(seen).toHaveLength(6);
    const refusing = await inTurn(busy);
    const { code, attempts = 0 } = await failed(caller(refusing.url, {}, { callMs: 2_000 })('GetKxCluster', CLUSTER));
    expect(code).toBe('Throttling');
    expect(attempts).toBeGreaterThan(3);
  });

  it('is sent at most three times if it changes something', async () => {
    const { url, seen } = await inTurn(answering(429, '', 'ThrottlingException'));
    const { code } = await failed(caller(url)('DeleteKxCluster', CLUSTER));
    expect(code).toBe('Throttling');
    expect(seen).toHaveLength(3);
  });

  it('waits as long as the endpoint asks', async () => {
    const later: Behaviour = (response, seen) => {
      response.setHeader('retry-after', '1');
      answering(429, '', 'ThrottlingException')(response, seen);
    };
    const { url, seen } = await inTurn(later, ok);
    const began = performance.now();
    await caller(url)('GetKxCluster', CLUSTER);
    expect(seen).toHaveLength(2);
    expect(performance.now() - began).toBeGreaterThan(950);
    const impatient = await inTurn(later);
    const { code } = await failed(caller(impatient.url, {}, { callMs: 900 })('GetKxCluster', CLUSTER));
    expect([code, impatient.seen.length]).toEqual(['Throttling', 1]);
  });

  it('signs with the clock of the endpoint after a rejection for clock skew', async () => {
    const date = new Date(Date.now() + 3_600_000);
    const skewed: Behaviour = (response, seen) => {
      response.setHeader('date', date.toUTCString());
      answering(403, '{}', 'RequestTimeTooSkewed')(response, seen);
    };
    const { url, seen } = await inTurn(skewed, ok);
    await caller(url)('GetKxCluster', CLUSTER);
    const hours = seen.map(({ headers }) => String(headers['x-amz-date']).slice(0, 'YYYYMMDDTHH'.length));
    expect(hours).toHaveLength(2);
    expect(hours[1]).not.toBe(hours[0]);
  });

  it('leaves the outcome of a mutation unknown if the retry of a lost request is rejected', async () => {
    const { url } = await inTurn(reset, answering(404, '{"message":"no such cluster"}', 'ResourceNotFoundException'));
    expect(await failed(caller(url)('DeleteKxCluster', CLUSTER))).toMatchObject({
      code: 'ResourceNotFound',
      outcomeUnknown: true,
      retryable: false,
      advice: expect.stringContaining('Check with get_kx_cluster before'),
    });
  });
});

describe('a mutation whose reply was lost', () => {
  it.each([
    ['CreateKxCluster', 'list_kx_clusters'],
    ['UpdateKxDatabase', 'get_kx_database'],
    ['UpdateKxClusterDatabases', 'get_kx_cluster'],
    ['UpdateKxClusterCodeConfiguration', 'get_kx_cluster'],
    ['UpdateKxEnvironmentNetwork', 'get_kx_environment'],
    ['DeleteKxClusterNode', 'list_kx_cluster_nodes'],
    ['UntagResource', 'list_tags_for_resource'],
    ['CreateEnvironment', 'list_environments'],
  ] as const)('names the tool that checks %s', async (name, tool) => {
    const { url } = await inTurn(reset);
    const [input] = fc.sample(validInput(name), 1);
    const { advice } = await failed(caller(url)(name, input as never));
    expect(advice).toContain(`Check with ${tool} before`);
  });
});

describe('the limits of a call', () => {
  it('end a call whose attempts would take longer', async () => {
    const { url } = await inTurn(silent);
    const startedAt = performance.now();
    const fields = await failed(caller(url, {}, { callMs: 200 })('DeleteKxCluster', CLUSTER));
    expect(fields).toMatchObject({ code: 'Timeout', attempts: 1, outcomeUnknown: true });
    expect(performance.now() - startedAt).toBeLessThan(DEFAULT_LIMITS.attemptMs);
  });

  it('end an attempt to connect, after which nothing was sent', async () => {
    const deaf = await deafEndpoint(60_000);
    open.push(deaf);
    const call = caller(`https://127.0.0.1:${deaf.port}`, {}, { connectMs: 100 });
    const fields = await failed(call('DeleteKxCluster', CLUSTER));
    expect(fields).toMatchObject({ code: 'Timeout', attempts: 3, retryable: true });
    expect(fields).not.toHaveProperty('outcomeUnknown');
  });

  it('end a reply that is too large', async () => {
    const { url, seen } = await inTurn(answering(200, JSON.stringify({ status: 'x'.repeat(5_000) })));
    const fields = await failed(caller(url, {}, { maxResponseBytes: 4_096 })('GetKxCluster', CLUSTER));
    expect(fields).toMatchObject({ code: 'BadResponse', detail: 'The response is larger than 4096 bytes.' });
    expect(seen).toHaveLength(1);
  });

  it('end a reply whose headers are too large', async () => {
    const { url } = await inTurn(
      (response) => void response.writeHead(200, { 'x-more': 'x'.repeat(20_000) }).end('{}'),
    );
    const fields = await failed(caller(url)('GetKxCluster', CLUSTER));
    expect(fields).toMatchObject({ code: 'BadResponse', detail: 'The headers of the response are too large.' });
  });
});

describe('the limiter of an endpoint', () => {
  /** Admits everything and records how attempts end. */
  function recording() {
    const outcomes: (readonly [AttemptOutcome, number | undefined])[] = [];
    const limiter: Limiter = { admit: async () => ({ done: (...ended) => void outcomes.push(ended as never) }) };
    return { outcomes, limiter };
  }
  const throttling: Behaviour = (response, seen) => {
    response.setHeader('retry-after', '1');
    answering(429, '', 'ThrottlingException')(response, seen);
  };

  it('learns the rate from throttled reads, not from mutations that exceed a quota', async () => {
    const { outcomes, limiter } = recording();
    const { url } = await inTurn(throttling);
    const call = caller(url, { limiter }, { callMs: 900 });
    await failed(call('UpdateKxDataview', { ...DATAVIEW, clientToken: 'mine' }));
    await failed(call('GetKxCluster', CLUSTER));
    expect(outcomes).toEqual([
      ['inconclusive', 1_000],
      ['refused', 1_000],
    ]);
  });

  it('counts a rejected request as answered, but not a cancelled or unsent one', async () => {
    const { outcomes, limiter } = recording();
    const cancel = new AbortController();
    const { url } = await inTurn(answering(404, '{}', 'ResourceNotFoundException'), () => cancel.abort());
    const call = caller(url, { limiter });
    await failed(call('GetKxCluster', CLUSTER));
    const { code } = await failed(call('GetKxCluster', CLUSTER, { signal: cancel.signal }));
    expect(code).toBe('Aborted');
    await failed(caller(url, { limiter, region: 'no region' })('GetKxCluster', CLUSTER));
    expect(outcomes.map(([outcome]) => outcome)).toEqual(['answered', 'inconclusive', 'inconclusive']);
  });

  /** Admits nothing. */
  const closed: Limiter = {
    admit: ({ ending }) => new Promise((_, reject) => void ending?.onEnd(reject)),
  };

  it('ends the wait for a turn at the time limit of the call', async () => {
    const call = caller('http://127.0.0.1:1', { limiter: closed }, { callMs: 50 });
    expect(await failed(call('GetKxCluster', CLUSTER, { isBackground: true }))).toMatchObject({
      code: 'Throttling',
      attempts: 0,
      retryable: true,
      detail: 'The endpoint limits requests: the call waited 50 ms for its turn and was not sent.',
    });
  });

  it('ends the wait of a request with its own time limit when that aborts', async () => {
    const call = caller('http://127.0.0.1:1', { limiter: closed }, { callMs: 20 });
    const overtime = new AbortController();
    const result = failed(call('GetKxCluster', CLUSTER, { signal: overtime.signal, untilAborted: true }));
    setTimeout(() => overtime.abort(), 80);
    expect(await result).toMatchObject({ code: 'Aborted', attempts: 0 });
  });
});

describe('the default wait', () => {
  it('is random, and doubles its upper bound with each attempt, up to twenty seconds', () => {
    const random = vi.spyOn(Math, 'random');
    onTestFinished(() => random.mockRestore());
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom('throttled', 'transient'),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, cause, share) => {
          random.mockReturnValue(share);
          const bound = Math.min(20_000, (cause === 'throttled' ? 500 : 100) * 2 ** attempt);
          expect(fullJitter(attempt, cause as 'throttled' | 'transient')).toBeCloseTo(share * bound, 6);
        },
      ),
    );
  });
});
