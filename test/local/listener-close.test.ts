import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, test } from 'vitest';
import { type LocalService, openLocalService } from '../../src/local/index.ts';
import { listen } from '../../src/local/listen.ts';
import { authorizationFor } from './world.ts';

let local: LocalService;
let socket: Socket;
afterEach(async () => {
  socket.destroy();
  await local.close();
});

const HEAD = [
  'POST /kx/environments HTTP/1.1',
  'Host: 127.0.0.1:PORT',
  `Authorization: ${authorizationFor('us-east-1')}`,
  'Content-Length: 100',
  '',
  '{',
].join('\r\n');

test.each([
  ['the body', HEAD],
  ['the headers', HEAD.slice(0, 60)],
])('the listener closes although a client does not finish %s of a request', async (_, sent) => {
  local = await openLocalService({ state: ':memory:', world: 'empty', lifecycle: 'instant', region: 'us-east-1' });
  const listener = await listen(local.service, { port: 0, closeMs: 50 });
  socket = connect(listener.port, '127.0.0.1');
  await once(socket, 'connect');
  await new Promise((resolve) => socket.write(sent.replace('PORT', String(listener.port)), resolve));
  await Promise.all([once(socket, 'close'), listener.close()]);
});
