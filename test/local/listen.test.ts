import { request } from 'node:http';
import {
  CreateKxDatabaseCommand,
  CreateKxEnvironmentCommand,
  FinspaceClient,
  GetKxClusterCommand,
  GetKxEnvironmentCommand,
  ListKxClustersCommand,
  ListTagsForResourceCommand,
  paginateListKxDatabases,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  TagResourceCommand,
  UntagResourceCommand,
  ValidationException,
} from '@aws-sdk/client-finspace';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ListenError } from '../../src/listen-on.ts';
import { type LocalService, openLocalService } from '../../src/local/index.ts';
import { type Listener, listen } from '../../src/local/listen.ts';
import type { ServedRequest } from '../../src/local/served-request.ts';
import { KEY, token } from './environment-builder.ts';
import { authorizationFor } from './world.ts';

let local: LocalService;
let listener: Listener;
let client: FinspaceClient;
beforeAll(async () => {
  local = await openLocalService({ state: ':memory:', world: 'demo', lifecycle: 'instant', region: 'us-east-1' });
  listener = await listen(local.service, { port: 0 });
  client = new FinspaceClient({
    endpoint: `http://127.0.0.1:${listener.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await listener.close();
  await local.close();
});

describe('the AWS SDK', () => {
  const prod = 'm5cnbg3l25pwsmzikb7kdj';

  test('reads replies, with times as dates', async () => {
    const { kxClusterSummaries } = await client.send(
      new ListKxClustersCommand({ environmentId: prod, clusterType: 'HDB' }),
    );
    expect(kxClusterSummaries?.map(({ clusterName }) => clusterName)).toContain('hdb-futures');
    const cluster = await client.send(new GetKxClusterCommand({ environmentId: prod, clusterName: 'hdb-futures' }));
    expect(cluster.createdTimestamp).toBeInstanceOf(Date);
    expect(cluster.createdTimestamp?.getTime()).toBeLessThan(Date.now());
    expect(cluster.autoScalingConfiguration?.maxNodeCount).toBe(5);
  });

  test('creates, tags by an encoded ARN, and untags', async () => {
    const created = await client.send(new CreateKxEnvironmentCommand({ name: 'kdb-sdk', kmsKeyId: KEY }));
    const { environmentId = '', environmentArn: resourceArn = '' } = created;
    expect((await client.send(new GetKxEnvironmentCommand({ environmentId }))).status).toBe('CREATED');
    await client.send(new TagResourceCommand({ resourceArn, tags: { owner: 'a b', stage: 'x' } }));
    await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['stage', 'other'] }));
    expect((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({ owner: 'a b' });
  });

  test('receives errors as instances of their classes', async () => {
    const missing = new GetKxClusterCommand({ environmentId: prod, clusterName: 'none' });
    await expect(client.send(missing)).rejects.toBeInstanceOf(ResourceNotFoundException);
    const invalid = new GetKxClusterCommand({ environmentId: prod, clusterName: 'no spaces please' });
    await expect(client.send(invalid)).rejects.toBeInstanceOf(ValidationException);
    const twice = new CreateKxDatabaseCommand({ environmentId: prod, databaseName: 'fx_spot', clientToken: token() });
    await expect(client.send(twice)).rejects.toBeInstanceOf(ResourceAlreadyExistsException);
  });

  test('reads lists page by page', async () => {
    const names: (string | undefined)[] = [];
    for await (const page of paginateListKxDatabases({ client, pageSize: 1 }, { environmentId: prod })) {
      expect(page.kxDatabases).toHaveLength(1);
      names.push(page.kxDatabases?.[0]?.databaseName);
    }
    expect(names).toEqual(['equities_taq', 'futures_l2', 'fx_spot', 'reference_data']);
  });
});

describe('the listener', () => {
  const status = (headers: Record<string, string>, body = '') =>
    new Promise<number | undefined>((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: listener.port,
        path: '/kx/environments',
        method: body ? 'POST' : 'GET',
        headers: { authorization: authorizationFor('us-east-1'), ...headers },
      };
      const sent = request(options, (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode));
      });
      sent.on('error', reject);
      sent.end(body);
    });

  test('serves the host names of this machine and no others', async () => {
    expect(await status({ host: `localhost:${listener.port}` })).toBe(200);
    expect(await status({ host: `[::1]:${listener.port}` })).toBe(200);
    expect(await status({ host: 'localhost' })).toBe(421);
    expect(await status({ host: `rebound.example:${listener.port}` })).toBe(421);
  });

  test('serves clients that omit the port of HTTP', async ({ skip }) => {
    const onUsualPort = await listen(local.service, { host: '127.0.0.77', port: 80 }).catch((error) => {
      if (error instanceof ListenError) return skip(error.message);
      throw error;
    });
    try {
      const headers = { authorization: authorizationFor('us-east-1') };
      expect((await fetch('http://127.0.0.77/kx/environments', { headers })).status).toBe(200);
    } finally {
      await onUsualPort.close();
    }
  });

  test('serves no web page', async () => {
    expect(await status({ origin: 'http://localhost' })).toBe(403);
  });

  test('limits the size of a body', async () => {
    expect(await status({}, 'x'.repeat(13 * 1024 * 1024))).toBe(413);
  });

  test('reports in one line that a port is in use', async () => {
    await expect(listen(local.service, { port: listener.port })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${listener.port}: the port is already in use`,
    );
  });

  test('answers /healthz under any host name', async () => {
    const { status, body } = await get(listener.port, '/healthz', { host: 'finspace:4566' });
    expect([status, body]).toEqual([200, 'ok\n']);
  });
});

