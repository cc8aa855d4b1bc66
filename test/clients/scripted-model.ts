import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { Member, ModelApi, OfferedTool } from './model-apis.ts';

/** An API on this machine whose model calls one tool of the server, and then answers with the result of that call. */
export interface ScriptedModel {
  readonly url: string;
  /** The tools of the server that the client offered to the model. */
  tools(): readonly OfferedTool[];
  /** What the model got as the result of its call. */
  result(): string | undefined;
  /** The hosts other than this machine that the client tried to reach: it is also the proxy of the client. */
  readonly elsewhere: readonly string[];
}

/** Starts the API with which a client talks to its model. */
export async function scriptedModel(api: ModelApi): Promise<ScriptedModel> {
  let tools: readonly OfferedTool[] = [];
  let result: string | undefined;
  const elsewhere: string[] = [];
  const reply = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await textOf(request);
    const { url = '' } = request;
    if (URL.canParse(url)) elsewhere.push(url);
    if (!api.path.test(url)) return response.writeHead(404).end('{}');
    const turn = JSON.parse(body) as Member;
    const offered = api.tools(turn);
    if (offered.length > 0) tools = offered;
    result ??= api.result(turn);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    return response.end(api.reply(turn, result === undefined ? undefined : `The server says: ${result}`));
  };
  const server = createServer((request, response) => void reply(request, response));
  server.on('connect', ({ url = '' }, socket) => {
    elsewhere.push(url);
    socket.on('error', () => {});
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, tools: () => tools, result: () => result, elsewhere };
}
