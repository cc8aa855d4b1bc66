import { type HttpRequest, HttpResponse } from '@smithy/protocol-http';
import { buildQueryString } from '@smithy/querystring-builder';
import type { Agent, Dispatcher } from 'undici';
import { isLoopback } from '../loopback.ts';
import { lazy } from '../operations/operation.ts';
import { misconfigured, timedOut, tooLarge } from './diagnosed-error.ts';
import type { AttemptOptions, Handler, Limits } from './handler.ts';

/**
 * Sends requests over the network: https, or http on loopback. A redirect is an ordinary response. The SDK's handler is not used:
 * version 2.5.0 leaves timers of up to 12 s behind a failed request, counts waiting for a free socket as connecting, cannot tell
 * whether a request was sent, and does not understand `[::1]`.
 */
export function networkHandler(limits: Limits): Handler {
  const agent = lazy(() => newAgent(limits.connectMs));
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    destroy: async () => void (await agent()).destroy(),
    handle: async (request, options: AttemptOptions = {}) => {
      const opened = await agent();
      options.ending?.throwIfEnded();
      if (request.protocol !== 'https:' && !isLoopback(request.hostname))
        throw misconfigured('The endpoint is neither https nor on this machine.');
      return { response: await exchange(opened, dispatchOptions(request), limits, options) };
    },
  };
}

/** Loaded for the first request, because calls within this process need none of it. */
async function newAgent(connectMs: number): Promise<Agent> {
  const { Agent } = await import('undici');
  return new Agent({
    connections: MAX_CONNECTIONS,
    connect: { timeout: connectMs },
    keepAliveTimeout: KEEP_ALIVE_MS,
    // An attempt has a limit of its own.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** Room for reads in the background and for the calls that go before them. */
const MAX_CONNECTIONS = 64;
/** Unless the endpoint announces a shorter time; long enough for a model to read an answer and make the next call. */
const KEEP_ALIVE_MS = 20_000;

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
  agent: Agent,
  request: Dispatcher.DispatchOptions,
  limits: Limits,
  { ending, onSend }: AttemptOptions,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let isOver = false;
    const settle = () => {
      isOver = true;
      clearTimeout(timer);
      unlisten?.();
    };
    const fail = (error: unknown) => {
      settle();
      controller?.abort(error as Error);
      reject(error);
    };
    const timer = setTimeout(() => fail(timedOut('The attempt', limits.attemptMs)), limits.attemptMs);
    const unlisten = ending?.onEnd(fail);
    const reply = replyWithin(limits.maxResponseBytes);
    agent.dispatch(request, {
      onRequestStart: (started) => {
        controller = started;
        if (isOver) started.abort(new Error('The request ended before it was sent.'));
        else onSend?.();
      },
      onResponseStart: (_, status, headers) => reply.start(status, headers),
      onResponseData: (_, chunk) => reply.add(chunk),
      onResponseEnd: () => {
        settle();
        // In a later turn of the event loop, the connection is free again; before, the next request would open another.
        queueMicrotask(() => setImmediate(resolve, reply.whole()));
      },
      onResponseError: (_, error) => fail(isConnectTimeout(error) ? timedOut('Connecting', limits.connectMs) : error),
    });
  });
}

const isConnectTimeout = (error: Error & { readonly code?: string }) => error.code === 'UND_ERR_CONNECT_TIMEOUT';

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
