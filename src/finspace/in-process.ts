import { type HttpRequest, HttpResponse } from '@smithy/protocol-http';
import { buildQueryString } from '@smithy/querystring-builder';
import type { Service } from '../operations/exchange.ts';
import { timedOut, tooLarge } from './fault.ts';
import type { AttemptOptions, Handler, Limits } from './handler.ts';

/** Hands requests to a service in this process: the same bytes as over the network, without a socket. */
export function inProcessHandler(service: Service, { attemptMs, maxResponseBytes }: Limits): Handler {
  return {
    handle: async (request, { abortSignal, onSend }: AttemptOptions = {}) => {
      abortSignal?.throwIfAborted();
      onSend?.();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(timedOut('The attempt', attemptMs)), attemptMs).unref();
      });
      try {
        return { response: await Promise.race([exchange(service, request, maxResponseBytes), late]) };
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

async function exchange(service: Service, request: HttpRequest, maxBytes: number): Promise<HttpResponse> {
  const { path, method, headers } = request;
  const query = buildQueryString(request.query);
  const target = query === '' ? path : `${path}?${query}`;
  const { status, body, broken, ...reply } = await service({
    method,
    target,
    headers: lower(headers),
    body: bytes(request.body),
  });
  if (broken !== undefined) throw broken;
  if (body.length > maxBytes) throw tooLarge(maxBytes);
  return new HttpResponse({ statusCode: status, headers: reply.headers, body });
}

const lower = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const bytes = (body: string | Uint8Array | undefined) =>
  typeof body === 'string' ? Buffer.from(body) : (body ?? NOTHING);

const NOTHING = new Uint8Array();
