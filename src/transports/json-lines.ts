import type { Readable, Writable } from 'node:stream';
import { type JSONRPCMessage, ProtocolErrorCode, parseJSONRPCMessage } from '@modelcontextprotocol/server';
import { ExcessiveJson, parseBounded } from '../bounded-json.ts';
import { normalizeParams, paramsError } from './params.ts';
import { beginsLikeReply, failedReply, isReply, wellFormedReply } from './replies.ts';

export interface JsonLinesOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** A longer line is skipped. */
  readonly maxBytes: number;
  readonly receive: (line: string) => void;
  /** Called with the beginning and the end of a skipped line. */
  readonly onskipped: (begin: string, end: string) => void;
  readonly onend: () => void;
  readonly onerror: (error: Error) => void;
  /** The output is broken, so nothing more can be sent. */
  readonly onbroken: () => void;
}

/** Lines of JSON over two streams. */
export interface JsonLines {
  start(): void;
  stopReading(): void;
  /** Resolves when the message is written. Rejects after `close`, or when the output is broken. */
  send(message: object): Promise<void>;
  close(): void;
}

/** Reads and writes lines; nothing is read before `start`. */
export function jsonLines(options: JsonLinesOptions): JsonLines {
  const { input, output, maxBytes, receive, onskipped, onend, onerror, onbroken } = options;
  const lines = lineSplitter(maxBytes, receive, onskipped);
  let closed = false;
  const onInputEnd = () => {
    lines.finish();
    onend();
  };
  const stopReading = () => {
    input.off('data', lines.take);
    input.off('end', onInputEnd);
    input.pause();
  };
  return {
    start: () => {
      input.on('data', lines.take);
      input.on('error', onerror);
      input.once('end', onInputEnd);
      output.on('error', (error) => {
        onerror(error);
        onbroken();
      });
    },
    stopReading,
    send: (message) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new Error('the connection is closed'));
        output.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()));
      }),
    close: () => {
      closed = true;
      stopReading();
    },
  };
}

/** The messages in a line, and the JSON-RPC error that answers it. */
export interface ParsedLine {
  readonly messages: readonly JSONRPCMessage[];
  readonly error?: object | undefined;
}

/** A malformed reply becomes an error message. Replies are never answered. `isOpen` says which requests of this server are open. */
export function parseLine(line: string, isOpen: (id: unknown) => boolean): ParsedLine {
  let value: unknown;
  try {
    value = normalizeParams(parseBounded(line));
  } catch (error) {
    if (beginsLikeReply(line)) return { messages: [failedReply(idIn(line))] };
    return error instanceof ExcessiveJson
      ? rejectedLine(ProtocolErrorCode.InvalidRequest, `The message ${error.message}.`, idIn(line))
      : rejectedLine(ProtocolErrorCode.ParseError, 'This line is not JSON.');
  }
  if (Array.isArray(value)) return parseBatch(value, isOpen);
  const error = paramsError(value);
  if (error !== undefined) return { messages: [], error };
  try {
    return { messages: [parseJSONRPCMessage(wellFormedReply(value, isOpen))] };
  } catch {
    const { id } = (value ?? {}) as { readonly id?: unknown };
    return rejectedLine(ProtocolErrorCode.InvalidRequest, 'This is not a JSON-RPC 2.0 message.', id);
  }
}

/** Batches are not supported, so the replies in one count as malformed. */
function parseBatch(batch: readonly { readonly id?: unknown }[], isOpen: (id: unknown) => boolean): ParsedLine {
  const replies = batch.filter((message) => isReply(message, isOpen));
  const messages = replies.map(({ id }) => failedReply(id));
  const isAnswered = replies.length < batch.length || batch.length === 0;
  const error = isAnswered ? errorReply(ProtocolErrorCode.InvalidRequest, 'Batches are not supported.') : undefined;
  return { messages, error };
}

const rejectedLine = (...error: Parameters<typeof errorReply>): ParsedLine => ({
  messages: [],
  error: errorReply(...error),
});

/** A JSON-RPC error, with the id of the request if it is known. */
export const errorReply = (code: number, message: string, id?: unknown): object => ({
  jsonrpc: '2.0',
  ...(typeof id === 'string' || typeof id === 'number' ? { id } : {}),
  error: { code, message },
});

/** The id of a request that is not parsed: SDKs put it first or last in the message. */
export function idIn(line: string): string | number | undefined {
  const begin = line.slice(0, ID_SEARCH_LENGTH);
  const [, number, text] = ID_AT_BEGIN.exec(begin) ?? ID_AT_END.exec(line.slice(-ID_SEARCH_LENGTH)) ?? [];
  return number === undefined ? text : Number(number);
}

/** An id is searched for in this many characters at the beginning and at the end of a line. */
const ID_SEARCH_LENGTH = 200;
/** Enough bytes for these characters. */
const KEPT_BYTES = 4 * ID_SEARCH_LENGTH;
const NEWLINE = 0x0a;
const ID = '"id":(?:(\\d{1,15})|"([\\w-]{1,100})")';
const ID_AT_BEGIN = new RegExp(`^\\{(?:"jsonrpc":"2\\.0",)?${ID},`);
const ID_AT_END = new RegExp(`,(?:"jsonrpc":"2\\.0",)?${ID}(?:,"jsonrpc":"2\\.0")?\\}$`);

/** Splits chunks into lines; the last one needs no newline. Of a line that is too long, only its beginning and end are kept. */
function lineSplitter(
  maxBytes: number,
  receive: (line: string) => unknown,
  onskipped: (begin: string, end: string) => unknown,
) {
  let pending: Buffer[] = [];
  let size = 0;
  const text = (parts: readonly Buffer[]) => Buffer.concat(parts).toString('utf8').trim();
  const skip = (last: Buffer) => {
    const line = text(ends([...pending, last]));
    onskipped(line.slice(0, ID_SEARCH_LENGTH), line.slice(-ID_SEARCH_LENGTH));
  };
  const deliver = (last: Buffer) => {
    const line = text([...pending, last]);
    if (line !== '') receive(line);
  };
  const endLine = (last: Buffer) => {
    if (size + last.length > maxBytes) skip(last);
    else deliver(last);
    pending = [];
    size = 0;
  };
  const take = (chunk: Buffer) => {
    let rest = chunk;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      endLine(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    if (rest.length === 0) return;
    size += rest.length;
    pending.push(rest);
    if (size > maxBytes) pending = ends(pending);
  };
  return { take, finish: () => endLine(Buffer.alloc(0)) };
}

/** The beginning and the end of a line in parts; the whole line if it is short. */
function ends(parts: readonly Buffer[]): Buffer[] {
  const line = Buffer.concat(parts);
  return line.length <= 2 * KEPT_BYTES ? [line] : [line.subarray(0, KEPT_BYTES), line.subarray(-KEPT_BYTES)];
}
