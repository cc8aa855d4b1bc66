import dns from 'node:dns';
import { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { HttpRequest, type HttpResponse } from '@smithy/protocol-http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { finspaceCall } from '../../src/finspace/call.ts';
import { DEFAULT_LIMITS } from '../../src/finspace/handler.ts';
import { networkHandler } from '../../src/finspace/network.ts';
import type { FinspaceError } from '../../src/operations/failure.ts';
import { VERSION } from '../../src/version.ts';
import { answering, type Behaviour, serving, stubCredentials } from './endpoints.ts';

beforeEach(stubCredentials);
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const OPTIONS = { limits: DEFAULT_LIMITS, maxAttempts: 3, backoff: () => 1 };
const fieldsOf = (result: Promise<unknown>) =>
  result.then(
    () => Promise.reject(new Error('the call went through')),
    (error: FinspaceError) => error.fields,
  );

describe('the network handler', () => {
  const ANSWERS: Record<string, Behaviour> = {
    'a body': answering(200, '{"name":"ü"}'),
    'no body': (response) => void response.writeHead(204).end(),
    'a body in pieces': (response) => {
      response.writeHead(200);
      response.write('{"a":');
      setImmediate(() => response.end('1}'));
    },
    'a header that repeats': (response) => {
      response.writeHead(200, [
        ['x-part', 'one'],
        ['x-part', 'two'],
      ]);
      response.end('{}');
    },
    'an error': answering(500, 'oops', 'InternalServerException'),
  };
  const REQUESTS = {
    'a GET with a query': { method: 'GET', path: '/kx/a%2Fb', query: { maxResults: '5', tagKeys: ['a b', 'c/d'] } },
    'a POST with a body': { method: 'POST', path: '/kx', body: '{"name":"ü"}', headers: { 'content-length': '13' } },
    'a DELETE': { method: 'DELETE', path: '/kx/a' },
  };

  describe.each(Object.entries(REQUESTS))('sends %s', (_, request) => {
    it.each(Object.entries(ANSWERS))('and reads %s like the handler of the SDK', async (_, behave) => {
      const { port, seen } = await serving((response, request) => {
        response.sendDate = false;
        behave(response, request);
      });
      const message = new HttpRequest({ ...request, protocol: 'http:', hostname: '127.0.0.1', port });
      const handlers = [networkHandler(DEFAULT_LIMITS), new NodeHttpHandler()];
      const [ours, theirs] = await Promise.all(
        handlers.map(async (handler) => content((await handler.handle(message)).response)),
      );
      for (const handler of handlers) handler.destroy?.();
      expect(ours).toEqual(theirs);
      expect(seen[0]).toEqual(seen[1]);
    });
  });

  async function content({ statusCode, headers, body }: HttpResponse) {
    const whole = body instanceof Uint8Array ? Buffer.from(body) : await buffer(body);
    return { statusCode, headers, body: whole.toString() };
  }

  it('names this server as the user agent', async () => {
    const { url, seen } = await serving(answering(200, '{}'));
    await finspaceCall({ ...OPTIONS, region: 'us-east-1', endpoint: url })('ListEnvironments', {});
    expect(seen[0]?.headers['user-agent']).toBe(`finspace-mcp/${VERSION}`);
  });

  it('reuses a kept-alive connection', async () => {
    const peers = new Set<number | undefined>();
    const { port } = await serving((response, seen) => {
      peers.add(response.socket?.remotePort);
      answering(200, '{}')(response, seen);
    });
    const handler = networkHandler(DEFAULT_LIMITS);
    const message = new HttpRequest({ method: 'GET', path: '/', protocol: 'http:', hostname: '127.0.0.1', port });
    const sent = vi.fn();
    for (let i = 0; i < 3; i += 1) await handler.handle(message, { onSend: sent } as object);
    handler.destroy?.();
    expect(peers.size).toBe(1);
    expect(sent).toHaveBeenCalledTimes(3);
  });
});

describe('a certificate that cannot be trusted', () => {
  it.each([
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])('(%s) is reported as a configuration error', async (code) => {
    const service = () => Promise.reject(Object.assign(new Error(code), { code }));
    const fields = await fieldsOf(finspaceCall({ ...OPTIONS, region: 'eu-west-1', service })('ListEnvironments', {}));
    expect(fields).toMatchObject({ code: 'Misconfigured', attempts: 1, detail: expect.stringContaining('TLS') });
  });
});

describe('a failure to reach the endpoint', () => {
  const thrown = (code: string, more: object = {}) => Object.assign(new Error(code), { code, ...more });
  const reached = async (error: Error, endpoint = 'https://kdb.corp.example') => {
    vi.spyOn(dns, 'lookup').mockImplementation(((_: string, ...rest: [(error: Error) => void]) => {
      setImmediate(() => rest.at(-1)?.(error));
    }) as never);
    return fieldsOf(finspaceCall({ ...OPTIONS, region: 'eu-west-1', endpoint })('ListEnvironments', {}));
  };

  it.each<[code: string, host: string, expected: FinspaceError['fields']['code'], detail: RegExp, advice: RegExp]>([
    [
      'ENOTFOUND',
      'kdb.corp.example',
      'Unreachable',
      /^The host name of the endpoint does not resolve\.$/,
      /host name in --endpoint/,
    ],
    ['ENOTFOUND', 'abc123.execute-api.eu-west-1.amazonaws.com', 'Unreachable', /does not resolve/, /--endpoint/],
    ['ENOTFOUND', 'finspace.eu-west-1.amazonaws.com', 'ServiceEnded', /^AWS ended Amazon FinSpace/, /--backend local/],
    [
      'ENOTFOUND',
      'finspace-fips.us-east-1.amazonaws.com',
      'ServiceEnded',
      /^AWS ended Amazon FinSpace/,
      /--backend local/,
    ],
    [
      'EAI_AGAIN',
      'kdb.corp.example',
      'Unreachable',
      /^The name servers \(DNS\) of this machine do not reply\.$/,
      /DNS settings/,
    ],
  ])('(%s for %s) names its cause and what to do', async (code, hostname, expected, detail, advice) => {
    const fields = await reached(thrown(code, { hostname }), `https://${hostname}`);
    expect(fields).toMatchObject({ code: expected });
    expect(fields.detail).toMatch(detail);
    expect(fields.advice).toMatch(advice);
  });

  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /authority that this machine does not trust/, /NODE_EXTRA_CA_CERTS/],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /authority that this machine does not trust/, /NODE_EXTRA_CA_CERTS/],
    ['CERT_HAS_EXPIRED', /has expired or is not valid yet/, /clock/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /is for another host name/, /--endpoint/],
    ['EPROTO', /TLS certificate or protocol/, /whether its port speaks TLS/],
  ])('(%s) tells TLS faults apart', async (code, detail, advice) => {
    const fields = await reached(thrown(code));
    expect(fields).toMatchObject({ code: 'Misconfigured' });
    expect(fields.detail).toMatch(detail);
    expect(fields.advice).toMatch(advice);
  });

  it.each([
    ['HTTPS_PROXY', 'ECONNREFUSED', ''],
    ['https_proxy', 'ENOTFOUND', 'other.example'],
    ['ALL_PROXY', 'ETIMEDOUT', 'orp.example'],
  ])('says that %s is not used (%s)', async (variable, code, noProxy) => {
    vi.stubEnv(variable, 'http://proxy.corp.example:3128');
    vi.stubEnv('NO_PROXY', noProxy);
    const fields = await reached(thrown(code));
    expect(fields.detail).toContain(`${variable} is set, but this server connects directly.`);
    expect(fields.advice).toContain('direct route');
    expect(fields.detail).not.toContain('proxy.corp');
  });

  it.each(['*', 'kdb.corp.example', '.corp.example', 'localhost, corp.example'])(
    'does not mention a proxy if NO_PROXY=%s exempts the endpoint',
    async (noProxy) => {
      vi.stubEnv('HTTPS_PROXY', 'http://proxy.corp.example:3128');
      vi.stubEnv('NO_PROXY', noProxy);
      expect((await reached(thrown('ECONNREFUSED'))).detail).not.toContain('HTTPS_PROXY');
    },
  );

  it('does not mention a proxy after the request was sent', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://proxy.corp.example:3128');
    // Not over a socket to this machine, for which no proxy is mentioned at all.
    const service = () => Promise.reject(thrown('ECONNRESET'));
    const fields = await fieldsOf(finspaceCall({ ...OPTIONS, region: 'eu-west-1', service })('ListEnvironments', {}));
    expect(fields).toMatchObject({ code: 'Unreachable', detail: 'The connection broke before a reply came.' });
  });

  it('names a proxy that requires its own credentials', async () => {
    const { url } = await serving(answering(407, '<html>'));
    const fields = await fieldsOf(
      finspaceCall({ ...OPTIONS, region: 'eu-west-1', endpoint: url })('ListEnvironments', {}),
    );
    expect(fields).toMatchObject({ code: 'Rejected', detail: expect.stringContaining('HTTP 407') });
    expect(fields.advice).toContain('proxy');
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('with HTTP %i is rejected and not followed', async (status) => {
    const elsewhere = await serving(answering(200, '{}'));
    const { url, seen } = await serving((response) => {
      response.writeHead(status, { location: `${elsewhere.url}/environment` }).end();
    });
    const fields = await fieldsOf(
      finspaceCall({ ...OPTIONS, region: 'eu-west-1', endpoint: url })('ListEnvironments', {}),
    );
    expect(fields).toMatchObject({ code: 'Rejected', httpStatus: status, attempts: 1 });
    expect(fields.detail).toContain('never followed');
    expect([seen.length, elsewhere.seen.length]).toEqual([1, 0]);
  });
});

