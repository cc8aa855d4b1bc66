import { setImmediate as nextTurn } from 'node:timers/promises';
import { type HttpRequest, HttpResponse } from '@smithy/protocol-http';
import { buildQueryString } from '@smithy/querystring-builder';
import type { Service } from '../operations/exchange.ts';
import { timedOut, tooLarge } from './diagnosed-error.ts';
import type { AttemptOptions, Handler, Limits } from './handler.ts';

/** Passes requests to a service in this process: with the path, the headers and the body that the client would send over the network. */
export function inProcessHandler(service: Service, { attemptMs, maxResponseBytes }: Limits): Handler {
  return {
    handle: async (request, { ending, onSend }: AttemptOptions = {}) => {
      ending?.throwIfEnded();
      onSend?.();
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(timedOut('The attempt', attemptMs)), attemptMs).unref();
      });
      try {
        return { response: await Promise.race([exchange(service, request, maxResponseBytes), timeout]) };
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

async function exchange(service: Service, request: HttpRequest, maxBytes: number): Promise<HttpResponse> {
  await yieldAfterLongTurn();
  const { path, method, headers } = request;
  const query = buildQueryString(request.query);
  const target = query === '' ? path : `${path}?${query}`;
  const { status, body, broken, ...reply } = await service({
    method,
    target,
    headers: lowerCaseNames(headers),
    body: bytes(request.body),
  });
  if (broken !== undefined) throw broken;
  if (body.length > maxBytes) throw tooLarge(maxBytes);
  return new HttpResponse({ statusCode: status, headers: reply.headers, body });
}

/** A call yields to other events if the last yield is longer ago than this. */
const TURN_MS = 10;
let turnStart = 0;
let turn: Promise<void> | undefined;

/** With SQLite, the local service waits for no I/O, so a tool with many calls would block everything else. */
async function yieldAfterLongTurn(): Promise<void> {
  while (performance.now() - turnStart > TURN_MS) {
    turn ??= nextTurn().then(() => {
      turnStart = performance.now();
      turn = undefined;
    });
    await turn;
  }
}

const lowerCaseNames = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const bytes = (body: string | Uint8Array | undefined) =>
  typeof body === 'string' ? Buffer.from(body) : (body ?? NOTHING);

const NOTHING = new Uint8Array();
