import * as sdk from '@aws-sdk/client-finspace';
import { type HttpRequest, HttpResponse } from '@smithy/protocol-http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sender } from '../../src/finspace/command.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from '../../src/operations/index.ts';
import { changesNothing } from '../../src/operations/operation.ts';
import { fullOutput, validInput } from './arbitraries.ts';
import { MISSING_IN_SDK, SDK_OPERATIONS } from './sdk-commands.ts';

type Members = Record<string, unknown>;

/** What @aws-sdk/client-finspace 3.523.0 lacks. A row that is no longer true fails a test. */
const DROPPED_FROM_REQUESTS: Partial<Record<OperationName, string>> = { CreateKxDataview: 'readWrite' };
const DROPPED_FROM_RESPONSES: Partial<Record<OperationName, string>> = {
  CreateKxDataview: 'readWrite',
  GetKxDataview: 'readWrite',
  UpdateKxDataview: 'readWrite',
  ListKxDataviews: 'kxDataviews.readWrite',
  ListKxClusterNodes: 'nodes.status',
};

const RUNS = { numRuns: 12 };

describe("the SDK's own commands", () => {
  it('cover every operation except those in the table', () => {
    const theirs = Object.keys(sdk).filter((name) => name.endsWith('Command') && !name.startsWith('$'));
    const unknown = OPERATION_NAMES.filter((name) => !theirs.includes(`${name}Command`));
    expect(unknown, 'add or remove a row of MISSING_IN_SDK in test/finspace/sdk-commands.ts').toEqual(MISSING_IN_SDK);
    expect(theirs.sort()).toEqual(SDK_OPERATIONS.map((name) => `${name}Command`).sort());
  });
});

describe.each(SDK_OPERATIONS)('%s', (name) => {
  it('sends the request that the SDK sends', async () => {
    await fc.assert(
      fc.asyncProperty(validInput(name), async (input) => {
        const { [DROPPED_FROM_REQUESTS[name] ?? '']: _, ...known } = input;
        const [ours, theirs] = [await requestOf(command(name, known)), await requestOf(sdkCommand(name, input))];
        expect(ours).toEqual(theirs);
      }),
      RUNS,
    );
  });

  it('reads every member of a response as the SDK does, except that timestamps are ISO 8601', async () => {
    const [input] = example(name);
    await fc.assert(
      fc.asyncProperty(fullOutput(name), async (body) => {
        const { ours, theirs } = await readings(name, input, JSON.stringify(body));
        expect(without(ours, DROPPED_FROM_RESPONSES[name])).toEqual(theirs);
        expect(Object.keys(ours).sort()).toEqual(Object.keys(operationNamed(name).output().shape).sort());
      }),
      RUNS,
    );
  });

  it('accepts null members as the SDK does, and an empty body only as the reply to a change', async () => {
    const [input, full] = example(name);
    const nulls = JSON.stringify(Object.fromEntries(Object.keys(full).map((member) => [member, null])));
    const isRead = changesNothing(operationNamed(name).risk);
    for (const body of [nulls, '{}', ...(isRead ? [] : [''])]) {
      const { ours, theirs } = await readings(name, input, body);
      expect(ours).toEqual(theirs);
    }
    if (isRead) await expect(readings(name, input, '')).rejects.toThrow();
  });
});

describe.each(rows(DROPPED_FROM_REQUESTS))('the input of %s', (name, member) => {
  it(`contains ${member}, which the SDK drops`, async () => {
    const [input] = example(name);
    const given = { ...input, [member]: true };
    expect((await requestOf(command(name, given))).body).toHaveProperty(member, true);
    expect((await requestOf(sdkCommand(name, given))).body).not.toHaveProperty(member);
  });
});

describe.each(rows(DROPPED_FROM_RESPONSES))('the output of %s', (name, path) => {
  it(`contains ${path}, which the SDK drops`, async () => {
    const [input, body] = example(name);
    const { ours, theirs } = await readings(name, input, JSON.stringify(body));
    const place = path.replace('.', '[0].');
    expect(ours).toHaveProperty(place);
    expect(theirs).not.toHaveProperty(place);
  });
});

