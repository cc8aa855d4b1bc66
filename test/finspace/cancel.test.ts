import { randomUUID } from 'node:crypto';
import { getEventListeners, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { finspaceCall } from '../../src/finspace/call.ts';
import { DEFAULT_LIMITS } from '../../src/finspace/handler.ts';
import type { FinspaceError } from '../../src/operations/failure.ts';
import { deferred } from '../support/deferred.ts';
import { freePort } from '../support/free-port.ts';
import { failureOf } from './aws-home.ts';
import { answering, serving, stubCredentials, tokenOf } from './endpoints.ts';

const CLUSTER = { environmentId: 'abc123', clusterName: 'hdb-1' };
const CONNECTION = {
  environmentId: 'abc123',
  userArn: 'arn:aws:finspace:us-east-1:123456789012:kxEnvironment/abc123/kxUser/trader',
  clusterName: 'hdb-1',
};
const ok = answering(200, '{}');

beforeEach(stubCredentials);
afterEach(() => void vi.unstubAllEnvs());

function caller(url: string, backoff = () => 1) {
  return finspaceCall({ region: 'us-east-1', endpoint: url, limits: DEFAULT_LIMITS, maxAttempts: 3, backoff });
}

describe('a read that is cancelled', () => {
  it('fails at once, and its connection is closed', async () => {
    const [arrived, closed] = [deferred(), deferred()];
    const { url, seen } = await serving((response) => {
      response.socket?.on('close', () => closed.resolve());
      arrived.resolve();
    });
    const cancel = new AbortController();
    const result = failureOf(caller(url)('GetKxCluster', CLUSTER, { signal: cancel.signal }));
    await arrived.promise;
    const startedAt = performance.now();
    cancel.abort();
    expect(await result).toMatchObject({ code: 'Aborted', attempts: 1, retryable: true });
    await closed.promise;
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(seen).toHaveLength(1);
  });

  it('fails at once in the middle of the reply', async () => {
    const arrived = deferred();
    const { url } = await serving((response) => {
      response.writeHead(200);
      response.write('{"status":', () => arrived.resolve());
    });
    const cancel = new AbortController();
    const result = failureOf(caller(url)('GetKxConnectionString', CONNECTION, { signal: cancel.signal }));
    await arrived.promise;
    cancel.abort();
    const fields = await result;
    expect(fields.code).toBe('Aborted');
    expect(fields).not.toHaveProperty('outcomeUnknown');
  });

  it('fails at once while it waits for a retry', async () => {
    const arrived = deferred();
    const { url, seen } = await serving((response, request) => {
      answering(503, '')(response, request);
      arrived.resolve();
    });
    const cancel = new AbortController();
    const waiting = deferred();
    const call = caller(url, () => {
      setImmediate(() => waiting.resolve());
      return 20_000;
    });
    const result = failureOf(call('GetKxCluster', CLUSTER, { signal: cancel.signal }));
    await Promise.all([arrived.promise, waiting.promise]);
    cancel.abort();
    expect((await result).code).toBe('Aborted');
    expect(seen).toHaveLength(1);
  });
});

describe('a mutation that is cancelled', () => {
  it('runs to completion if it was already sent', async () => {
    const arrived = deferred<() => void>();
    const { url, seen } = await serving((response, request) => arrived.resolve(() => ok(response, request)));
    const cancel = new AbortController();
    const result = caller(url)('DeleteKxCluster', CLUSTER, { signal: cancel.signal });
    const answer = await arrived.promise;
    cancel.abort();
    await new Promise(setImmediate);
    answer();
    expect(await result).toEqual({});
    expect(seen).toHaveLength(1);
  });

  it('is retried until it completes when its first reply was lost', async () => {
    const cancel = new AbortController();
    const { url, seen } = await serving((response, request) => {
      if (seen.length > 1) return ok(response, request);
      cancel.abort();
      response.socket?.resetAndDestroy();
    });
    expect(await caller(url)('DeleteKxCluster', CLUSTER, { signal: cancel.signal })).toEqual({});
    expect(seen).toHaveLength(2);
  });

  it('is not sent if it is cancelled first', async () => {
    const { url, seen } = await serving(ok);
    const signal = AbortSignal.abort();
    expect(await failureOf(caller(url)('DeleteKxCluster', CLUSTER, { signal }))).toMatchObject({
      code: 'Aborted',
      attempts: 0,
      advice: 'The call was cancelled and changed nothing.',
    });
    expect(seen).toHaveLength(0);
  });

  it('is not sent if it is cancelled before the connection exists', async () => {
    const cancel = new AbortController();
    const call = caller(`http://127.0.0.1:${await freePort()}`, () => {
      setImmediate(() => cancel.abort());
      return 20_000;
    });
    const fields = await failureOf(call('DeleteKxCluster', CLUSTER, { signal: cancel.signal }));
    expect(fields).toMatchObject({ code: 'Aborted', attempts: 1 });
    expect(fields).not.toHaveProperty('outcomeUnknown');
  });

  it('is not sent if it is cancelled while credentials are fetched', async () => {
    const [asked, cancel] = [deferred<() => void>(), new AbortController()];
    const keys = {
      AccessKeyId: 'AKIAFETCHED',
      SecretAccessKey: 'fetched',
      Token: 't',
      Expiration: '2100-01-01T00:00:00Z',
    };
    const vault = await serving((response, request) =>
      asked.resolve(() => answering(200, JSON.stringify(keys))(response, request)),
    );
    const { url, seen } = await serving(ok);
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
    for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, '/nonexistent');
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${vault.url}/credentials`);
    const call = caller(url);
    const result = failureOf(call('DeleteKxCluster', CLUSTER, { signal: cancel.signal }));
    const grant = await asked.promise;
    cancel.abort();
    expect((await result).code).toBe('Aborted');
    grant();
    expect(await call('GetKxCluster', CLUSTER)).toEqual({});
    expect(seen.map(({ method }) => method)).toEqual(['GET']);
  });
});

describe('a cancellation at a random moment', () => {
  it('leaves a mutation either unsent or answered', async () => {
    const { url, seen } = await serving((response, request) => void setImmediate(() => ok(response, request)));
    const call = caller(url);
    const all: { clientToken: string; code: string }[] = [];
    const one = async (turns: number) => {
      const clientToken = randomUUID();
      const cancel = new AbortController();
      const result = call('DeleteKxCluster', { ...CLUSTER, clientToken }, { signal: cancel.signal });
      const code = result.then(
        () => 'answered',
        (error: FinspaceError) => error.fields.code,
      );
      for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
      cancel.abort();
      all.push({ clientToken, code: await code });
    };
    for (let wave = 0; wave < 50; wave += 1)
      await Promise.all(fc.sample(fc.integer({ min: 0, max: 12 }), 10).map((turns) => one(turns)));
    const answered = all.filter(({ code }) => code === 'answered').map(({ clientToken }) => clientToken);
    expect(seen.map(tokenOf).toSorted()).toEqual(answered.toSorted());
    expect(new Set(all.map(({ code }) => code))).toEqual(new Set(['answered', 'Aborted']));
  });
});

describe('a signal that outlives its calls', () => {
  it.each(['GetKxCluster', 'DeleteKxCluster'] as const)('keeps no listener of %s', async (name) => {
    const { signal } = new AbortController();
    const service = async () => ({ status: 200, headers: {}, body: Buffer.from('{}') });
    const call = finspaceCall({ region: 'us-east-1', service, limits: DEFAULT_LIMITS, maxAttempts: 3 });
    await Promise.all(Array.from({ length: 10 }, () => call(name, CLUSTER, { signal })));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('prints no warning for many calls at once', async () => {
    const { signal } = new AbortController();
    const warned = once(process, 'warning', { signal: AbortSignal.timeout(50) }).catch(() => 'none');
    const service = () => delay(10, { status: 200, headers: {}, body: Buffer.from('{}') });
    const call = finspaceCall({ region: 'us-east-1', service, limits: DEFAULT_LIMITS, maxAttempts: 3 });
    await Promise.all(Array.from({ length: 60 }, () => call('GetKxCluster', CLUSTER, { signal })));
    expect(await warned).toBe('none');
  });
});
