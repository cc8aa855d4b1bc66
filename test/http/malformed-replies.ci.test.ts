import { afterEach, describe, expect, it, vi } from 'vitest';
import { KMS_KEY } from '../support/session-calls.ts';
import { closeAll, INITIALIZE, post, product } from './support.ts';

afterEach(closeAll);

/** A session that shows forms, with the deletion of an environment, whose form is open as request 0. */
async function withOpenForm() {
  const { url } = await product();
  const opened = await post(url, {
    ...INITIALIZE,
    params: { ...INITIALIZE.params, capabilities: { elicitation: { form: {} } } },
  });
  await opened.text();
  const headers = { 'mcp-session-id': opened.headers.get('mcp-session-id') as string };
  const send = (message: unknown) => post(url, message, headers);
  const call = (id: number, name: string, args: object) =>
    send({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } });
  await (await call(2, 'create_kx_environment', { name: 'trading', kmsKeyId: KMS_KEY })).text();
  const calling = await call(7, 'delete_kx_environment', { environment: 'trading' });
  const stream = { text: '', isOver: false };
  const read = async () => {
    for await (const chunk of calling.body ?? []) stream.text += Buffer.from(chunk).toString();
    stream.isOver = true;
  };
  void read();
  await vi.waitUntil(() => stream.text.includes('elicitation/create'), { timeout: 4_000 });
  return { send, call, stream };
}

const accept = { action: 'accept', content: { name: 'trading' } };

describe('in a session over HTTP, a malformed reply to a form', () => {
  it.each([
    { jsonrpc: '2.0', id: 0, error: { code: -1 } },
    { jsonrpc: '2.0', id: 0, error: 'x' },
    { jsonrpc: '2.0', id: 0, result: 5 },
    { jsonrpc: '2.0', id: 0, result: null },
    { jsonrpc: '2.0', id: 0, result: [] },
    { jsonrpc: '2.0', id: 0, result: accept, error: { code: -1, message: 'x' } },
    { id: 0, result: accept },
    { jsonrpc: '2.0', id: 0 },
    [{ jsonrpc: '2.0', id: 0, result: 5 }],
  ])('refuses the call, and is not answered: %j', async (message) => {
    const { send, call, stream } = await withOpenForm();
    const response = await send(message);
    expect(response.status).toBe(202);
    expect(await response.text()).toBe('');
    await vi.waitUntil(() => stream.isOver, { timeout: 4_000 });
    expect(stream.text).toContain('did not run');
    expect(await (await call(8, 'list_kx_environments', {})).text()).toContain('trading');
  });

  it.each([
    [{ jsonrpc: '2.0', id: 99, result: 5 }, 202],
    [{ jsonrpc: '2.0', error: 'x' }, 202],
    [{ jsonrpc: '2.0' }, 400],
    [{ jsonrpc: '2.0', id: 0, method: 5 }, 400],
  ])('that names no open request leaves the form open: %j', async (message, status) => {
    const { send, stream } = await withOpenForm();
    expect((await send(message)).status).toBe(status);
    expect(stream.isOver).toBe(false);
    await send({ jsonrpc: '2.0', id: 0, result: { action: 'cancel' } });
    await vi.waitUntil(() => stream.isOver, { timeout: 4_000 });
  });
});

describe('outside a session', () => {
  it.each([{}, { 'mcp-protocol-version': '2026-07-28' }])(
    'a malformed reply gets no id back, with %j',
    async (headers) => {
      const { url } = await product();
      const response = await post(url, { jsonrpc: '2.0', id: 0, result: 5 }, headers as Record<string, string>);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ id: null, error: { code: expect.any(Number) } });
    },
  );
});
