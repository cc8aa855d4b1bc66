import { FinspaceClient, GetKxConnectionStringCommand, ListKxEnvironmentsCommand } from '@aws-sdk/client-finspace';
import { HttpRequest } from '@smithy/protocol-http';
import { buildQueryString } from '@smithy/querystring-builder';
import type { RequestPresigner } from '@smithy/types';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/finspace/handler.ts';
import { inProcessHandler } from '../../src/finspace/in-process.ts';
import { type Credential, credentialFrom } from '../../src/local/credentials.ts';
import { openBuilder, ROLE } from './environment-builder.ts';
import { contentOf, MINUTE, openWorld, rawRequest, START, type TestWorld, typeOf } from './world.ts';

const PLAIN: Credential = { accessKeyId: 'AKIALOCALPLAIN', secretAccessKey: 'plain/secret+1' };
const QUANT: Credential = { accessKeyId: 'ASIALOCALQUANT', secretAccessKey: 'quant', role: ROLE };

const clientOf = ({ serve }: TestWorld, credentials: Credential, skew = 0, tamper = (target: string) => target) =>
  new FinspaceClient({
    endpoint: 'http://finspace.local',
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
    systemClockOffset: START - Date.now() + skew,
    requestHandler: inProcessHandler(
      async (request) => serve({ ...request, target: tamper(request.target) }),
      DEFAULT_LIMITS,
    ),
  });
const list = (client: FinspaceClient) => client.send(new ListKxEnvironmentsCommand({ maxResults: 3 }));

/** A request that the SDK's signer presigns, with the signature in its query. */
async function presigned(credentials: Credential, path: string, query: Record<string, string>): Promise<string> {
  const client = new FinspaceClient({ region: 'us-east-1', credentials });
  const signer = (await client.config.signer()) as unknown as RequestPresigner;
  const request = new HttpRequest({ hostname: 'finspace.local', path, query, headers: { host: 'finspace.local' } });
  const signed = await signer.presign(request, { signingDate: new Date(START), expiresIn: 900 });
  return `${signed.path}?${buildQueryString(signed.query ?? {})}`;
}

test('a presigned URL is for the world of its region', async () => {
  const world = await openWorld();
  await openBuilder(world);
  const ask = async (region: string) =>
    contentOf(
      await world.serve(
        rawRequest(
          `/kx/environments?X-Amz-Credential=a%2F20260317%2F${region}%2Ffinspace%2Faws4_request&X-Amz-Signature=0`,
          {
            headers: {},
          },
        ),
      ),
    ).environments.length;
  expect([await ask('us-east-1'), await ask('eu-west-1')]).toEqual([1, 0]);
});

