import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { Caller } from '../../safety/policy.ts';
import { readJson } from './body.ts';
import type { Endpoint } from './endpoint.ts';
import type { Guards } from './guards.ts';
import type { Load } from './load.ts';
import { rejection } from './reply.ts';

/** The longest member of an input, a SAML document, has 10 million characters. */
const MOST_BODY_BYTES = 12 * 1024 * 1024;

/** An endpoint and who may use it for what. */
export interface Mount {
  readonly endpoint: Endpoint;
  /** Who calls, or the response that refuses. */
  readonly authenticate: (request: Request) => Caller | Response | Promise<Caller | Response>;
  /** The response that refuses what this caller asks for; undefined when it may be answered. */
  readonly authorize?: (caller: Caller, body: unknown) => Response | undefined;
}

export interface AppOptions {
  /** What answers MCP, by path. */
  readonly mounts: Readonly<Record<string, Mount>>;
  /** Other paths, answered to GET without the guards of the above. */
  readonly pages: Readonly<Record<string, (request: Request) => Response | Promise<Response>>>;
  readonly guards: Guards;
  readonly load: Load;
  readonly onerror: (error: Error) => void;
}

type Env = { Bindings: Partial<HttpBindings> };

/** The HTTP side of a server: guards first, then load, then who calls, then the protocol. Anything else is 404. */
export function httpApp(options: AppOptions): Hono<Env> {
  const { mounts, pages, onerror } = options;
  const app = new Hono<Env>();
  for (const [path, page] of Object.entries(pages)) app.get(path, (c) => page(c.req.raw));
  for (const [path, mount] of Object.entries(mounts))
    app.all(path, (c) => admit(options, mount, c.req.raw, c.env?.outgoing));
  app.notFound(() => new Response('There is nothing here.\n', { status: 404 }));
  app.onError((error) => {
    onerror(error);
    return rejection(500, 'Internal server error', {}, -32_603);
  });
  return app;
}

async function admit(
  { guards, load }: AppOptions,
  { endpoint, authenticate, authorize }: Mount,
  request: Request,
  outgoing: HttpBindings['outgoing'] | undefined,
): Promise<Response> {
  const { headers, method } = request;
  const refusal = guards.refuse(headers);
  if (refusal !== undefined) return refusal;
  if (method === 'OPTIONS') return guards.preflight(headers) ?? notAllowed();
  if (!ALLOWED.includes(method)) return notAllowed();
  if (!load.enter()) return guards.expose(headers, busy(load));
  const { onEnd, ended } = ending(outgoing);
  let counted = true;
  const leave = () => {
    if (counted) load.leave();
    counted = false;
  };
  onEnd(leave);
  try {
    const caller = await authenticate(request);
    if (caller instanceof Response) return guards.expose(headers, caller);
    const body = method === 'POST' ? await readJson(request, MOST_BODY_BYTES) : { value: undefined };
    if (body instanceof Response) return guards.expose(headers, body);
    const denied = authorize?.(caller, body.value);
    if (denied !== undefined) return guards.expose(headers, denied);
    const response = await endpoint.handle({ request, body: body.value, caller, onEnd });
    // A stream that stays open for events is bounded elsewhere and must not hold up a drain.
    if (method === 'GET' || isListen(body.value)) leave();
    return guards.expose(headers, response);
  } finally {
    if (outgoing === undefined) queueMicrotask(ended);
  }
}

/** Collects what has to happen when a response has been sent or its connection is gone. */
function ending(outgoing: HttpBindings['outgoing'] | undefined) {
  const listeners: (() => void)[] = [];
  const ended = () => {
    for (const listener of listeners) listener();
  };
  outgoing?.once('close', ended);
  return { onEnd: (listener: () => void) => void listeners.push(listener), ended };
}

const ALLOWED = ['GET', 'POST', 'DELETE'];
const notAllowed = () => rejection(405, 'Method not allowed.', { allow: ALLOWED.join(', ') });
const busy = ({ draining }: Load) =>
  draining
    ? rejection(503, 'This server is stopping.', { 'retry-after': '5', connection: 'close' })
    : rejection(503, 'Too many requests are being answered.', { 'retry-after': '1' });
const isListen = (body: unknown) => (body as { method?: unknown } | null)?.method === 'subscriptions/listen';
