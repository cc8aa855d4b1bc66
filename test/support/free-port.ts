import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Systems choose the ports of outgoing connections, and of listeners that request any port, above this range. */
const [FIRST, LAST] = [20_000, 30_000];

/**
 * A port on loopback at which nothing listens, for programs that cannot choose one themselves. Other tests, which connect and listen
 * at the same time, do not get it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
