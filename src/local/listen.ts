import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ListenError } from '../listen-error.ts';
import type { Service } from '../operations/exchange.ts';
import type { WorldClock } from './clock.ts';
import { controlRoutes } from './control.ts';
import { ConnectionReset } from './faults/connection-reset.ts';
import { type ServedRequest, servedRequest } from './served-request.ts';

export interface ListenOptions {
  /** 0 selects any free port. */
  readonly port: number;
  /** The address to listen on; 127.0.0.1 by default. */
  readonly host?: string | undefined;
  /**
   * Serves every host name, for a service that requires signed requests; by default, only those of this machine and of `host`.
   */
  readonly anyHost?: boolean | undefined;
  /** The clock to serve under /_control; not served if undefined. */
  readonly control?: WorldClock | undefined;
  /** Called with each request and its reply. */
  readonly observe?: ((request: ServedRequest) => void) | undefined;
}

export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves the local service over HTTP to programs on this machine, but not to web pages. Rejects with one line when the port is in
 * use.
 */
export async function listen(service: Service, options: ListenOptions): Promise<Listener> {
  const { port, host = '127.0.0.1', anyHost = false } = options;
  let allowed = new Set<string>();
  const app = serviceApp(service, options, (name) => anyHost || allowed.has(name));
  const server = createAdaptorServer({ fetch: app.fetch, createServer }) as Server;
  await bound(server, port, host);
  const taken = (server.address() as AddressInfo).port;
  allowed = new Set(['localhost', '127.0.0.1', '[::1]', host.toLowerCase()].map((name) => `${name}:${taken}`));
  return {
    port: taken,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

type App = Hono<{ Bindings: HttpBindings }>;

/** The routes of the service: requests of web pages, and requests for hosts that are not served, are rejected. */
function serviceApp(
  service: Service,
  { control, observe = () => {} }: ListenOptions,
  isServed: (host: string) => boolean,
): App {
  const app: App = new Hono();
  app.get('/healthz', (c) => c.text('ok\n'));
  app.use(async (c, next) => {
    const began = performance.now();
    const { pathname, search } = new URL(c.req.url);
    const described = servedRequest({ method: c.req.method, target: pathname + search, headers: c.req.header() });
    await next();
    const status = c.res === RESPONSE_ALREADY_SENT ? undefined : c.res.status;
    observe({ ...described, status, ms: performance.now() - began });
  });
  app.use(async (c, next) => {
    if (c.req.header('origin') !== undefined) return refused(403, 'Requests from web pages are not served.');
    if (!isServed((c.req.header('host') ?? '').toLowerCase())) return refused(421, 'This host name is not served.');
    return next();
  });
  app.use(bodyLimit({ maxSize: LARGEST_BODY, onError: () => refused(413, 'The request is too large.') }));
  if (control !== undefined) app.route('/', controlRoutes(control));
  app.all('*', (c) => reply(service, c));
  app.onError((error, c) => {
    if (!(error instanceof ConnectionReset)) return refused(500, 'The listener failed.');
    c.env.incoming.socket.resetAndDestroy();
    return RESPONSE_ALREADY_SENT;
  });
  return app;
}

/** The reply of the service; a broken one ends with the connection. */
async function reply(service: Service, { req, env }: Context<{ Bindings: HttpBindings }>): Promise<Response> {
  const { pathname, search } = new URL(req.url);
  const { status, headers, body, broken } = await service({
    method: req.method,
    target: pathname + search,
    headers: req.header(),
    body: new Uint8Array(await req.arrayBuffer()),
  });
  if (broken === undefined) return new Response(body as Uint8Array<ArrayBuffer>, { status, headers });
  env.outgoing.writeHead(status, headers);
  env.outgoing.write(body, () => env.incoming.socket.destroySoon());
  return RESPONSE_ALREADY_SENT;
}

/** The largest member of the model, a SAML document, has 10 million characters. */
const LARGEST_BODY = 12 * 1024 * 1024;

const TYPES: Record<number, string> = {
  403: 'AccessDeniedException',
  413: 'RequestEntityTooLargeException',
  500: 'InternalServerException',
};

function refused(status: number, message: string): Response {
  const type = TYPES[status] ?? 'MisdirectedRequestException';
  const headers = { 'content-type': 'application/json', 'x-amzn-ErrorType': type, connection: 'close' };
  return new Response(JSON.stringify({ message }), { status, headers });
}

function bound(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new ListenError(host, port, error)));
    server.listen(port, host, resolve);
  });
}
