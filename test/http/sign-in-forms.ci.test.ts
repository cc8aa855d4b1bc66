import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bearer, openWaitingDeletion } from './people.ts';
import { closeAll, closing, modern } from './support.ts';

afterEach(async () => {
  vi.useRealTimers();
  await closeAll();
});

const MOST = 2;
const FORM_MS = 5_000;

/** A sign-in form that never arrives completely, and everything that the server answers. */
function trickle(port: number) {
  const socket: Socket = connect(port, '127.0.0.1', () => {
    const head = [
      'POST /approvals/sign-in HTTP/1.1',
      `host: 127.0.0.1:${port}`,
      `origin: http://127.0.0.1:${port}`,
      'content-type: application/x-www-form-urlencoded',
      'content-length: 100',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\na`);
  });
  closing({ close: async () => void socket.destroy() });
  let answer = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(answer)));
  return { answered: () => answer, closed };
}

const until = async (is: () => boolean) => {
  while (!is()) await new Promise((resolve) => setImmediate(resolve));
};

describe('sign-in forms that are never completed', () => {
  const inFlightOf = ({ metrics }: { metrics: { text(): string } }) =>
    Number(/^\w*in_flight_requests (\d+)$/m.exec(metrics.text())?.[1]);
  const flooded = async (count: number) => {
    const at = await openWaitingDeletion({ settings: { maxInFlight: MOST } });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const slow = Array.from({ length: count }, () => trickle(at.server.port));
    await until(() => inFlightOf(at.server) === Math.min(count, 256));
    return { ...at, slow };
  };

  it('take no slots from calls, or from other people who sign in', async () => {
    const { server, agent, ann, code, someone } = await flooded(3 * MOST);
    expect((await modern(server.url, 'tools/list', {}, bearer(agent))).status).toBe(200);
    expect((await someone.signIn(ann, code)).text).toContain('Delete database');
  });

  it('are evicted by new ones when all slots are in use, oldest first', async () => {
    const { server, slow, ann, code, someone } = await flooded(256);
    expect((await someone.signIn(ann, code)).text).toContain('Delete database');
    await until(() => slow.some(({ answered }) => answered() !== ''));
    expect(inFlightOf(server)).toBe(255);
    expect(slow.filter(({ answered }) => answered() !== '').map(({ answered }) => answered().slice(0, 12))).toEqual([
      'HTTP/1.1 408',
    ]);
  });

  it('are abandoned after five seconds, and their connections closed', async () => {
    const { slow, ann, code, someone } = await flooded(256);
    await vi.advanceTimersByTimeAsync(FORM_MS - 1);
    expect(slow.map(({ answered }) => answered()).join('')).toBe('');
    await vi.advanceTimersByTimeAsync(1);
    await until(() => slow.every(({ answered }) => answered() !== ''));
    await vi.advanceTimersByTimeAsync(FORM_MS);
    for (const { closed } of slow) expect(await closed).toMatch(/^HTTP\/1\.1 408 /);
    expect((await someone.signIn(ann, code)).text).toContain('Delete database');
  });
});
