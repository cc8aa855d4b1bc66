import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalService, openLocalService } from '../../src/local/index.ts';
import { type Listener, listen } from '../../src/local/listen.ts';
import { ROLE } from './environment-builder.ts';
import { authorizationFor } from './world.ts';

const PROD = 'm5cnbg3l25pwsmzikb7kdj';
const OPTIONS = { world: 'demo', lifecycle: 'instant', region: 'us-east-1' } as const;

let local: LocalService;
let listener: Listener;
beforeAll(async () => {
  local = await openLocalService({ ...OPTIONS, state: ':memory:' });
  listener = await listen(local.service, { port: 0, clock: local.clock });
});
afterAll(async () => {
  await listener.close();
  await local.close();
});

/** A request on a connection that closes after the reply. */
function text(line: string, { headers = [], body = '', version = '1.1', host = hostOf(listener) }: Parts = {}): string {
  const all = [...(host === '' ? [] : [`Host: ${host}`]), AUTHORIZATION, 'Connection: close', ...headers];
  return `${line} HTTP/${version}\r\n${all.join('\r\n')}\r\n\r\n${body}`;
}
interface Parts {
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly version?: string;
  readonly host?: string;
}
const AUTHORIZATION = `Authorization: ${authorizationFor('us-east-1')}`;
const hostOf = ({ port }: Listener) => `127.0.0.1:${port}`;

/** Everything that the listener sends until the connection closes. */
async function exchange(sent: string): Promise<string> {
  const socket = connect(listener.port, '127.0.0.1');
  socket.write(sent);
  return received(socket);
}

async function received(socket: Socket): Promise<string> {
  let all = '';
  for await (const chunk of socket.setEncoding('utf8')) all += chunk;
  return all;
}

const statusOf = (reply: string) => Number(reply.split(' ', 2)[1]);

describe('a reply on the wire', () => {
  test('has the headers of the service, then those of HTTP', async () => {
    const reply = await exchange(text(`GET /kx/environments/${PROD}/clusters/none`));
    expect(reply.replace(/(Date|x-amzn-requestid): .*/g, '$1: …').split('\r\n')).toEqual([
      'HTTP/1.1 404 Not Found',
      'content-type: application/json',
      'x-amzn-requestid: …',
      'x-amzn-errortype: ResourceNotFoundException',
      'Date: …',
      'Connection: close',
      'Content-Length: 36',
      '',
      '{"message":"Cluster none not found"}',
    ]);
  });

  test('has its length for a client of HTTP/1.0, too', async () => {
    const reply = await exchange(text('GET /kx/environments', { version: '1.0' }));
    expect(reply).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\nContent-Length: \d+\r\n/);
  });

  test('to HEAD has no body', async () => {
    expect(await exchange(text('HEAD /healthz'))).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n$/);
    expect(await exchange(text('HEAD /_control/clock'))).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n$/);
  });
});

describe('a request on the wire', () => {
  test.each([
    ['/kx/environments', 200],
    ['/kx/environments?maxResults=1#part', 200],
    ['/kx/x/../environments', 200],
    ['http://proxied.example/kx/environments', 200],
    ['//kx/environments', 404],
    ['/kx/environments\\', 400],
    ['*', 400],
  ])('for the target %s gets %i', async (target, status) => {
    expect(statusOf(await exchange(text(`GET ${target}`)))).toBe(status);
  });

  test.each([
    ['user@127.0.0.1:1', 400],
    ['a/b', 400],
    ['[::1', 400],
    ['rebound.example', 421],
  ])('for the host %s gets %i', async (host, status) => {
    expect(statusOf(await exchange(text('GET /kx/environments', { host })))).toBe(status);
  });

  test('without a host name is malformed, in HTTP/1.0, too', async () => {
    for (const version of ['1.0', '1.1'])
      expect(statusOf(await exchange(text('GET /kx/environments', { version, host: '' })))).toBe(400);
  });

  test('with a second host name is for neither', async () => {
    const headers = ['Host: rebound.example'];
    expect(statusOf(await exchange(text('GET /kx/environments', { headers })))).toBe(421);
  });

  test('has its body in chunks', async () => {
    const headers = ['Transfer-Encoding: chunked'];
    const body = '8\r\n{"name":\r\n7\r\n"a b"} \r\n0\r\n\r\n';
    expect(await exchange(text('POST /kx/environments', { headers, body }))).toContain("Value at 'name'");
  });

  test('is too large by the length that it announces, before its body', async () => {
    const headers = [`Content-Length: ${13 * 1024 * 1024}`];
    expect(statusOf(await exchange(text('POST /kx/environments', { headers })))).toBe(413);
  });

  test('is too large in chunks', async () => {
    const headers = ['Transfer-Encoding: chunked'];
    const body = `${(13 * 1024 * 1024).toString(16)}\r\n${'x'.repeat(13 * 1024 * 1024)}`;
    expect(statusOf(await exchange(text('POST /kx/environments', { headers, body })))).toBe(413);
  });

  test('with GET has no body, whatever follows it', async () => {
    const headers = ['Content-Length: 9'];
    expect(statusOf(await exchange(text('GET /kx/environments', { headers, body: 'no object' })))).toBe(200);
  });

  test('that ends in the middle of its body harms no other', async () => {
    const socket = connect(listener.port, '127.0.0.1');
    const headers = ['Content-Length: 99'];
    socket.write(text('POST /kx/environments', { headers, body: '{"name":' }));
    socket.end();
    await received(socket);
    expect(statusOf(await exchange(text('GET /kx/environments')))).toBe(200);
  });
});

describe('concurrent creates over HTTP', () => {
  test('share commits', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-'));
    const state = join(folder, 'world.db');
    const durable = await openLocalService({ ...OPTIONS, state });
    const port = await listen(durable.service, { port: 0 });
    const host = hostOf(port);
    const create = (userName: string) => {
      const body = JSON.stringify({ userName, iamRole: ROLE, clientToken: userName });
      const headers = [`Content-Length: ${body.length}`];
      return text(`POST /kx/environments/${PROD}/users`, { headers, body, host });
    };
    const size = () => statSync(`${state}-wal`).size;
    const reply = async (userName: string, socket: Socket) => {
      socket.write(create(userName));
      return statusOf(await received(socket));
    };
    /** A connection on which the listener has answered. */
    const opened = async () => {
      const socket = connect(port.port, '127.0.0.1').setEncoding('utf8');
      socket.write(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      await once(socket, 'data');
      return socket;
    };
    await reply('first', await opened());
    const before = size();
    await reply('second', await opened());
    const one = size() - before;
    const sockets = await Promise.all(Array.from({ length: 32 }, opened));
    const statuses = await Promise.all(sockets.map((socket, index) => reply(`together_${index}`, socket)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(size() - before - one).toBeLessThan(16 * one);
    await port.close();
    await durable.close();
    rmSync(folder, { recursive: true });
  });
});
