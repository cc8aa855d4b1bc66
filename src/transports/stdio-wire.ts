import {
  type JSONRPCMessage,
  type JSONRPCRequest,
  ProtocolErrorCode,
  type Transport,
} from '@modelcontextprotocol/server';
import type { Watch } from '../server.ts';
import { errorReply, idIn, type JsonLines, type JsonLinesOptions, jsonLines, parseLine } from './json-lines.ts';
import { type OpenRequests, openRequests } from './open-requests.ts';
import { beginsLikeReply, failedReply } from './replies.ts';
import { isListen, watchSubscriptions } from './subscriptions.ts';

const { InternalError, InvalidRequest } = ProtocolErrorCode;

export interface StdioWire extends Transport {
  /** Reads no further input; requests read so far are still answered. */
  stopReading(): void;
  /**
   * Resolves when every request read so far has been answered, except those that wait for the client, or when the client has
   * disconnected.
   */
  idle(): Promise<void>;
  unanswered(): number;
}

/** A line that is longer than `maxBytes` is skipped. A request is then answered with an error, and a reply counts as failed. */
export interface StdioWireOptions extends Pick<JsonLinesOptions, 'input' | 'output' | 'maxBytes' | 'onend'> {
  /** Called once the answer to the first `tools/list` is written: a call is likely to come next. */
  readonly onlisted?: (() => void) | undefined;
  /** Loads what `watch` needs. */
  readonly load?: (() => Promise<void>) | undefined;
  /** Starts to watch the resources that a stream of change events requests. */
  readonly watch: (uris: readonly string[]) => Watch;
}

/**
 * JSON-RPC lines over two streams. Unlike the SDK's transport, it answers lines that are not JSON-RPC with an error, survives
 * lines that are too long, and lets its owner decide what happens at the end of input (`onend`).
 */
export function stdioWire({ input, output, onend, onlisted, maxBytes, load, watch }: StdioWireOptions): StdioWire {
  const requests = openRequests();
  const turns = turnQueue();
  const firstList = firstListing(onlisted);
  const lines = jsonLines({
    input,
    output,
    maxBytes,
    receive: (line) => turns.run(() => receive(line)),
    onskipped: (begin, end) => turns.run(() => skipped(begin, idIn(`${begin}\n${end}`))),
    onend: () => turns.run(onend),
    onerror: (error) => wire.onerror?.(error),
    onbroken: () => void wire.close(),
  });
  const reply = (message: object) => void lines.send(message).catch(() => {});
  const listen = streamOpener({ load, watch, hold: turns.hold }, (message, endOrError) => {
    if (endOrError instanceof Error) {
      wire.onerror?.(endOrError);
      return reply(errorReply(InternalError, 'This server cannot watch resources.', message.id));
    }
    requests.openStream(message.id, endOrError);
    return wire.onmessage?.(message);
  });
  const skipped = (begin: string, id: string | number | undefined) => {
    if (beginsLikeReply(begin)) return deliver(failedReply(id));
    return reply(errorReply(InvalidRequest, `The message has more than ${maxBytes} bytes (--max-body).`, id));
  };
  const receive = (line: string) => {
    const { messages, error } = parseLine(line, requests.awaitsClient);
    for (const message of messages) deliver(message);
    if (error !== undefined) reply(error);
  };
  const deliver = (message: JSONRPCMessage) => {
    if (!('method' in message)) requests.clientAnswered(message.id);
    else if (message.method === 'notifications/cancelled') requests.end(message.params?.['requestId'] as never);
    else if ('id' in message) {
      const { id } = message;
      if (isListen(message) && !requests.hasStream(id)) return listen(message);
      if (!isListen(message)) requests.begin(id);
    }
    firstList.received(message);
    return wire.onmessage?.(message);
  };
  const wire = transportOver(lines, requests, firstList.answered);
  return wire;
}

/** The connection as the SDK uses it. */
function transportOver(lines: JsonLines, requests: OpenRequests, answered: (id: unknown) => void): StdioWire {
  let closed = false;
  const wire: StdioWire = {
    start: async () => lines.start(),
    send: async (message, options) => {
      const isRequest = 'method' in message && 'id' in message;
      if (isRequest) requests.askClient(message.id, options?.relatedRequestId);
      await lines.send(message);
      if ('method' in message || message.id === undefined) return;
      requests.end(message.id);
      answered(message.id);
    },
    stopReading: lines.stopReading,
    idle: requests.idle,
    unanswered: () => requests.unanswered,
    close: async () => {
      if (closed) return;
      closed = true;
      lines.close();
      requests.close();
      wire.onclose?.();
    },
  };
  return wire;
}

/** Runs work in order; work that comes after `hold` waits until that promise has settled. */
function turnQueue() {
  let held: Promise<unknown> | undefined;
  return {
    run: (work: () => unknown) => {
      const start = () => void work();
      if (held === undefined) start();
      else held = held.then(start, start);
    },
    hold: (until: Promise<unknown>) => {
      held = until;
    },
  };
}

/** Calls back once, when the first `tools/list` was answered. */
function firstListing(onlisted: (() => void) | undefined) {
  let listingId: unknown;
  let callback = onlisted;
  return {
    received: (message: JSONRPCMessage) => {
      if ('method' in message && 'id' in message && message.method === 'tools/list') listingId ??= message.id;
    },
    answered: (id: unknown) => {
      if (id !== listingId) return;
      callback?.();
      callback = undefined;
    },
  };
}

interface StreamOptions extends Pick<StdioWireOptions, 'load' | 'watch'> {
  /** Makes later lines wait. */
  readonly hold: (until: Promise<unknown>) => void;
}

/**
 * Opens streams of change events. What follows the first one waits until `watch` works. `opened` gets the message for the SDK and
 * the function that ends the stream, or the error.
 */
function streamOpener(
  { load, watch, hold }: StreamOptions,
  opened: (message: JSONRPCRequest, endOrError: (() => void) | Error) => void,
): (message: JSONRPCRequest) => void {
  let isLoaded = load === undefined;
  const open = (message: JSONRPCRequest): void => {
    if (isLoaded || load === undefined) {
      const { message: allowed, end } = watchSubscriptions(message, watch);
      opened(allowed, end);
      return;
    }
    const start = () => {
      isLoaded = true;
      open(message);
    };
    hold(load().then(start, (error: Error) => opened(message, error)));
  };
  return open;
}
