import type { ClientRequest, IncomingMessage } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import { type HttpRequest, HttpResponse } from '@smithy/protocol-http';
import { buildQueryString } from '@smithy/querystring-builder';
import { isLoopback } from '../loopback.ts';
import { misconfigured, timedOut, tooLarge } from './diagnosed-error.ts';
import type { AttemptOptions, Handler, Limits } from './handler.ts';

/**
 * Sends requests over the network: https, or http on loopback. A redirect is an ordinary response. The SDK's handler is not used:
 * version 2.5.0 leaves timers of up to 12 s behind a failed request, counts waiting for a free socket as connecting, cannot tell
 * whether a request was sent, and does not understand `[::1]`.
 */
export function networkHandler(limits: Limits): Handler {
  const keep = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const transports = {
    'http:': { request: http.request, agent: new http.Agent(keep) },
    'https:': { request: https.request, agent: new https.Agent(keep) },
  };
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    destroy: () => Object.values(transports).forEach(({ agent }) => void agent.destroy()),
    handle: async (message, options: AttemptOptions = {}) => {
      options.ending?.throwIfEnded();
      const secure = message.protocol === 'https:';
      if (!secure && !isLoopback(message.hostname))
        throw misconfigured('The endpoint is neither https nor on this machine.');
      const { request, agent } = transports[secure ? 'https:' : 'http:'];
      return { response: await exchange(request({ agent, ...target(message) }), message.body, limits, options) };
    },
  };
}

/** Room for reads in the background and for the calls that go before them. */
const MAX_SOCKETS = 64;

function target({ hostname, port, path, query, method, headers }: HttpRequest): http.RequestOptions {
  const search = buildQueryString(query);
  return {
    host: hostname.replace(/^\[(.+)\]$/, '$1'),
    ...(port === undefined ? {} : { port }),
    path: search === '' ? path : `${path}?${search}`,
    method,
    headers,
  };
}

function exchange(
  request: ClientRequest,
  body: string | Uint8Array | undefined,
  { connectMs, attemptMs, maxResponseBytes }: Limits,
  { ending, onSend }: AttemptOptions,
): Promise<HttpResponse> {
  let connecting: NodeJS.Timeout | undefined;
  let attempt: NodeJS.Timeout | undefined;
  let unlisten: (() => void) | undefined;

  const result = new Promise<HttpResponse>((resolve, reject) => {
    unlisten = ending?.onEnd(reject);
    attempt = setTimeout(() => reject(timedOut('The attempt', attemptMs)), attemptMs);
    request.on('error', reject);
    request.on('socket', (socket) => {
      const connected = () => {
        clearTimeout(connecting);
        onSend?.();
      };
      if (!socket.connecting) return connected();
      connecting = setTimeout(() => reject(timedOut('Connecting', connectMs)), connectMs);
      socket.once('encrypted' in socket ? 'secureConnect' : 'connect', connected);
    });
    request.on('response', (response) => {
      read(response, maxResponseBytes).then(resolve, reject);
    });
    request.end(body);
  });
  return result
    .catch((error: unknown) => {
      request.destroy();
      throw error;
    })
    .finally(() => {
      clearTimeout(connecting);
      clearTimeout(attempt);
      unlisten?.();
    });
}

/** The whole response; a listener each, because an async iterator costs several turns of the event loop. */
function read(response: IncomingMessage, maxBytes: number): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on('error', reject);
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) reject(tooLarge(maxBytes));
      else chunks.push(chunk);
    });
    response.on('end', () => {
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(response.headers)) headers[name] = String(value);
      resolve(
        new HttpResponse({
          statusCode: response.statusCode ?? 0,
          headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
  });
}
