import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The secrets that the service leaks, and the credentials that it repeats. */
export interface LeakedSecrets {
  readonly secretKey: string;
  readonly sessionToken: string;
  readonly errorHeader: string;
  readonly successHeader: string;
  readonly errorBody: string;
  readonly forbiddenBody: string;
  readonly redirect: string;
  readonly brokenReply: string;
  readonly connectionString: string;
}

export interface LeakyService {
  readonly url: string;
  close(): Promise<void>;
}

export const ENVIRONMENT = 'abcdefghijklmnop';
const ARN = `arn:aws:finspace:us-east-1:111122223333:kxEnvironment/${ENVIRONMENT}`;
const inside = { environmentId: ENVIRONMENT };

/** Calls that together make it leak every secret. */
export const LEAKY_CALLS: readonly [tool: string, given: object][] = [
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

/** A service on a loopback port that leaks secrets in every part of its replies. */
export async function openLeakyService(secrets: LeakedSecrets): Promise<LeakyService> {
  const server = createServer((request, response) => replyWithSecrets(secrets, request, response)).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function replyWithSecrets(
  secrets: LeakedSecrets,
  { url = '', headers }: IncomingMessage,
  response: ServerResponse,
): void {
  const given = JSON.stringify(headers);
  const reply = (status: number, body: string, more: Record<string, string> = {}) =>
    response
      .writeHead(status, { 'content-type': 'application/json', 'x-secret': secrets.errorHeader, ...more })
      .end(body);
  const path = url.split('?')[0] ?? '';
  if (path.endsWith('/connectionString'))
    return void reply(200, JSON.stringify({ signedConnectionString: `:host:443:user:${secrets.connectionString}` }));
  if (path.endsWith('/clusters')) return void reply(500, secrets.errorBody);
  if (path.endsWith('/users')) return void reply(403, secrets.forbiddenBody);
  if (path.endsWith('/kxvolumes')) return void reply(302, '', { location: `https://example.com/${secrets.redirect}` });
  if (path.endsWith('/databases')) return void reply(200, `{"kxDatabases": ["${secrets.brokenReply}`);
  if (path.endsWith('/environments'))
    return void reply(200, '{"environments":[]}', { 'x-secret': secrets.successHeader });
  // Only the message of a modelled error may be repeated, without the credentials.
  const message = `You sent ${given} and ${secrets.secretKey} and ${encodeURIComponent(secrets.sessionToken)}`;
  reply(400, JSON.stringify({ message }), { 'x-amzn-errortype': 'ValidationException' });
}
