import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { initApprover } from '../../src/safety/approver.ts';
import { canary, filesUnder, leaksIn } from './support/canaries.ts';
import { type Era, openProduct, type Product } from './support/wire.ts';

const SECRETS = {
  accessKey: canary('AKIA'),
  secretKey: canary('secret'),
  sessionToken: canary('session'),
  otherVariable: canary('variable'),
  errorHeader: canary('header'),
  successHeader: canary('fine'),
  errorBody: canary('body'),
  forbiddenBody: canary('forbidden'),
  redirect: canary('redirect'),
  brokenReply: canary('broken'),
  connectionString: canary('kdb'),
  passphrase: canary('pass'),
};

const ENVIRONMENT = 'abcdefghijklmnop';
const ARN = `arn:aws:finspace:us-east-1:111122223333:kxEnvironment/${ENVIRONMENT}`;

/** A service that says too much, in every way that it can. */
function gossip({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
  const given = JSON.stringify(headers);
  const reply = (status: number, body: string, more: Record<string, string> = {}) =>
    response
      .writeHead(status, { 'content-type': 'application/json', 'x-secret': SECRETS.errorHeader, ...more })
      .end(body);
  const path = url.split('?')[0] ?? '';
  if (path.endsWith('/connectionString'))
    return void reply(200, JSON.stringify({ signedConnectionString: `:host:443:user:${SECRETS.connectionString}` }));
  if (path.endsWith('/clusters')) return void reply(500, SECRETS.errorBody);
  if (path.endsWith('/users')) return void reply(403, SECRETS.forbiddenBody);
  if (path.endsWith('/kxvolumes')) return void reply(302, '', { location: `https://example.com/${SECRETS.redirect}` });
  if (path.endsWith('/databases')) return void reply(200, `{"kxDatabases": ["${SECRETS.brokenReply}`);
  if (path.endsWith('/environments'))
    return void reply(200, '{"environments":[]}', { 'x-secret': SECRETS.successHeader });
  // The one thing that may be repeated is what a modelled error says; it must not bring the credentials back.
  const message = `You sent ${given} and ${SECRETS.secretKey} and ${encodeURIComponent(SECRETS.sessionToken)}`;
  reply(400, JSON.stringify({ message }), { 'x-amzn-errortype': 'ValidationException' });
}

describe.each<Era>(['2025-06-18', '2026-07-28'])('secrets of all kinds, in %s', (era) => {
  let upstream: Server;
  let product: Product | undefined;
  beforeAll(async () => {
    upstream = createServer(gossip).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    vi.stubEnv('AWS_ACCESS_KEY_ID', SECRETS.accessKey);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', SECRETS.secretKey);
    vi.stubEnv('AWS_SESSION_TOKEN', SECRETS.sessionToken);
    vi.stubEnv('DATABASE_PASSWORD', SECRETS.otherVariable);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    upstream.close();
  });
  afterEach(() => product?.close());

  it('show nowhere: not to the client, in the log, the journal, the ledger or any file', async () => {
    const endpoint = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
    const settings = { backend: 'aws', endpoint, region: 'us-east-1', state: undefined, maxAttempts: 1 };
    product = openProduct(settings);
    await initApprover(product.folder, SECRETS.passphrase);
    const client = await product.connect(era);
    const said: string[] = [];
    const inside = { environmentId: ENVIRONMENT };
    const calls: [string, object][] = [
      ['list_kx_environments', {}],
      ['get_kx_environment', inside],
      ['list_kx_clusters', inside],
      ['list_kx_users', inside],
      ['list_kx_volumes', inside],
      ['list_kx_databases', inside],
      ['get_kx_connection_string', { ...inside, userArn: `${ARN}/kxUser/ann`, clusterName: 'gateway' }],
      ['create_kx_user', { ...inside, userName: 'ann', iamRole: 'arn:aws:iam::111122223333:role/desk' }],
      ['create_kx_database', { ...inside, databaseName: 'trades' }],
      ['delete_kx_database', { ...inside, databaseName: 'trades' }],
      ['delete_kx_environment', inside],
      ['update_kx_volume', { ...inside, volumeName: 'fast', description: 'x' }],
      ['plan_change', { tool: 'delete_kx_user', arguments: { ...inside, userName: 'ann' } }],
      ['tear_down_kx_environment', inside],
    ];
    for (const [name, given] of calls)
      said.push(JSON.stringify(await client.request('tools/call', { name, arguments: given })));
    for (const uri of [`finspace://kx/environments/${ENVIRONMENT}`, 'finspace://kx/environments'])
      said.push(JSON.stringify(await client.request('resources/read', { uri })));
    said.push(JSON.stringify(await client.request('resources/list', {})));
    expect(said.join('\n')).toContain('ValidationException');
    expect(said.join('\n')).toContain('[masked]');
    await client.close();

    const files = filesUnder(product.folder);
    const sink = Object.keys(files).filter((path) => path.includes('/secrets/'));
    expect(sink).toHaveLength(1);
    expect(files[sink[0] as string]).toContain(SECRETS.connectionString);
    delete files[sink[0] as string];
    expect(Object.keys(files).some((path) => path.includes('state.db'))).toBe(true);
    const places = { ...files, 'the wire': said.join('\n'), 'the log': JSON.stringify(product.logged) };
    expect(leaksIn(places, SECRETS)).toEqual([]);
  });

  it('would be found in any form', () => {
    const secret = SECRETS.connectionString;
    for (const hidden of [
      secret,
      Buffer.from(`x${secret}`).toString('base64'),
      Buffer.from(`xy${secret}y`).toString('base64url'),
      Buffer.from(secret).toString('hex'),
      [...secret].reverse().join(''),
    ])
      expect(leaksIn({ text: `before ${hidden} after` }, { secret })).not.toEqual([]);
  });
});
