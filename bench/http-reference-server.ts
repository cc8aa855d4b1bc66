import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FinspaceClient, GetKxClusterCommand } from '@aws-sdk/client-finspace';
import { createAdaptorServer } from '@hono/node-server';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { HttpResponse } from '@smithy/protocol-http';
import { Hono } from 'hono';
import * as z from 'zod';

/**
 * The references of the HTTP bench: one tool, served as the SDK's documentation shows. `echo` answers at once; `aws` first
 * makes one call with the AWS client, to a handler that does nothing.
 */
const client = new FinspaceClient({
  region: 'us-east-1',
  endpoint: 'http://finspace.local',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  requestHandler: {
    handle: async () => ({ response: new HttpResponse({ statusCode: 200, headers: JSON_TYPE, body: EMPTY }) }),
  } as never,
});
const JSON_TYPE = { 'content-type': 'application/json' };
const EMPTY = new TextEncoder().encode('{}');

const WORK: Record<string, () => Promise<unknown>> = {
  echo: async () => {},
  aws: () => client.send(new GetKxClusterCommand({ environmentId: 'abc', clusterName: 'rdb' })),
};
const work = WORK[process.argv[2] ?? 'echo'] as () => Promise<unknown>;

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'reference', version: '1.0.0' });
  server.registerTool(
    'echo',
    { description: 'Echo a text.', inputSchema: z.object({ text: z.string() }) },
    async ({ text }) => {
      await work();
      return { content: [{ type: 'text', text }] };
    },
  );
  return server;
});
const app = new Hono();
app.all('/mcp', (c) => handler.fetch(c.req.raw));
const server = createAdaptorServer({ fetch: app.fetch, createServer }) as Server;
server.listen({ host: '127.0.0.1', port: 0, backlog: 4_096 }, () => {
  const { port } = server.address() as AddressInfo;
  console.error(JSON.stringify({ url: `http://127.0.0.1:${port}/mcp` }));
});
