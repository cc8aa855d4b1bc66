import { setTimeout as pause } from 'node:timers/promises';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Caller } from '../safety/policy.ts';
import type { ServerFactory } from '../server.ts';
import { type StdioWire, type StdioWireOptions, stdioWire } from './stdio-wire.ts';

export interface StdioOptions extends Pick<StdioWireOptions, 'input' | 'output' | 'maxBytes' | 'onlisted'> {
  readonly onerror: (error: Error) => void;
  /** Aborted when the process is asked to stop. */
  readonly stop: AbortSignal;
  /** Resolves when every mutation that started has ended and is in the journal. */
  readonly mutationsSettled: () => Promise<void>;
  /** Resolves when the parent process has ended; called when reading stops. */
  readonly parentEnded: () => Promise<void>;
  /** When input has ended, responses are awaited for this long: the time limit of a call that does not wait for its turn. */
  readonly callMs: number;
  /** Called when reading stops, with the number of requests that are not answered yet, if there are any. */
  readonly onending: (left: number) => void;
  /** Called at the end, with the number of requests that stayed unanswered, if there are any. */
  readonly onunanswered: (count: number) => void;
  /** Resolves after this many milliseconds. */
  readonly delay?: (ms: number) => Promise<unknown>;
}

/** Time for reads to be answered after a stop, the end of the parent process, or the time limit of a call. */
const WAIT_FOR_READS_MS = 700;
/** Time for mutations that were sent to end after a stop. */
const WAIT_FOR_MUTATIONS_MS = 10_000;
/** Time to write the answer of a mutation. */
const WAIT_FOR_ANSWER_MS = 700;

/**
 * Serves one client over two streams, in either protocol era, until its input ends, its output breaks or `stop` aborts. Resolves when
 * all requests are answered, or are no longer awaited.
 */
export async function serveOverStdio(
  createServer: ServerFactory,
  caller: Caller,
  options: StdioOptions,
): Promise<void> {
  const { input, output, onerror, stop, maxBytes, onlisted } = options;
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const stopped = new Promise<void>((resolve) => {
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
  const wire = stdioWire({
    input,
    output,
    onend: end,
    onlisted,
    maxBytes,
    load: createServer.load,
    watch: (uris) => createServer.watch(caller, uris),
  });
  const connection = serveStdio(({ era }) => createServer(caller, { receivesAllEvents: era === 'modern' }), {
    transport: wire,
    onerror,
  });
  const serverClosed = wire.onclose;
  wire.onclose = () => {
    serverClosed?.();
    end();
  };

  await Promise.race([ended, stopped]);
  await drain(wire, stopped, options);
  await connection.close();
}

/** Waits until the requests in progress are answered, within the limits of `options`; then no one reads further responses. */
async function drain(wire: StdioWire, stopped: Promise<void>, options: StdioOptions): Promise<void> {
  const { output, onending, onunanswered } = options;
  const timers = new AbortController();
  const { delay = (ms) => pause(ms, undefined, { signal: timers.signal }).catch(() => {}) } = options;
  wire.stopReading();
  if (wire.unanswered() > 0) onending(wire.unanswered());
  await untilAnswered(wire, stopped, { ...options, delay });
  if (wire.unanswered() > 0) {
    onunanswered(wire.unanswered());
    output.destroy();
  }
  timers.abort();
}

/**
 * Waits for all answers: as long as a call may take or, once the process is asked to stop, for a moment only. After that, only mutations
 * that were sent are awaited, with their answers. If the parent process ends, nobody reads the answers, so the connection is closed.
 */
async function untilAnswered(
  wire: StdioWire,
  stopped: Promise<void>,
  { mutationsSettled, parentEnded, callMs, delay }: StdioOptions & Required<Pick<StdioOptions, 'delay'>>,
): Promise<void> {
  const idle = wire.idle();
  const idleWithin = (ms: number) => Promise.race([idle, delay(ms)]);
  void parentEnded()
    .then(() => delay(WAIT_FOR_READS_MS))
    .then(() => wire.close());
  await Promise.race([idle, stopped, delay(callMs)]);
  await idleWithin(WAIT_FOR_READS_MS);
  const mutationsOver = Promise.race([stopped.then(() => delay(WAIT_FOR_MUTATIONS_MS)), delay(callMs)]);
  const mutationsAnswered = mutationsSettled().then(() => idleWithin(WAIT_FOR_ANSWER_MS));
  await Promise.race([mutationsAnswered, mutationsOver]);
}
