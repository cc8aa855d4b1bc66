import { afterEach, expect, it } from 'vitest';
import { createRuntime } from '../../src/commands/runtime.ts';
import { configure } from '../../src/config.ts';
import type { ServerFactory } from '../../src/server.ts';
import { rawConnection, SILENT } from './raw-connection.ts';

const URI = 'finspace://kx/environments';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly uri?: string };
  readonly error?: { readonly code: number };
}

const closes: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0)) await close();
});

/** A connection whose first message requests a stream of change events. */
function listenFirst(createServer: ServerFactory): Message[] {
  const { received, send, close } = rawConnection<Message>(createServer);
  closes.push(close);
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'listener', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const params = { notifications: { resourceSubscriptions: [URI] }, _meta };
  send({ jsonrpc: '2.0', id: 7, method: 'subscriptions/listen', params });
  return received;
}

function served() {
  const config = configure({ state: ':memory:', world: 'empty', lifecycle: 'instant' }, {});
  const product = createRuntime(config, SILENT, { remote: false });
  closes.unshift(product.close);
  return product;
}

it('a client whose first message requests a stream is notified', async () => {
  const { createServer, answers } = served();
  const heard = listenFirst(createServer);
  await expect.poll(() => heard.map(({ method }) => method)).toContain('notifications/subscriptions/acknowledged');
  answers.changes.publish({ kind: 'resource_updated', uri: URI });
  await expect.poll(() => heard.map(({ params }) => params?.uri)).toContain(URI);
});

it('a request for a stream gets an error if its handler cannot be loaded', async () => {
  const { createServer } = served();
  const broken = Object.assign((...given: Parameters<ServerFactory>) => createServer(...given), {
    load: () => Promise.reject(new Error('cannot be loaded')),
    watch: createServer.watch,
  });
  const heard = listenFirst(broken);
  await expect.poll(() => heard).toMatchObject([{ id: 7, error: { code: -32603 } }]);
});
