import {
  type AuthInfo,
  createMcpHandler,
  isLegacyRequest,
  type McpServer,
  PROTOCOL_VERSION_META_KEY,
  type Server,
  type ServerEventBus,
} from '@modelcontextprotocol/server';
import type { Caller } from '../../safety/policy.ts';
import { callerIn } from '../../server.ts';
import { paramsError } from '../params.ts';
import { wellFormedReply } from '../replies.ts';
import { type WatchFor, watchSubscriptions } from '../subscriptions.ts';
import { type Admitted, type SessionOptions, sessions } from './sessions.ts';

export interface EndpointOptions {
  /** Creates the server of one request (2026-07-28) or one session (2025 era). Must be cheap. */
  readonly createServer: (caller: Caller) => McpServer | Server;
  readonly sessions: Omit<SessionOptions, 'onerror'>;
  readonly onerror: (error: Error) => void;
  /** Carries change events to subscribers; within this process by default. */
  readonly bus?: ServerEventBus | undefined;
  /** Starts to watch the resources that a stream requests. */
  readonly watch?: WatchFor | undefined;
}

/** Serves MCP at one path, in both protocol eras. */
export interface Endpoint {
  handle(admitted: Admitted): Promise<Response>;
  readonly sessionCount: number;
  sweep(): void;
  close(): Promise<void>;
}

/** Serves each request by its era: without state since 2026-07-28, and in a session of its client before. */
export function endpoint({ createServer, sessions: limits, onerror, bus, watch }: EndpointOptions): Endpoint {
  const modern = createMcpHandler(({ authInfo }) => createServer(authorizedCaller(authInfo)), {
    legacy: 'reject',
    onerror,
    ...(bus === undefined ? {} : { bus }),
  });
  const legacy = sessions(createServer, { ...limits, onerror });

  return {
    async handle({ request, body: sent, caller, onEnd }) {
      const body = request.headers.has('mcp-session-id') ? withWellFormedReplies(sent) : sent;
      const [error] = (Array.isArray(body) ? body : [body]).flatMap((message) => paramsError(message) ?? []);
      if (error !== undefined) return Response.json(error, { status: claimsModern(body) ? 400 : 200 });
      const authInfo: AuthInfo = { token: '', clientId: caller.principal, scopes: [], extra: { caller } };
      if (!claimsModern(body) && (inSession(request, body) || (await isLegacyRequest(request, body))))
        return connectionLeftToNode(await legacy.handle({ request, body, caller, authInfo, onEnd }));
      const { message, end } = watchSubscriptions(body, (uris) => watch?.(caller, uris));
      onEnd(end);
      return connectionLeftToNode(await modern.fetch(request, { authInfo, parsedBody: message }));
    },
    get sessionCount() {
      return legacy.count;
    },
    sweep: () => legacy.sweep(),
    close: async () => void (await Promise.all([modern.close(), legacy.close()])),
  };
}

/** Without the header `Connection: keep-alive` of the SDK, which would keep a connection open that its client wants to close. */
function connectionLeftToNode(response: Response): Response {
  response.headers.delete('connection');
  return response;
}

/**
 * Whether a request claims the envelope of 2026-07-28, so that it does not belong to the older era. Checking that here avoids
 * classifying it twice. The SDK classifies `initialize`, which belongs to the older era unless its envelope is valid.
 */
function claimsModern(body: unknown): boolean {
  const { method, params } = (body ?? {}) as { method?: unknown; params?: { _meta?: Record<string, unknown> } | null };
  return method !== 'initialize' && typeof params?._meta?.[PROTOCOL_VERSION_META_KEY] === 'string';
}

/** The body of a request of a session, where malformed replies are errors: each ends the request that it replies to. */
function withWellFormedReplies(body: unknown): unknown {
  return Array.isArray(body) ? body.map(withWellFormedReplies) : wellFormedReply(body, () => true);
}

/** Whether a message belongs to a session, whatever version its headers name. */
const inSession = ({ headers }: Request, body: unknown) =>
  headers.has('mcp-session-id') && typeof (body as { method?: unknown } | null | undefined)?.method === 'string';

function authorizedCaller(authInfo: AuthInfo | undefined): Caller {
  const caller = callerIn(authInfo);
  if (caller === undefined) throw new Error('A request reached the protocol without authorization.');
  return caller;
}
