import { FinspaceClient, GetKxConnectionStringCommand, ListKxEnvironmentsCommand } from '@aws-sdk/client-finspace';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/finspace/handler.ts';
import { inProcessHandler } from '../../src/finspace/in-process.ts';
import { type Credential, credentialFrom } from '../../src/local/credentials.ts';
import { openEstate, ROLE } from './estate.ts';
import { MINUTE, openWorld, raw, START, type TestWorld, typeOf } from './world.ts';

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

describe('a service that knows its callers', () => {
  test('answers who signed with the secret', async () => {
    const world = await openWorld({ credentials: [PLAIN, QUANT] });
    for (const credential of [PLAIN, QUANT]) expect((await list(clientOf(world, credential))).environments).toEqual([]);
  });

  test.each([
    ['with an unknown key', { ...PLAIN, accessKeyId: 'AKIANOBODY' }, 0, 'UnrecognizedClientException', 403],
    ['with a wrong secret', { ...PLAIN, secretAccessKey: 'wrong' }, 0, 'InvalidSignatureException', 403],
    ['six minutes ago', PLAIN, -6 * MINUTE, 'RequestExpired', 400],
    ['six minutes from now', PLAIN, 6 * MINUTE, 'RequestExpired', 400],
  ])('turns away what was signed %s', async (_, credential, skew, name, status) => {
    const world = await openWorld({ credentials: [PLAIN] });
    const refused = await list(clientOf(world, credential, skew)).catch((error: unknown) => error);
    expect(refused).toMatchObject({ name, $metadata: { httpStatusCode: status } });
  });

  test('turns away what was changed on the way', async () => {
    const world = await openWorld({ credentials: [PLAIN] });
    const client = clientOf(world, PLAIN, 0, (target) => target.replace('maxResults=3', 'maxResults=4'));
    await expect(list(client)).rejects.toMatchObject({ name: 'InvalidSignatureException' });
  });

  test.each([
    [undefined, 'MissingAuthenticationTokenException'],
    ['Bearer abc', 'IncompleteSignature'],
    [
      'AWS4-HMAC-SHA256 Credential=A/20260317/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=a',
      'IncompleteSignature',
    ],
  ])('turns away the header %s', async (authorization, type) => {
    const world = await openWorld({ credentials: [PLAIN] });
    const headers = authorization === undefined ? {} : { authorization };
    const response = await world.serve(raw('/kx/environments', { headers }));
    expect([response.status, typeOf(response)]).toEqual([403, type]);
  });
});

test("a connection string is for callers in the user's own role, refused without a word", async () => {
  const open = await openWorld();
  const { environmentId, cluster } = await openEstate(open);
  await cluster('gp-one');
  const { userArn } = await open.call('CreateKxUser', { environmentId, userName: 'bob', iamRole: ROLE });
  const closed = await openWorld({ store: open.store, credentials: [PLAIN, QUANT], start: open.now() });
  const ask = (credential: Credential) =>
    clientOf(closed, credential, open.now() - START).send(
      new GetKxConnectionStringCommand({ environmentId, userArn, clusterName: 'gp-one' }),
    );
  // What the SDK calls an error with an empty message.
  await expect(ask(PLAIN)).rejects.toMatchObject({ name: 'AccessDeniedException', message: 'UnknownError' });
  expect((await ask(QUANT)).signedConnectionString).toContain(':bob:');
});

test('a credential is written as key, secret and perhaps role', () => {
  expect(credentialFrom('AKIA1:s/e+c')).toEqual({ accessKeyId: 'AKIA1', secretAccessKey: 's/e+c', role: undefined });
  expect(credentialFrom(`AKIA1:secret:${ROLE}`)?.role).toBe(ROLE);
  for (const wrong of ['AKIA1', 'AKIA1:', ':secret', 'AKIA1:secret:kdb-quant']) {
    expect(credentialFrom(wrong)).toBeUndefined();
  }
});
