import { type HttpRequest, HttpResponse } from '@smithy/protocol-http';
import { buildQueryString } from '@smithy/querystring-builder';
import type { Dispatcher } from 'undici';
import { isLoopback } from '../loopback.ts';
import { lazy } from '../operations/operation.ts';
import { type Connections, openConnections } from './connections.ts';
import { misconfigured, timedOut, tooLarge } from './diagnosed-error.ts';
import type { AttemptOptions, Handler, Limits } from './handler.ts';

/**
 * Sends requests over the network: https, or http on loopback. A redirect is an ordinary response. The SDK's handler is not used:
 * version 2.5.0 leaves timers of up to 12 s behind a failed request, counts waiting for a free socket as connecting, cannot tell
 * whether a request was sent, and does not understand `[::1]`.
 */
export function networkHandler(limits: Limits): Handler {
  const connections = lazy(() => openConnections(limits.connectMs));
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    destroy: async () => (await connections()).close(),
    handle: async (request, options: AttemptOptions = {}) => {
      const opened = await connections();
      options.ending?.throwIfEnded();
      if (request.protocol !== 'https:' && !isLoopback(request.hostname))
        throw misconfigured('The endpoint is neither https nor on this machine.');
      return { response: await exchange(opened, dispatchOptions(request), limits, options) };
    },
  };
}

function dispatchOptions({ protocol, hostname, port, path, query, method, headers, body }: HttpRequest) {
  const search = buildQueryString(query);
  return {
    origin: `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`,
    path: search === '' ? path : `${path}?${search}`,
    method,
    headers,
    body,
  };
}

function exchange(
  connections: Connections,
  request: Dispatcher.DispatchOptions & { readonly origin: string },
  limits: Limits,
  { ending, onSend }: AttemptOptions,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const slot = connections.slot(request.origin);
    const settle = () => {
      clearTimeout(timer);
      unlisten?.();
    };
    const fail = (error: unknown) => {
      settle();
      slot.abort(error as Error);
      reject(error);
    };
    const timer = setTimeout(() => fail(timedOut('The attempt', limits.attemptMs)), limits.attemptMs);
    const unlisten = ending?.onEnd(fail);
    const reply = replyWithin(limits.maxResponseBytes);
    slot.whenFree((client) => {
      client.dispatch(request, {
        onRequestStart: () => onSend?.(),
        onResponseStart: (_, status, headers) => reply.start(status, headers),
        onResponseData: (_, chunk) => reply.add(chunk),
        onResponseEnd: () => {
          settle();
          slot.release();
          resolve(reply.whole());
        },
        onResponseError: (_, error) => fail(error),
      });
    });
  });
}

/** Collects a response. Throws if it is longer than `maxBytes`. */
function replyWithin(maxBytes: number) {
  const chunks: Uint8Array[] = [];
  let statusCode = 0;
  let headers: Record<string, string> = {};
  let size = 0;
  return {
    start(status: number, received: Readonly<Record<string, string | string[] | undefined>>) {
      statusCode = status;
      headers = Object.fromEntries(Object.entries(received).map(([name, value]) => [name, [value].flat().join(', ')]));
    },
    add(chunk: Uint8Array) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    },
    whole: () => new HttpResponse({ statusCode, headers, body: Buffer.concat(chunks) }),
  };
}