describe('the listener beyond loopback', () => {
  const KEY_PAIR = { accessKeyId: 'TESTKEY', secretAccessKey: 'TESTSECRET' };
  let signed: LocalService;
  let open: Listener;
  let seen: ServedRequest[];
  beforeEach(async () => {
    seen = [];
    const options = { state: ':memory:', world: 'demo', lifecycle: 'instant', region: 'us-east-1' } as const;
    signed = await openLocalService({ ...options, credentials: [KEY_PAIR] });
    open = await listen(signed.service, { port: 0, anyHost: true, observe: (request) => seen.push(request) });
  });
  afterEach(async () => {
    await open.close();
    await signed.close();
  });
  const client = (secretAccessKey = KEY_PAIR.secretAccessKey) =>
    new FinspaceClient({
      endpoint: `http://127.0.0.1:${open.port}`,
      region: 'us-east-1',
      credentials: { ...KEY_PAIR, secretAccessKey },
      maxAttempts: 1,
    });

  test('serves every host name to clients that sign, and no others', async () => {
    const { kxClusterSummaries = [] } = await client().send(
      new ListKxClustersCommand({ environmentId: 'm5cnbg3l25pwsmzikb7kdj' }),
    );
    expect(kxClusterSummaries.length).toBeGreaterThan(3);
    await expect(client('wrong').send(new ListKxClustersCommand({ environmentId: 'm5' }))).rejects.toThrow();
    const unsigned = await get(open.port, '/kx/environments', { host: 'finspace:4566' });
    expect(unsigned).toMatchObject({ status: 403, body: expect.stringContaining('Missing Authentication Token') });
  });

  test('passes each request to the log: what, by which key, and the result, without query or headers', async () => {
    await client().send(new ListKxClustersCommand({ environmentId: 'm5cnbg3l25pwsmzikb7kdj', clusterType: 'HDB' }));
    const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=OTHERKEY/20260101/us-east-1/finspace/aws4_request' };
    await get(open.port, '/kx/nowhere?X-Amz-Security-Token=canary', headers);
    await get(open.port, '/kx/environments', { origin: 'https://web.example' });
    expect(seen).toEqual([
      {
        method: 'GET',
        path: '/kx/environments/m5cnbg3l25pwsmzikb7kdj/clusters',
        operation: 'ListKxClusters',
        accessKey: 'TESTKEY',
        status: 200,
        ms: expect.any(Number),
      },
      { method: 'GET', path: '/kx/nowhere', accessKey: 'OTHERKEY', status: 403, ms: expect.any(Number) },
      { method: 'GET', path: '/kx/environments', operation: 'ListKxEnvironments', status: 403, ms: expect.any(Number) },
    ]);
    expect(JSON.stringify(seen)).not.toContain('canary');
  });
});

const get = (port: number, path: string, headers: Record<string, string>) =>
  new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode, body }));
    });
    sent.on('error', reject).end();
  });
