import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { load } from './http-load.ts';
import { start } from './http-server.ts';
import { median, verdict } from './measure.ts';

const SOCKETS = 1_000;
const DRIP_MS = 1_000;
const MEASURED_MS = 10_000;
const MAX_MS = 200;
const LIST = { method: 'tools/list', params: {}, expects: 'get_kx_cluster' };

/** A normal client beside a thousand sockets that send headers or bodies at one byte per second. */
export async function main(): Promise<void> {
  const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
  const server = await start([cli, 'http', '--port', '0', '--state', ':memory:', '--access-log=false']);
  const sockets: Socket[] = [];
  try {
    const before = await times(server.port);
    for (let at = 0; at < SOCKETS; at += 1) sockets.push(dripping(server.port, at % 2 === 0 ? HEADERS : BODY));
    const drip = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write('x');
    }, DRIP_MS);
    await delay(2 * DRIP_MS);
    const open = sockets.filter(({ readyState }) => readyState === 'open').length;
    const during = await times(server.port);
    clearInterval(drip);
    console.log(
      `alone ${median(before).toFixed(1)} ms, beside ${open} slow sockets ${median(during).toFixed(1)} ms (medians)`,
    );
    console.log(verdict('median answer in ms beside slow sockets', median(during), MAX_MS, 'at most'));
    console.log(verdict('slow sockets that were open', open, SOCKETS, 'at least'));
    await delay(65_000);
    const left = sockets.filter(({ closed }) => !closed).length;
    console.log(verdict('slow sockets that are left after their minute', left, 0, 'at most'));
  } finally {
    for (const socket of sockets) socket.destroy();
    server.child.kill();
  }
}

const HEADERS = 'POST /mcp HTTP/1.1\r\nhost: localhost\r\nx-slow: ';
const BODY = `POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n`;

function dripping(port: number, begin: string): Socket {
  const socket = connect(port, '127.0.0.1', () => void socket.write(begin));
  return socket.on('error', () => {}).resume();
}

/** The mean duration of single calls in milliseconds, for each quarter of a second. */
async function times(port: number): Promise<number[]> {
  const taken: number[] = [];
  for (const end = performance.now() + MEASURED_MS; performance.now() < end; ) {
    const { perSecond, errors } = await load(port, [LIST], 1, 250);
    if (errors > 0) throw new Error(`${errors} good calls failed`);
    taken.push(1_000 / perSecond);
  }
  return taken;
}
