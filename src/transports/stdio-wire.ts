import type { Readable, Writable } from 'node:stream';
import {
  type JSONRPCMessage,
  ProtocolErrorCode,
  parseJSONRPCMessage,
  type Transport,
} from '@modelcontextprotocol/server';
import type { Watch } from '../server.ts';
import { isListen, listening } from './listening.ts';

/** A line above this many bytes is refused, answered with an error, and skipped. */
const MOST_LINE_BYTES = 10 * 1024 * 1024;

export interface StdioWire extends Transport {
  /** Takes no further input; what was read is still answered. */
  stopReading(): void;
  /**
   * Resolves when every request read so far has been answered, apart from those that wait for the client themselves, or when the
   * client is gone.
   */
  idle(): Promise<void>;
  /** How many requests have no answer yet. */
  unanswered(): number;
}

export interface StdioWireOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly onend: () => void;
  /** Begins to watch what a stream of change events asks for. */
  readonly watch: (uris: readonly string[]) => Watch;
}

/**
 * JSON-RPC lines over two streams. Unlike the SDK's own transport it answers lines that are not JSON-RPC with an error,
 * survives a line that is too long, and leaves it to its owner what happens at the end of input (`onend`).
 */
export function stdioWire({ input, output, onend, watch }: StdioWireOptions): StdioWire {
  const open = new Set<string | number>();
  const streams = new Map<string | number, () => void>();
  /** Our own requests that the client has not answered, with the request of its own that each belongs to. */
  const asked = new Map<unknown, unknown>();
  let waiting: (() => void)[] = [];
  let closed = false;

  const isIdle = () => closed || [...open].every((id) => [...asked.values()].includes(id));

  const settle = (id: string | number | undefined) => {
    if (id !== undefined) {
      open.delete(id);
      streams.get(id)?.();
      streams.delete(id);
    }
    if (waiting.length === 0 || !isIdle()) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  const send = (message: object): Promise<void> =>
    new Promise((resolve, reject) => {
      if (closed) return reject(new Error('the connection is closed'));
      output.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()));
    });
  const answerError = (code: number, message: string, id?: unknown) =>
    send({ jsonrpc: '2.0', ...(isId(id) ? { id } : {}), error: { code, message } }).catch(() => {});

  const receive = (line: string) => {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return answerError(ProtocolErrorCode.ParseError, 'This line is not JSON.');
    }
    let message: JSONRPCMessage;
    try {
      message = parseJSONRPCMessage(value);
    } catch {
      const hint = Array.isArray(value) ? 'Batches are not supported.' : 'This is not a JSON-RPC 2.0 message.';
      return answerError(ProtocolErrorCode.InvalidRequest, hint, (value as { id?: unknown } | null)?.id);
    }
    if ('method' in message && message.method === 'notifications/cancelled')
      settle(message.params?.['requestId'] as never);
    if (!('method' in message)) asked.delete(message.id);
    if (!('method' in message) || !('id' in message)) return wire.onmessage?.(message);
    if (!isListen(message)) open.add(message.id);
    else if (!streams.has(message.id)) {
      const { message: allowed, end } = listening(message, watch);
      streams.set(message.id, end);
      return wire.onmessage?.(allowed);
    }
    return wire.onmessage?.(message);
  };
  const lines = lineSplitter(receive, () =>
    answerError(ProtocolErrorCode.InvalidRequest, `A line has more than ${MOST_LINE_BYTES} bytes.`),
  );
  const onInputEnd = () => {
    lines.finish();
    onend();
  };
  const onInputError = (error: Error) => wire.onerror?.(error);
  const onOutputError = (error: Error) => {
    wire.onerror?.(error);
    void wire.close();
  };

  const wire: StdioWire = {
    start: async () => {
      input.on('data', lines.take);
      input.on('error', onInputError);
      input.once('end', onInputEnd);
      output.on('error', onOutputError);
    },
    send: async (message, options) => {
      if ('method' in message && 'id' in message) {
        asked.set(message.id, options?.relatedRequestId);
        settle(undefined);
      }
      await send(message);
      if (!('method' in message) && 'id' in message) settle(message.id);
    },
    stopReading: () => {
      input.off('data', lines.take);
      input.off('end', onInputEnd);
      input.pause();
    },
    idle: () => (isIdle() ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    unanswered: () => open.size,
    close: async () => {
      if (closed) return;
      closed = true;
      for (const end of streams.values()) end();
      streams.clear();
      wire.stopReading();
      settle(undefined);
      wire.onclose?.();
    },
  };
  return wire;
}

const isId = (id: unknown): id is string | number => typeof id === 'string' || typeof id === 'number';

/** Cuts chunks into lines; the last one may lack its end. */
function lineSplitter(receive: (line: string) => unknown, tooLong: () => unknown) {
  let pending: Buffer[] = [];
  let size = 0;
  const finish = (last: Buffer) => {
    const line = Buffer.concat([...pending, last])
      .toString('utf8')
      .trim();
    if (size + last.length > MOST_LINE_BYTES) tooLong();
    else if (line !== '') receive(line);
    pending = [];
    size = 0;
  };
  const take = (chunk: Buffer) => {
    let rest = chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      finish(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    size += rest.length;
    pending = size > MOST_LINE_BYTES ? [] : [...pending, rest];
  };
  return { take, finish: () => finish(Buffer.alloc(0)) };
}
