import { Server } from '@modelcontextprotocol/server';
import { afterEach, expect, it, vi } from 'vitest';
import { did } from '../support/session-calls.ts';
import { closeAll, HTTP_HOSTS, product } from './support.ts';

afterEach(async () => {
  vi.restoreAllMocks();
  await closeAll();
});

it.each(HTTP_HOSTS)('releases the server of a request when the request ends, with $name', async ({ connect }) => {
  const running = await product();
  const session = await connect(running.url);
  for (let at = 0; at < 3; at += 1) await did(session, 'list_kx_environments', {});
  await session.close();
  const close = vi.spyOn(Server.prototype, 'close');
  await running.close();
  // A session of the 2025 era lasts until it is idle.
  expect(close.mock.calls.length).toBeLessThanOrEqual(1);
});
