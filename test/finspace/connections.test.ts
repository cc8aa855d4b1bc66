import dns from 'node:dns';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { finspaceCall } from '../../src/finspace/call.ts';
import { DEFAULT_LIMITS } from '../../src/finspace/handler.ts';
import { failureOf } from './aws-home.ts';
import { answering, deafEndpoint, serving, stubCredentials } from './endpoints.ts';

beforeEach(stubCredentials);
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('the connections', () => {
  const CLUSTER = { environmentId: 'abc123', clusterName: 'hdb-1' };
  /** An endpoint that accepts connections and never replies to a TLS handshake. */
  const withoutHandshake = async () => {
    const deaf = await deafEndpoint(60_000);
    onTestFinished(deaf.close);
    return { ...deaf, url: `https://127.0.0.1:${deaf.port}` };
  };
  const TAG = { resourceArn: 'arn:aws:finspace:us-east-1:123456789012:kxEnvironment/abc123', tags: { team: 'a' } };
  const caller = (endpoint: string, limits = DEFAULT_LIMITS) =>
    finspaceCall({ region: 'eu-west-1', endpoint, limits, maxAttempts: 3, backoff: () => 1 });

  it('are free at once when calls are cancelled while they connect', async () => {
    const { url, accepted } = await withoutHandshake();
    const cancel = new AbortController();
    const call = caller(url);
    const calls = Array.from({ length: 100 }, () =>
      failureOf(call('GetKxCluster', CLUSTER, { signal: cancel.signal })),
    );
    await vi.waitFor(() => expect(accepted()).toBe(64));
    const next = failureOf(call('GetKxCluster', CLUSTER, { signal: AbortSignal.timeout(1_000) }));
    cancel.abort();
    for (const fields of await Promise.all(calls)) expect(fields.code).toBe('Aborted');
    await next;
    expect(accepted()).toBe(65);
  });

  it('are not opened again for calls that were cancelled', async () => {
    const { url, seen, accepted } = await serving(() => {});
    const call = caller(url);
    for (let sent = 1; sent <= 5; sent += 1) {
      const cancel = new AbortController();
      const cancelled = failureOf(call('GetKxCluster', CLUSTER, { signal: cancel.signal }));
      await vi.waitFor(() => expect(seen).toHaveLength(sent));
      cancel.abort();
      await cancelled;
    }
    expect(accepted()).toBe(5);
  });

  it('are replaced when the endpoint resets them before the next request', async () => {
    let reset = () => {};
    const { url, seen } = await serving((response, request) => {
      const { socket } = response;
      reset = () => void socket?.resetAndDestroy();
      answering(200, '{}')(response, request);
    });
    const call = caller(url);
    for (let sent = 1; sent <= 5; sent += 1) {
      expect(await call('TagResource', TAG)).toEqual({});
      expect(seen).toHaveLength(sent);
      // From a timer, the next request begins before the reset is noticed.
      await delay(5);
      reset();
    }
  });

  it('are reported as broken when the endpoint resets them in the middle of a reply without a length', async () => {
    const { url } = await serving(({ socket }) => {
      socket?.write('HTTP/1.1 200 OK\r\n\r\n');
      setTimeout(() => socket?.resetAndDestroy(), 100);
    });
    const fields = await failureOf(caller(url)('TagResource', TAG));
    expect(fields).toMatchObject({ code: 'Unreachable', outcomeUnknown: true });
  });

  it('are reported as broken when the endpoint announces that it closes them, and does so within a chunk', async () => {
    const { url, seen } = await serving(({ socket }) => {
      socket?.end('HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n64\r\n{');
    });
    expect(await failureOf(caller(url)('GetKxCluster', CLUSTER))).toMatchObject({ code: 'Unreachable', attempts: 3 });
    expect(seen).toHaveLength(3);
  });

  it('are reported as failed after their time limit', async () => {
    const { url } = await withoutHandshake();
    const call = caller(url, { ...DEFAULT_LIMITS, connectMs: 10 });
    await failureOf(call('GetKxCluster', CLUSTER));
    const first = await Promise.race([failureOf(call('TagResource', TAG)), delay(400, { code: 'later' })]);
    expect(first).toMatchObject({ code: 'Timeout', detail: 'Connecting took longer than 10 ms.' });
    expect(first).not.toHaveProperty('outcomeUnknown');
  });

  it('fail for all calls when the certificate is for another host name', async () => {
    const error = Object.assign(new Error(), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    vi.spyOn(dns, 'lookup').mockImplementation(((_: string, ...rest: [(error: Error) => void]) => {
      setImmediate(() => rest.at(-1)?.(error));
    }) as never);
    const call = caller('https://kdb.corp.example');
    const calls = Array.from({ length: 100 }, () => failureOf(call('GetKxCluster', CLUSTER)));
    for (const fields of await Promise.all(calls)) expect(fields).toMatchObject({ code: 'Misconfigured', attempts: 1 });
  });
});
