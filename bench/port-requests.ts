import {
  CreateKxUserCommand,
  FinspaceClient,
  type FinspaceClientConfig,
  GetKxClusterCommand,
  GetKxUserCommand,
  ListKxClustersCommand,
  ListKxEnvironmentsCommand,
} from '@aws-sdk/client-finspace';
import { type HttpRequest, HttpResponse } from '@smithy/protocol-http';
import { type Exchange, send } from './http-load.ts';

/** The row of creates. */
export const CREATE = 'durable create';

const USERS = 100;
const ROLE = 'arn:aws:iam::111122223333:role/kdb-quant';
/** Stands for the number of a request, which has the same length. */
const NUMBER = '0000000';

/** Requests of one kind to both services, about entities with the same members. */
export interface Row {
  readonly ours: () => Exchange;
  readonly dynalite: () => Exchange;
}

/** The rows of the bench by name, and what dynalite has to store before them. */
export interface Prepared {
  readonly rows: Readonly<Record<string, Row>>;
  readonly stored: readonly Exchange[];
}

/**
 * Creates users at a service with a demo world, and signs the requests as an AWS client does. Creates repeat one signature:
 * without credentials, neither service verifies it.
 */
export async function prepareAt(port: number): Promise<Prepared> {
  const client = clientAt(port);
  const { environments = [] } = await client.send(new ListKxEnvironmentsCommand({}));
  const environmentId = environments[0]?.environmentId ?? '';
  const { kxClusterSummaries = [] } = await client.send(new ListKxClustersCommand({ environmentId }));
  const userNames = Array.from({ length: USERS }, (_, at) => `reader_${at}`);
  for (const userName of userNames)
    await client.send(new CreateKxUserCommand({ environmentId, userName, iamRole: ROLE }));
  client.destroy();

  const users = await signed(
    port,
    userNames.map((userName) => new GetKxUserCommand({ environmentId, userName })),
  );
  const clusters = await signed(
    port,
    kxClusterSummaries.map(({ clusterName }) => new GetKxClusterCommand({ environmentId, clusterName })),
  );
  const userName = `writer_${NUMBER}`;
  const clientToken = `5f0e8a2c-3d41-4b7a-9c36-00000${NUMBER}`;
  const input = { environmentId, userName, iamRole: ROLE, clientToken };
  const creates = await signed(port, [new CreateKxUserCommand(input)]);
  const [created] = creates as [HttpRequest];
  const signedRequest = users[0] as HttpRequest;
  const userItems = await itemsOf(port, users);
  const clusterItems = await itemsOf(port, clusters);
  const item = { id: userName, environmentId, userName, userArn: `${ROLE}/${userName}`, iamRole: ROLE };
  return {
    rows: {
      'get a user': { ours: inTurn(users.map(exchangeOf)), dynalite: inTurn(userItems.map(getItem(signedRequest))) },
      'get a cluster': {
        ours: inTurn(clusters.map(exchangeOf)),
        dynalite: inTurn(clusterItems.map(getItem(signedRequest))),
      },
      [CREATE]: {
        ours: numbered({ ...exchangeOf(created), expects: [userName] }),
        dynalite: numbered(putItem(signedRequest)(item)),
      },
    },
    stored: [...userItems, ...clusterItems].map(putItem(signedRequest)),
  };
}

/** The members of an entity, by its id. */
type Item = Readonly<Record<string, unknown>> & { readonly id: string };

const itemsOf = (port: number, gets: readonly HttpRequest[]): Promise<Item[]> =>
  Promise.all(
    gets.map(async (request) => {
      const reply = await send(port, exchangeOf(request));
      return { id: nameIn(request), ...JSON.parse(reply.slice(reply.indexOf('\r\n\r\n'))) };
    }),
  );

const nameIn = ({ path }: HttpRequest) => path.slice(path.lastIndexOf('/') + 1);

const getItem =
  (signedRequest: HttpRequest) =>
  ({ id }: Item) =>
    dynamoDb(signedRequest, 'GetItem', { Key: { id: { S: id } } }, `"${id}"`);

const putItem = (signedRequest: HttpRequest) => (item: Item) =>
  dynamoDb(signedRequest, 'PutItem', { Item: attribute(item)['M'] }, '{}');

/** A request to dynalite with the headers of another one. */
function dynamoDb({ headers }: HttpRequest, operation: string, input: object, expects: string): Exchange {
  const body = JSON.stringify({ TableName: 'entities', ...input });
  const own = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${operation}` };
  return {
    bytes: bytesOf('POST /', { ...headers, ...own, 'content-length': `${Buffer.byteLength(body)}` }, body),
    expects: [expects],
  };
}

/** A value in the JSON of DynamoDB. */
function attribute(value: unknown): Record<string, unknown> {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: `${value}` };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(attribute) };
  return { M: Object.fromEntries(Object.entries(value as object).map(([name, member]) => [name, attribute(member)])) };
}

const inTurn = (exchanges: readonly Exchange[]) => {
  let at = 0;
  return () => exchanges[at++ % exchanges.length] as Exchange;
};

/** The same request about another entity each time. */
function numbered({ bytes, expects }: Exchange): () => Exchange {
  let count = 0;
  return () => {
    count += 1;
    const number = `${count}`.padStart(NUMBER.length, '0');
    const other = (text: string) => text.replaceAll(NUMBER, number);
    return { bytes: other(bytes), expects: expects.map(other) };
  };
}

/** The requests that an AWS client would send, unsent. */
async function signed(port: number, commands: readonly object[]): Promise<HttpRequest[]> {
  const requests: HttpRequest[] = [];
  const handle = async (request: HttpRequest) => {
    requests.push(request);
    return { response: new HttpResponse({ statusCode: 200, headers: {} }) };
  };
  const client = clientAt(port, { handle });
  for (const command of commands) await client.send(command as never);
  client.destroy();
  return requests;
}

function clientAt(port: number, requestHandler?: object): FinspaceClient {
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'not-a-secret' };
  const config = { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials, maxAttempts: 1 };
  return new FinspaceClient({ ...config, ...(requestHandler && { requestHandler }) } as FinspaceClientConfig);
}

const bytesOf = (line: string, headers: Readonly<Record<string, string>>, body: string): string =>
  [`${line} HTTP/1.1`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', body].join('\r\n');

function exchangeOf(request: HttpRequest): Exchange {
  const { method, path, headers, body = '' } = request;
  return { bytes: bytesOf(`${method} ${path}`, headers, body), expects: [nameIn(request)] };
}
