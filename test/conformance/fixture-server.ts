import { InMemoryServerEventBus, McpServer } from '@modelcontextprotocol/server';
import { configure } from '../../src/config.ts';
import { serveOverHttp } from '../../src/transports/http/serve.ts';
import { registerContent } from './fixtures/content.ts';
import { registerForms } from './fixtures/forms.ts';
import { registerInput, state } from './fixtures/input.ts';
import { registerPrompts } from './fixtures/prompts.ts';
import { registerResources } from './fixtures/resources.ts';

/** The tools, resources and prompts that the conformance suite asks for by name, on the HTTP stack of the product. */
const bus = new InMemoryServerEventBus();

function fixtureServer(): McpServer {
  const server = new McpServer(
    { name: 'conformance-fixtures', version: '1.0.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: { listChanged: true },
        logging: {},
        completions: {},
      },
      requestState: { verify: state.verify },
    },
  );
  registerContent(server, bus);
  registerForms(server);
  registerInput(server);
  registerResources(server);
  registerPrompts(server);
  server.server.setRequestHandler('logging/setLevel', () => ({}));
  server.server.setRequestHandler('completion/complete', () => ({ completion: { values: [], total: 0 } }));
  return server;
}

const { port } = await serveOverHttp({
  ...configure({ port: 0 }, {}),
  served: [{ path: '/mcp', createServer: fixtureServer, bus }],
  mutationsSettled: async () => {},
  ready: async () => true,
  onerror: () => {},
});
console.error(JSON.stringify({ url: `http://127.0.0.1:${port}/mcp` }));