describe('DeleteKxClusterNode', () => {
  it('sends the node id as one path segment, as the model says', async () => {
    const input = { environmentId: 'abc123', clusterName: 'hdb-1', nodeId: 'n/1' };
    expect(await requestOf(command('DeleteKxClusterNode', input))).toMatchObject({
      method: 'DELETE',
      path: '/kx/environments/abc123/clusters/hdb-1/nodes/n%2F1',
      query: {},
      body: undefined,
    });
  });
});

describe('TagResource', () => {
  it('sends a tag named __proto__, which the SDK loses', async () => {
    const tags = JSON.parse('{"__proto__":"x"}');
    const input = { resourceArn: 'arn:aws:finspace:eu-west-1:123456789012:kxEnvironment/abc123', tags };
    expect(Object.keys((await requestOf(command('TagResource', input))).body.tags)).toEqual(['__proto__']);
    expect(Object.keys((await requestOf(sdkCommand('TagResource', input))).body.tags)).toEqual([]);
  });
});

describe('a timestamp', () => {
  it('keeps its milliseconds', async () => {
    const input = { environmentId: 'abc123', databaseName: 'trades' };
    const { ours } = await readings('GetKxDatabase', input, '{"createdTimestamp":1700000000.123}');
    expect(ours).toEqual({ createdTimestamp: '2023-11-14T22:13:20.123Z' });
  });
});

/** One valid input and one full response body. */
function example(name: OperationName): [input: Members, body: Members] {
  const [pair] = fc.sample(fc.tuple(validInput(name), fullOutput(name)), 1);
  if (pair === undefined) throw new Error('no example');
  return pair;
}

function rows<T>(table: Partial<Record<OperationName, T>>): [OperationName, T][] {
  return Object.entries(table) as [OperationName, T][];
}

/** Sends one command with a client that answers with `answer`. */
type Exchange = () => Promise<unknown>;

let answer = '{}';
let sent: HttpRequest | undefined;

/** A client whose handler records the request. */
function recordingClient() {
  return new sdk.FinspaceClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: unknown) => {
        sent = request as HttpRequest;
        return { response: new HttpResponse({ statusCode: 200, headers: {}, body: Buffer.from(answer) }) };
      },
    },
  });
}

const ownSend = sender(recordingClient());
const sdkClient = recordingClient();

const command =
  (name: OperationName, input: Members): Exchange =>
  () =>
    ownSend(name, input, {});

function sdkCommand(name: OperationName, input: Members): Exchange {
  type AnyCommand = Parameters<typeof sdkClient.send>[0];
  const commands = sdk as unknown as Record<string, new (input: Members) => AnyCommand>;
  const Command = commands[`${name}Command`];
  if (Command === undefined) throw new Error(`the SDK has no ${name}Command`);
  return () => sdkClient.send(new Command(input));
}

function send(exchange: Exchange, body: string): Promise<unknown> {
  answer = body;
  return exchange();
}

/** The outputs of our command and of the SDK's for a response; a Date counts as its ISO 8601 form. */
async function readings(name: OperationName, input: Members, body: string) {
  const ours = (await send(command(name, input), body)) as Members;
  const { $metadata: _, ...theirs } = (await send(sdkCommand(name, input), body)) as Members;
  return { ours, theirs: JSON.parse(JSON.stringify(theirs)) as Members };
}

/** What is sent, without what differs from call to call. */
async function requestOf(exchange: Exchange) {
  await send(exchange, '{}');
  if (sent === undefined) throw new Error('nothing was sent');
  const { method, protocol, hostname, port, path, query, body } = sent;
  const { 'content-type': contentType, 'content-length': contentLength, ...others } = sent.headers;
  return {
    ...{ method, protocol, hostname, port, path, query, contentType, contentLength },
    headers: Object.keys(others).sort(),
    body: typeof body === 'string' ? JSON.parse(body) : undefined,
  };
}

/** The value without the member at a dotted path; the path through a list applies to each of its elements. */
function without(value: unknown, path: string | undefined): unknown {
  if (path === undefined) return value;
  if (Array.isArray(value)) return value.map((element) => without(element, path));
  const [head = '', ...rest] = path.split('.');
  const { [head]: member, ...others } = value as Members;
  return rest.length === 0 ? others : { ...others, [head]: without(member, rest.join('.')) };
}
