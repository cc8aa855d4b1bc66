import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach, expect, it } from 'vitest';
import { closeAll, closing, modernHeaders, post, product } from '../http/support.ts';
import { typedIn } from '../support/typed.ts';
import { describeClient, installed } from './installed.ts';

type Members = Record<string, unknown>;

/** What the library of the extension's authors offers, as far as it is used here. */
interface Library {
  createTaskSessionFromClient(client: Client, options: object): Session;
}
interface Session {
  callTool(name: string, given: Members): Promise<Execution>;
  close(): Promise<void>;
}
interface Execution {
  settle(): Promise<{ readonly outcome: Members }>;
}

const identity = { name: 'ext-tasks', version: '1' };
const capabilities = { elicitation: { form: {} }, extensions: { 'io.modelcontextprotocol/tasks': {} } };
const PROTOCOL = '2026-07-28';

describeClient('the client library of the tasks extension', () => {
  afterEach(closeAll);

  /** A session of the library, which shows forms to a person who types what they require. */
  async function session(url: string): Promise<Session> {
    const { createTaskSessionFromClient } = (await import(
      installed('@modelcontextprotocol/ext-tasks/dist/client/index.js')
    )) as Library;
    const client = new Client(identity, { capabilities, versionNegotiation: { mode: { pin: PROTOCOL } } });
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    closing(client);
    let id = 0;
    const rawDispatch = async (request: { method: string; params: Members }) => {
      id += 1;
      const { method, params } = request;
      const name = params['taskId'] === undefined ? {} : { 'mcp-name': String(params['taskId']) };
      const headers = { ...modernHeaders(method, params), ...name };
      const { result, error } = (await (
        await post(url, { jsonrpc: '2.0', id, ...request }, headers)
      ).json()) as Members;
      return error === undefined ? { result } : { error };
    };
    const framing = { protocolVersion: PROTOCOL, clientInfo: identity, clientCapabilities: capabilities };
    return closing(
      createTaskSessionFromClient(client, {
        ...{ endpointId: url, rawDispatch, v2RequestFraming: framing },
        onInputRequest: async ({ params }: { params: { message: string } }) => ({
          action: 'accept',
          content: { name: typedIn(params.message) },
        }),
      }),
    );
  }

  it.each([
    ['tear_down_kx_environment', { environmentId: 'kdb-uat', only: ['gw-uat'] }, { finished: true, requested: 1 }],
    [
      'wait_for_kx_entity',
      { environment: 'kdb-uat', kind: 'cluster', name: 'gw-uat', until: 'DELETED' },
      { reached: true },
    ],
  ])('gets the result of %s', { timeout: 120_000 }, async (tool, given, content) => {
    const { url } = await product({ world: 'demo', lifecycle: 'fast' });
    const own = await session(url);
    if (tool === 'wait_for_kx_entity')
      await own.callTool('delete_kx_cluster', { environmentId: 'kdb-uat', clusterName: 'gw-uat' });
    const execution = await own.callTool(tool, given);
    const { outcome } = await execution.settle();
    expect(outcome).toMatchObject({
      ...{ status: 'completed', task: { status: 'completed' } },
      result: { structuredContent: content },
    });
  });
});