describe('a service with credentials', () => {
  test('answers a caller who signed with the secret', async () => {
    const world = await openWorld({ credentials: [PLAIN, QUANT] });
    for (const credential of [PLAIN, QUANT]) expect((await list(clientOf(world, credential))).environments).toEqual([]);
  });

  test.each([
    ['with an unknown key', { ...PLAIN, accessKeyId: 'AKIANOBODY' }, 0, 'UnrecognizedClientException', 403],
    ['with a wrong secret', { ...PLAIN, secretAccessKey: 'wrong' }, 0, 'InvalidSignatureException', 403],
    ['six minutes ago', PLAIN, -6 * MINUTE, 'RequestExpired', 400],
    ['six minutes from now', PLAIN, 6 * MINUTE, 'RequestExpired', 400],
  ])('rejects a request that was signed %s', async (_, credential, skew, name, status) => {
    const world = await openWorld({ credentials: [PLAIN] });
    const refused = await list(clientOf(world, credential, skew)).catch((error: unknown) => error);
    expect(refused).toMatchObject({ name, $metadata: { httpStatusCode: status } });
  });

  test('rejects a request that was changed in transit', async () => {
    const world = await openWorld({ credentials: [PLAIN] });
    const client = clientOf(world, PLAIN, 0, (target) => target.replace('maxResults=3', 'maxResults=4'));
    await expect(list(client)).rejects.toMatchObject({ name: 'InvalidSignatureException' });
  });

  test.each([
    ['in time', PLAIN, 0, 200, ''],
    ['too late', PLAIN, 16 * MINUTE, 400, 'RequestExpired'],
    ['with a wrong secret', { ...PLAIN, secretAccessKey: 'wrong' }, 0, 403, 'InvalidSignatureException'],
    ['with an unknown key', { ...PLAIN, accessKeyId: 'AKIANOBODY' }, 0, 403, 'UnrecognizedClientException'],
  ])('accepts a presigned URL while it is valid: %s', async (_, credential, later, status, type) => {
    const world = await openWorld({ credentials: [PLAIN] });
    const target = await presigned(credential, '/kx/environments', { maxResults: '3' });
    world.advance(later);
    const answer = (it: string) => world.serve(rawRequest(it, { headers: { host: 'finspace.local' } }));
    const response = await answer(target);
    expect([response.status, typeOf(response)]).toEqual([status, type]);
    const changed = await answer(target.replace('maxResults=3', 'maxResults=4'));
    expect(changed.status).toBeGreaterThanOrEqual(400);
  });

  test.each([
    ['of another length', 'host;x-amz-date', '0'],
    ['with a letter of two bytes', 'host;x-amz-date', `${'0'.repeat(63)}é`],
    ['of a header that every object seems to have', 'host;x-amz-date;constructor', '0'.repeat(64)],
  ])('rejects a signature %s', async (_, names, signature) => {
    const world = await openWorld({ credentials: [PLAIN] });
    const authorization = `AWS4-HMAC-SHA256 Credential=AKIALOCALPLAIN/20260317/us-east-1/finspace/aws4_request, SignedHeaders=${names}, Signature=${signature}`;
    const headers = { host: 'finspace.local', 'x-amz-date': '20260317T093000Z', authorization };
    const target = await presigned(PLAIN, '/kx/environments', {});
    for (const request of [
      rawRequest('/kx/environments', { headers }),
      rawRequest(target.replace(/(?<=X-Amz-Signature=)\w+/, encodeURIComponent(signature)), {
        headers: { host: headers.host },
      }),
    ]) {
      const response = await world.serve(request);
      expect([response.status, typeOf(response)]).toEqual([403, 'InvalidSignatureException']);
    }
  });

  test('reports that Signature Version 4A is not supported, with credentials or without', async () => {
    const authorization =
      'AWS4-ECDSA-P256-SHA256 Credential=AKIALOCALPLAIN/20260317/finspace/aws4_request, SignedHeaders=host, Signature=30';
    for (const options of [{}, { credentials: [PLAIN] }]) {
      const world = await openWorld(options);
      const response = await world.serve(rawRequest('/kx/environments', { headers: { authorization } }));
      expect([response.status, typeOf(response)]).toEqual([403, 'IncompleteSignature']);
      expect(contentOf(response).message).toContain('AWS4-ECDSA-P256-SHA256');
    }
  });

  test.each([
    [undefined, 'MissingAuthenticationTokenException'],
    ['Bearer abc', 'IncompleteSignature'],
    [
      'AWS4-HMAC-SHA256 Credential=A/20260317/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=a',
      'IncompleteSignature',
    ],
  ])('rejects the header %s', async (authorization, type) => {
    const world = await openWorld({ credentials: [PLAIN] });
    const headers = authorization === undefined ? {} : { authorization };
    const response = await world.serve(rawRequest('/kx/environments', { headers }));
    expect([response.status, typeOf(response)]).toEqual([403, type]);
  });
});

test("a connection string is only for callers in the user's own role; others are refused without a message", async () => {
  const open = await openWorld();
  const { environmentId, cluster } = await openBuilder(open);
  await cluster('gp-one');
  const { userArn } = await open.call('CreateKxUser', { environmentId, userName: 'bob', iamRole: ROLE });
  const closed = await openWorld({ store: open.store, credentials: [PLAIN, QUANT], start: open.now() });
  const ask = (credential: Credential) =>
    clientOf(closed, credential, open.now() - START).send(
      new GetKxConnectionStringCommand({ environmentId, userArn, clusterName: 'gp-one' }),
    );
  // The message of the SDK for an error with an empty message.
  await expect(ask(PLAIN)).rejects.toMatchObject({ name: 'AccessDeniedException', message: 'UnknownError' });
  expect((await ask(QUANT)).signedConnectionString).toContain(':bob:');
});

test('a credential is written as key, secret and an optional role', () => {
  expect(credentialFrom('AKIA1:s/e+c')).toEqual({ accessKeyId: 'AKIA1', secretAccessKey: 's/e+c', role: undefined });
  expect(credentialFrom(`AKIA1:secret:${ROLE}`)?.role).toBe(ROLE);
  for (const wrong of ['AKIA1', 'AKIA1:', ':secret', 'AKIA1:secret:kdb-quant']) {
    expect(credentialFrom(wrong)).toBeUndefined();
  }
});
