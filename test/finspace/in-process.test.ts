import { expect, onTestFinished, test, vi } from 'vitest';
import { finspaceCall } from '../../src/finspace/call.ts';
import { DEFAULT_LIMITS } from '../../src/finspace/handler.ts';
import type { WireRequest } from '../../src/operations/exchange.ts';
import type { Call } from '../../src/operations/index.ts';
import { VERSION } from '../../src/version.ts';
import { answering, serving, stubCredentials } from './endpoints.ts';

/** The request that one call sends to a service in this process. */
async function sent(region: string, use: (call: Call) => Promise<unknown>): Promise<WireRequest> {
  const requests: WireRequest[] = [];
  const call = finspaceCall({
    region,
    limits: DEFAULT_LIMITS,
    maxAttempts: 1,
    service: async (request) => {
      requests.push(request);
      return { status: 200, headers: {}, body: new TextEncoder().encode('{}') };
    },
  });
  await use(call);
  expect(requests).toHaveLength(1);
  return requests[0] as WireRequest;
}

test('A request in this process carries a credential scope with its region instead of a signature', async () => {
  const { method, target, headers } = await sent('eu-west-2', (call) =>
    call('GetKxUser', { environmentId: 'e1', userName: 'a b' }),
  );
  expect({ method, target }).toEqual({ method: 'GET', target: '/kx/environments/e1/users/a%20b' });
  expect(headers).toEqual({
    authorization: 'AWS4-HMAC-SHA256 Credential=local/19700101/eu-west-2/finspace/aws4_request',
    'user-agent': `finspace-mcp/${VERSION}`,
  });
});

test('A request in this process has the same body as over a network', async () => {
  stubCredentials();
  onTestFinished(() => void vi.unstubAllEnvs());
  const create = (call: Call) =>
    call('CreateKxUser', {
      environmentId: 'e1',
      userName: 'ana',
      iamRole: 'arn:aws:iam::111122223333:role/ana',
      clientToken: 'token-1',
    });
  const { method, target, headers, body } = await sent('us-east-1', create);
  expect({ method, target }).toEqual({ method: 'POST', target: '/kx/environments/e1/users' });
  expect(headers).toMatchObject({ 'content-type': 'application/json' });
  const text = new TextDecoder().decode(body);
  expect(JSON.parse(text)).toEqual({
    userName: 'ana',
    iamRole: 'arn:aws:iam::111122223333:role/ana',
    clientToken: 'token-1',
  });
  const { url, seen } = await serving(answering(200, '{}'));
  await create(finspaceCall({ region: 'us-east-1', endpoint: url, limits: DEFAULT_LIMITS, maxAttempts: 1 }));
  expect(seen.map((request) => request.body)).toEqual([text]);
});
