import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createRuntime } from '../../src/commands/runtime.ts';
import { configure } from '../../src/config.ts';
import { INITIALIZE } from '../http/support.ts';
import { KMS_KEY } from '../support/session-calls.ts';
import { rawConnection, SILENT } from './raw-connection.ts';

const MAX_BYTES = 20_000;
const WAIT = { timeout: 4_000 };

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: { readonly isError?: boolean; readonly content: readonly { readonly text: string }[] };
  readonly error?: { readonly code: number; readonly message: string };
}

/** A client that shows forms, and an environment whose deletion it has called as request 7. Its form is open as request 0. */
async function withOpenForm() {
  const runtime = createRuntime(configure({ state: ':memory:', world: 'empty', lifecycle: 'instant' }, {}), SILENT, {
    remote: false,
  });
  const { received, send, close } = rawConnection<Message>(runtime.createServer, MAX_BYTES);
  onTestFinished(async () => {
    await close();
    await runtime.close();
  });
  const replyTo = (id: number) =>
    vi.waitUntil(() => received.find((message) => message.id === id && !message.method), WAIT);
  const call = (id: number, name: string, args: object) =>
    send({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } });
  send({ ...INITIALIZE, params: { ...INITIALIZE.params, capabilities: { elicitation: { form: {} } } } });
  call(2, 'create_kx_environment', { name: 'trading', kmsKeyId: KMS_KEY });
  await replyTo(2);
  call(7, 'delete_kx_environment', { environment: 'trading' });
  await vi.waitUntil(() => received.find(({ method }) => method === 'elicitation/create'), WAIT);
  return { received, send, call, replyTo };
}

const accept = '{"action":"accept","content":{"name":"trading"}}';
const padding = ' '.repeat(MAX_BYTES);

describe('over stdio, a malformed reply to a form', () => {
  it.each([
    '{"jsonrpc":"2.0","id":0,"error":{"code":-1}}',
    '{"jsonrpc":"2.0","id":0,"error":"x"}',
    '{"jsonrpc":"2.0","id":0,"result":5}',
    '{"jsonrpc":"2.0","id":0,"result":null}',
    '{"jsonrpc":"2.0","id":0,"result":[]}',
    `{"jsonrpc":"2.0","id":0,"result":${accept},"error":{"code":-1,"message":"x"}}`,
    `{"jsonrpc":"2.0","id":0,"method":null,"result":${accept},"error":null}`,
    `{"id":0,"result":${accept}}`,
    '{"jsonrpc":"2.0","id":"0","result":5}',
    '{"jsonrpc":"2.0","id":0}',
    `[{"jsonrpc":"2.0","id":0,"result":${accept}}]`,
    '{"jsonrpc":"2.0","id":0,"result":{"action":"accept","content":{"name":NaN}}}',
    `{"jsonrpc":"2.0","id":0,"result":${'['.repeat(100)}${']'.repeat(100)}}`,
    `{"jsonrpc":"2.0","id":0,"result":{"a":"${padding}"}}`,
    `{"result":{"a":"${padding}"},"jsonrpc":"2.0","id":0}`,
  ])('refuses the call, and is not answered (case %#)', async (line) => {
    const { received, send, call, replyTo } = await withOpenForm();
    send(line);
    const { result } = (await replyTo(7)) as Message;
    expect(result?.isError).toBe(true);
    expect(result?.content[0]?.text).toContain('did not run');
    call(8, 'list_kx_environments', {});
    expect(JSON.stringify(await replyTo(8))).toContain('trading');
    expect(received.filter(({ id, error }) => id === 0 || error !== undefined)).toMatchObject([
      { method: 'elicitation/create' },
    ]);
  });

  it.each([
    '{"jsonrpc":"2.0","id":99,"result":5}',
    '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"x"}}',
    '{"jsonrpc":"2.0","error":"x"}',
  ])('that names no open request leaves the form open, and is not answered: %s', async (line) => {
    const { received, send, call, replyTo } = await withOpenForm();
    send(line);
    call(8, 'list_kx_environments', {});
    await replyTo(8);
    expect(received.filter(({ id, error }) => id === 7 || error !== undefined)).toEqual([]);
    send(`{"jsonrpc":"2.0","id":0,"result":{"action":"cancel"}}`);
    await replyTo(7);
  });

  it.each([
    '{"jsonrpc":"2.0","id":0,"method":5}',
    `{"jsonrpc":"2.0","id":0,"method":"tools/call","params":{"name":"${padding}"}}`,
  ])('is not what a malformed request with the same id is, which gets an error (case %#)', async (line) => {
    const { received, send, replyTo } = await withOpenForm();
    send(line);
    expect(await replyTo(0)).toMatchObject({ error: { code: -32600 } });
    expect(received.some(({ id }) => id === 7)).toBe(false);
    send(`{"jsonrpc":"2.0","id":0,"result":{"action":"cancel"}}`);
    await replyTo(7);
  });
});
