import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { raw } from './raw.ts';
import { closeAll, modernBody, product, type Running } from './support.ts';

let server: Running;
beforeAll(async () => {
  server = await product();
});
afterAll(closeAll);

const LIST = JSON.stringify(modernBody('tools/list'));
const LEGACY = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';

interface Sent {
  readonly line?: string;
  readonly host?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly length?: string;
  /** Others follow on the same connection. */
  readonly more?: boolean;
}

/** The bytes of a request that is valid except for the given parts. */
function bytes({
  line = 'POST /mcp HTTP/1.1',
  host = 'localhost',
  headers = [],
  body = LIST,
  length,
  more,
}: Sent): string {
  const declared = length ?? String(Buffer.byteLength(body, 'latin1'));
  const era = body.includes('2026-07-28') ? ['mcp-protocol-version: 2026-07-28', 'mcp-method: tools/list'] : [];
  return [
    line,
    ...(host === 'none' ? [] : [`host: ${host}`]),
    ...['content-type: application/json', 'accept: application/json, text/event-stream', ...era],
    ...(length === 'none' ? [] : [`content-length: ${declared}`]),
    ...(more ? [] : ['connection: close']),
    ...headers,
    '',
    body,
  ].join('\r\n');
}
const statuses = (reply: string) =>
  Array.from(reply.matchAll(/HTTP\/1\.[01] (\d{3}) /g), ([, status]) => Number(status));
const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

/** The bytes to send, and the statuses of all answers. */
const REQUESTS: Record<string, [Sent, number[]]> = {
  'nothing unusual': [{}, [200]],
  'HTTP/1.0': [{ line: 'POST /mcp HTTP/1.0' }, [200]],
  'no host': [{ host: 'none' }, [400]],
  'two hosts, one of them ours': [{ headers: ['host: evil.example'] }, [403]],
  'a host with a dot behind it': [{ host: 'localhost.' }, [403]],
  'a host as a number': [{ host: '0x7f000001' }, [403]],
  'a host with two ports': [{ host: 'localhost:80:80' }, [400]],
  'a host with a user': [{ host: 'localhost@evil.example' }, [400]],
  'a length and chunks': [{ headers: ['transfer-encoding: chunked'] }, [400]],
  'two lengths': [{ headers: ['content-length: 5'] }, [400]],
  'a negative length': [{ length: '-1' }, [400]],
  'an unknown transfer coding': [{ length: 'none', headers: ['transfer-encoding: xchunked'] }, [400]],
  'chunks that are not the last coding': [{ length: 'none', headers: ['transfer-encoding: chunked, identity'] }, [400]],
  'a space before the colon': [{ headers: ['x-a : b'] }, [400]],
  'a folded header': [{ headers: ['x-a: b\r\n c'] }, [400]],
  'a NUL in a header': [{ headers: ['x-a: \0'] }, [400]],
  'a header of 20 kB': [{ headers: [`x-a: ${'a'.repeat(20_000)}`] }, [431]],
  HEAD: [{ line: 'HEAD /mcp HTTP/1.1', body: '' }, [405]],
  TRACE: [{ line: 'TRACE /mcp HTTP/1.1', body: '' }, [405]],
  CONNECT: [{ line: 'CONNECT evil.example:443 HTTP/1.1', body: '' }, []],
  'another expectation': [{ headers: ['expect: 200-ok'] }, [417]],
  'a path with a second slash': [{ line: 'POST //mcp HTTP/1.1' }, [404]],
  'a path in capitals': [{ line: 'POST /MCP HTTP/1.1' }, [404]],
  'a path with a NUL': [{ line: 'POST /mcp%00 HTTP/1.1' }, [404]],
  'no path': [{ line: 'POST * HTTP/1.1' }, [400]],
  'objects in objects in objects': [{ body: `{"a":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_001)}` }, [400]],
  'lists in lists in lists': [{ body: `${'['.repeat(100_000)}${']'.repeat(100_000)}` }, [400]],
  'a batch of 20,000': [{ body: `[${Array(20_000).fill(ping).join()}]` }, [400]],
  'an empty batch': [{ body: '[]' }, [400]],
  null: [{ body: 'null' }, [400]],
  'an id that is an object': [{ body: '{"jsonrpc":"2.0","id":{},"method":"tools/list"}' }, [400]],
  'a prototype': [{ body: '{"__proto__":{"id":1},"jsonrpc":"2.0","method":"tools/list"}' }, [400]],
  'a session that nobody has': [{ body: LEGACY, headers: ['mcp-session-id: __proto__'] }, [404]],
  'a session of 9,000 characters': [{ body: LEGACY, headers: [`mcp-session-id: ${'a'.repeat(9_000)}`] }, [404]],
};

describe('a request with', () => {
  it.each(Object.keys(REQUESTS))('%s', async (name) => {
    const { port } = server;
    const [sent, expected] = REQUESTS[name] as [Sent, number[]];
    expect(statuses(await raw(port, bytes(sent)))).toEqual(expected);
    expect(statuses(await raw(port, bytes({})))).toEqual([200]);
  });
});

it('answers pipelined requests in order', async () => {
  const sent = [1, 2, 3].map((id) => bytes({ body: LIST.replace('"id":1', `"id":${id}`), more: id < 3 }));
  const reply = await raw(server.port, sent.join(''));
  expect(statuses(reply)).toEqual([200, 200, 200]);
  expect(Array.from(reply.matchAll(/"id":(\d)[,}]/g), ([, id]) => id)).toEqual(['1', '2', '3']);
});

it('closes the connection of a client that wants that after a stream, too', async () => {
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  const reply = await raw(server.port, bytes({ body }));
  expect(statuses(reply)).toEqual([200]);
  expect(reply).toMatch(/^content-type: text\/event-stream/im);
});