describe('a hostile or missing setting', () => {
  it.each([
    'evil.example/',
    'us-east-1.evil.example',
    'us-east-1#',
    'us-east-1@evil.example',
    'a'.repeat(70),
    '..',
    'us east 1',
    '-us-east-1',
  ])('region %j opens no socket', async (region) => {
    const connect = vi.spyOn(Socket.prototype, 'connect');
    for (const options of [{ region }, {}]) {
      vi.stubEnv('AWS_REGION', region);
      const fields = await fieldsOf(finspaceCall({ ...OPTIONS, ...options })('ListKxEnvironments', {}));
      expect(fields.code).toBe('Misconfigured');
    }
    expect(connect).not.toHaveBeenCalled();
  });

  it('a missing region is named in the error', async () => {
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) vi.stubEnv(name, undefined);
    for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, '/nonexistent');
    const fields = await fieldsOf(finspaceCall(OPTIONS)('ListKxEnvironments', {}));
    expect(fields).toMatchObject({ code: 'Misconfigured', detail: 'No AWS region is configured.' });
  });

  it.each(['http://169.254.169.254', 'http://10.0.0.1:80', 'http://finspace.example', 'http://127.0.0.1.example'])(
    'plain http to another machine (%s) opens no socket',
    async (url) => {
      const connect = vi.spyOn(Socket.prototype, 'connect');
      for (const options of [{ endpoint: url }, {}]) {
        vi.stubEnv('AWS_ENDPOINT_URL', url);
        const call = finspaceCall({ ...OPTIONS, region: 'eu-west-1', ...options });
        expect(await fieldsOf(call('ListKxEnvironments', {}))).toMatchObject({ code: 'Misconfigured' });
      }
      expect(connect).not.toHaveBeenCalled();
    },
  );

  it.each(['.', '..', ''])('a cluster name %j, which a path cannot contain, is never sent', async (clusterName) => {
    const { url, seen } = await serving(answering(200, '{}'));
    const call = finspaceCall({ ...OPTIONS, region: 'eu-west-1', endpoint: url });
    const fields = await fieldsOf(call('GetKxCluster', { environmentId: 'abc123', clusterName }));
    expect(fields).toMatchObject({ code: 'Validation', detail: 'clusterName cannot be used in a path.' });
    expect(seen).toHaveLength(0);
  });
});

describe('the environment of the process', () => {
  it('does not affect calls to a service in this process', async () => {
    for (const name of ['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT']) vi.stubEnv(name, 'true');
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://169.254.169.254');
    vi.stubEnv('AWS_MAX_ATTEMPTS', 'many');
    const service = async () => ({ status: 200, headers: {}, body: Buffer.from('{"environments":[]}') });
    expect(await finspaceCall({ ...OPTIONS, region: 'eu-west-1', service })('ListEnvironments', {})).toEqual({
      environments: [],
    });
  });
});
