import type { Readable, Writable } from 'node:stream';
import {
  type JSONRPCMessage,
  type JSONRPCRequest,
  ProtocolErrorCode,
  parseJSONRPCMessage,
  type Transport,
} from '@modelcontextprotocol/server';
import { ExcessiveJson, parseBounded } from '../bounded-json.ts';
import type { Watch } from '../server.ts';
import { normalizeParams, paramsError } from './params.ts';
import { isListen, watchSubscriptions } from './subscriptions.ts';

export interface StdioWire extends Transport {
  /** Reads no further input; requests read so far are still answered. */
  stopReading(): void;
  /**
   * Resolves when every request read so far has been answered, except those that wait for the client, or when the client has
   * disconnected.
   */
  idle(): Promise<void>;
  /** Number of unanswered requests. */
  unanswered(): number;
}

export interface StdioWireOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly onend: () => void;
  /** Called once the answer to the first `tools/list` is written. */
  readonly onlisted?: (() => void) | undefined;
  /** A longer line is skipped and answered with an error. */
  readonly maxBytes: number;
  /** Loads what `watch` needs. */
  readonly ready?: (() => Promise<void>) | undefined;
  /** Starts to watch the resources that a stream of change events requests. */
  readonly watch: (uris: readonly string[]) => Watch;
}

/**
 * JSON-RPC lines over two streams. Unlike the SDK's transport, it answers lines that are not JSON-RPC with an error, survives
 * lines that are too long, and lets its owner decide what happens at the end of input (`onend`).
 */
export function stdioWire({ input, output, onend, onlisted, maxBytes, ready, watch }: StdioWireOptions): StdioWire {
  const open = new Set<string | number>();
  const streams = new Map<string | number, () => void>();
  /** Requests of this server that the client has not answered, each with the client's request that it belongs to. */
  const asked = new Map<unknown, unknown>();
  /** The first `tools/list`. */
  let listing: string | number | undefined;
  let onlist = onlisted;
  /** What follows the first stream, which waits until `watch` works. */
  let held: Promise<void> | undefined;
  let isReady = false;
  let waiting: (() => void)[] = [];
  let closed = false;

  const isIdle = () => {
    const waitingForClient = new Set(asked.values());
    return closed || [...open].every((id) => waitingForClient.has(id));
  };

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
      value = normalizeParams(parseBounded(line));
    } catch (error) {
      return error instanceof ExcessiveJson
        ? answerError(ProtocolErrorCode.InvalidRequest, `The message ${error.message}.`, idIn(line))
        : answerError(ProtocolErrorCode.ParseError, 'This line is not JSON.');
    }
    const wrong = paramsError(value);
    if (wrong !== undefined) return send(wrong).catch(() => {});
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
    if (message.method === 'tools/list') listing ??= message.id;
    if (!isListen(message)) open.add(message.id);
    else if (!streams.has(message.id)) return listen(message);
    return wire.onmessage?.(message);
  };
  const listen = (message: JSONRPCRequest) => {
    if (ready !== undefined && !isReady) {
      held = ready().then(
        () => {
          isReady = true;
          listen(message);
        },
        (error: Error) => {
          onInputError(error);
          return answerError(ProtocolErrorCode.InternalError, 'This server cannot watch resources.', message.id);
        },
      );
      return;
    }
    const { message: allowed, end } = watchSubscriptions(message, watch);
    streams.set(message.id, end);
    wire.onmessage?.(allowed);
  };
  const inTurn = (line: string) => {
    if (held === undefined) void receive(line);
    else held = held.then(() => void receive(line));
  };
  const lines = lineSplitter(maxBytes, inTurn, (begin, end) =>
    answerError(
      ProtocolErrorCode.InvalidRequest,
      `The message has more than ${maxBytes} bytes (--max-body).`,
      idIn(`${begin}\n${end}`),
    ),
  );
  const onInputEnd = () => {
    lines.finish();
    if (held === undefined) onend();
    else held.then(onend, onend);
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
      if ('method' in message || !('id' in message)) return;
      settle(message.id);
      if (message.id !== listing) return;
      onlist?.();
      onlist = undefined;
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

/** The id of a request that is not parsed: SDKs put it first or last in the message. */
function idIn(line: string): string | number | undefined {
  const near = line.slice(0, SHOWN_BYTES);
  const [, number, text] = AT_BEGIN.exec(near) ?? AT_END.exec(line.slice(-SHOWN_BYTES)) ?? [];
  return number === undefined ? text : Number(number);
}

const SHOWN_BYTES = 200;
const ID = '"id":(?:(\\d{1,15})|"([\\w-]{1,100})")';
const AT_BEGIN = new RegExp(`^\\{(?:"jsonrpc":"2\\.0",)?${ID},`);
const AT_END = new RegExp(`,(?:"jsonrpc":"2\\.0",)?${ID}(?:,"jsonrpc":"2\\.0")?\\}$`);

/** Splits chunks into lines; the last line may be incomplete. Of a line that is too long, only its beginning and end are kept. */
function lineSplitter(
  maxBytes: number,
  receive: (line: string) => unknown,
  tooLong: (begin: string, end: string) => unknown,
) {
  let pending: Buffer[] = [];
  let size = 0;
  const text = (parts: readonly Buffer[]) => Buffer.concat(parts).toString('utf8').trim();
  const finish = (last: Buffer) => {
    size += last.length;
    if (size > maxBytes)
      tooLong(text(pending.slice(0, 1)).slice(0, SHOWN_BYTES), text([...pending.slice(-1), last]).slice(-SHOWN_BYTES));
    else {
      const line = text([...pending, last]);
      if (line !== '') receive(line);
    }
    pending = [];
    size = 0;
  };
  const take = (chunk: Buffer) => {
    let rest = chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      finish(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    if (rest.length === 0) return;
    size += rest.length;
    pending.push(rest);
    if (size > maxBytes) pending = [pending[0] as Buffer, pending.at(-1) as Buffer];
  };
  return { take, finish: () => finish(Buffer.alloc(0)) };
}
