import { type HttpRequest, HttpResponse } from '@smithy/protocol-http';
import { buildQueryString } from '@smithy/querystring-builder';
import { timedOut, tooLarge } from './fault.ts';
import type { AttemptOptions, Handler, Limits } from './handler.ts';

export type Service = (request: Request) => Promise<Response>;

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
  const { protocol, hostname, path, method, headers } = request;
  const query = buildQueryString(request.query);
  const url = `${protocol}//${hostname}${path}${query === '' ? '' : `?${query}`}`;
  const response = await service(new Request(url, { method, headers, body: request.body ?? null }));
  const body = new Uint8Array(await response.arrayBuffer());
  if (body.length > maxBytes) throw tooLarge(maxBytes);
  return new HttpResponse({ statusCode: response.status, headers: Object.fromEntries(response.headers), body });
}
