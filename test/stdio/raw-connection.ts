import { PassThrough } from 'node:stream';
import { LOCAL_CALLER } from '../../src/safety/policy.ts';
import type { ServerFactory } from '../../src/server.ts';
import { serveOverStdio } from '../../src/transports/stdio.ts';

/** A log that keeps nothing. */
export const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A connection over streams without a client: lines go in, and messages come out. */
export function rawConnection<Message>(createServer: ServerFactory, maxBytes = 1_048_576) {
  const [input, output, received] = [new PassThrough(), new PassThrough(), [] as Message[]];
  output.on('data', (chunk) => {
    for (const line of String(chunk).trim().split('\n')) received.push(JSON.parse(line));
  });
  const done = serveOverStdio(createServer, LOCAL_CALLER, {
    input,
    output,
    stop: new AbortController().signal,
    onerror: () => {},
    mutationsSettled: async () => {},
    parentEnded: () => new Promise(() => {}),
    callMs: 1_000,
    maxBytes,
    onending: () => {},
    onunanswered: () => {},
  });
  return {
    received,
    send: (line: string | object) => input.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`),
    close: async () => {
      input.end();
      await done;
    },
  };
}
