import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Caller } from '../safety/policy.ts';
import type { ServerFactory } from '../server.ts';
import { stdioWire } from './stdio-wire.ts';

export interface StdioOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly onerror: (error: Error) => void;
  /** Aborted when the process is asked to stop. */
  readonly stop: AbortSignal;
  /** Resolves when no mutation is on its way to the backend. */
  readonly settled: () => Promise<void>;
}

/** How long reads may take to be answered once the input has ended or the process was asked to stop. */
const READS_MS = 700;
/** The same for mutations that were sent. */
const MUTATIONS_MS = 10_000;

/** Serves one client over two streams, in either protocol era, until its input ends or `stop` aborts. Resolves when all is answered. */
export async function serveOverStdio(serve: ServerFactory, caller: Caller, options: StdioOptions): Promise<void> {
  const { input, output, onerror, stop, settled } = options;
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const wire = stdioWire({ input, output, onend: end, watch: (uris) => serve.watch(caller, uris) });
  stop.addEventListener('abort', () => end(), { once: true });
  const connection = serveStdio(({ era }) => serve(caller, { hearsAll: era === 'modern' }), {
    transport: wire,
    onerror,
  });
  const serverClosed = wire.onclose;
  wire.onclose = () => {
    serverClosed?.();
    end();
  };

  await ended;
  wire.stopReading();
  await Promise.race([wire.idle(), delay(READS_MS)]);
  await Promise.race([settled().then(() => Promise.race([wire.idle(), delay(100)])), delay(MUTATIONS_MS)]);
  await connection.close();
}
