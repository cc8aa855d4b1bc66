import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type HttpRequest, HttpResponse } from '@smithy/protocol-http';
import { buildQueryString } from '@smithy/querystring-builder';
import type { HttpHandlerOptions, RequestHandler } from '@smithy/types';

/** Bounds of one call, in milliseconds and bytes. */
export interface Limits {
  readonly connectMs: number;
  /** One attempt, from sending the request to the last byte of its response. */
  readonly attemptMs: number;
  /** The whole call, all attempts and the waits between them. */
  readonly callMs: number;
  readonly maxResponseBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  connectMs: 2_000,
  attemptMs: 10_000,
  callMs: 30_000,
  maxResponseBytes: 16 * 1024 * 1024,
};

export type Handler = RequestHandler<HttpRequest, HttpResponse, HttpHandlerOptions>;

/** Sends requests over the network. */
export function networkHandler(limits: Limits): Handler {
  return bounded(
    new NodeHttpHandler({ connectionTimeout: limits.connectMs, requestTimeout: limits.attemptMs }),
    limits,
  );
}

/** Hands requests to a service in this process: the same bytes as over the network, without a socket. */
export function inProcessHandler(service: (request: Request) => Promise<Response>, limits: Limits): Handler {
  return bounded({ handle: async (request) => ({ response: await overFetch(service, request) }) }, limits);
}

async function overFetch(
  service: (request: Request) => Promise<Response>,
  request: HttpRequest,
): Promise<HttpResponse> {
  const query = buildQueryString(request.query);
  const url = `${request.protocol}//${request.hostname}${request.path}${query === '' ? '' : `?${query}`}`;
  const response = await service(
    new Request(url, { method: request.method, headers: request.headers, body: request.body ?? null }),
  );
  return new HttpResponse({
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: response.body,
  });
}

/** Holds each attempt to its time and size, body included; the response that leaves here has its whole body as bytes. */
function bounded(inner: Handler, limits: Limits): Handler {
  return {
    ...(inner.metadata === undefined ? {} : { metadata: inner.metadata }),
    destroy: () => inner.destroy?.(),
    async handle(request, { abortSignal } = {}) {
      const deadline = AbortSignal.timeout(limits.attemptMs);
      const signal = abortSignal === undefined ? deadline : AbortSignal.any([deadline, abortSignal as AbortSignal]);
      const { response } = await orAborted(inner.handle(request, { abortSignal: signal }), signal);
      const body = await orAborted(bytes(response.body, limits.maxResponseBytes), signal, () =>
        response.body?.destroy?.(),
      );
      return { response: new HttpResponse({ ...response, body }) };
    },
  };
}

/** The promise's outcome, or a rejection with the signal's reason as soon as it aborts. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal, cleanUp?: () => void): Promise<T> {
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      cleanUp?.();
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
    work.catch(() => {});
  }
}

async function bytes(body: AsyncIterable<Uint8Array> | null | undefined, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > limit) throw new ResponseTooLarge(limit);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
}

/** A response body above the limit. */
export class ResponseTooLarge extends Error {
  override readonly name = 'ResponseTooLarge';

  constructor(limit: number) {
    super(`the response is larger than ${limit} bytes`);
  }
}
