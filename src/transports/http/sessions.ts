import { randomUUID } from 'node:crypto';
import {
  type AuthInfo,
  isInitializeRequest,
  type McpServer,
  type RequestId,
  type Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { lazy } from '../../operations/operation.ts';
import type { Caller } from '../../safety/policy.ts';
import { reject } from './rejection.ts';
import { replayBuffer } from './replay.ts';
import { messagesIn } from './rpc-messages.ts';
import { type Session, type SessionLimits, type SessionTable, sessionTable } from './session-table.ts';

export interface SessionOptions extends SessionLimits {
  readonly onerror: (error: Error) => void;
}

/** A request that passed the guards, with its body read. */
export interface Admitted {
  readonly request: Request;
  /** The parsed JSON of a POST; undefined for other methods. */
  readonly body: unknown;
  readonly caller: Caller;
  /** Calls back when the response has been sent or the connection is lost; at once if it is lost already. */
  readonly onEnd: (listener: () => void) => void;
}

/** One request of a session, with its caller in the form of the SDK. */
export interface SessionRequest extends Admitted {
  readonly authInfo: AuthInfo;
}

export interface Sessions {
  handle(request: SessionRequest): Promise<Response>;
  readonly count: number;
  sweep(): void;
  close(): Promise<void>;
}

const RETRY_MS = 1_000;
/**
 * All session ids of this process have the same prefix, which distinguishes ids of other processes from those of ended sessions.
 */
const ID_PREFIX = randomUUID().slice(0, 8);
const sessionId = () => `${ID_PREFIX}${randomUUID().slice(8)}`;

/**
 * Sessions of 2025-era clients, bounded in number and time. These clients can be sent forms only in a session. At the limit, the
 * table evicts sessions in such a way that no principal can lock out others. A session belongs to the principal that opened it, and
 * other principals cannot see it. The token of each request decides what its caller may do, not the token of the first.
 */
export function sessions(createServer: (caller: Caller) => McpServer | Server, options: SessionOptions): Sessions {
  const { now, onerror } = options;
  const table = sessionTable(options, ({ server }) => void server.close().catch(onerror));
  /** The number of sessions that are not in the table yet. */
  let opening = 0;
  const start = async (received: SessionRequest) => {
    const { caller } = received;
    if (!table.makeRoom(caller.principal, opening))
      return reject(503, 'Too many sessions are open.', { 'retry-after': '30' });
    opening += 1;
    const opened = lazy(() => {
      opening -= 1;
    });
    try {
      const session = await openSession(createServer(caller), caller, table, { ...options, opened });
      const response = await answer(session, received, now);
      if (session.transport.sessionId === undefined) await session.server.close();
      return response;
    } finally {
      opened();
    }
  };
  return {
    async handle(received) {
      const id = received.request.headers.get('mcp-session-id');
      const session = id === null ? undefined : table.find(id, received.caller.principal);
      if (session !== undefined) return answer(session, received, now);
      if (isInitializeRequest(received.body)) return start(received);
      if (id !== null) return unknownSession(id);
      return reject(400, 'Without Mcp-Session-Id, only initialize and requests of MCP 2026-07-28 are accepted.');
    },
    get count() {
      return table.count;
    },
    sweep: table.sweep,
    close: async () => void (await Promise.all([...table.all].map(({ server }) => server.close().catch(onerror)))),
  };
}

/** A session of a caller, which enters the table when the client initializes it. */
async function openSession(
  server: McpServer | Server,
  { principal }: Caller,
  table: SessionTable,
  { now, onerror, opened }: SessionOptions & { readonly opened: () => void },
): Promise<Session> {
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: sessionId,
    eventStore: replayBuffer(),
    retryInterval: RETRY_MS,
    onsessioninitialized: (id) => {
      table.add(id, session);
      opened();
    },
  });
  const unanswered = new Set<unknown>();
  const session: Session = { transport, server, principal, unanswered, lastUsedMs: now(), openResponses: 0 };
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    if (!('method' in message)) unanswered.delete(message.id);
    return send(message, options);
  };
  transport.onclose = () => {
    if (transport.sessionId !== undefined) table.remove(transport.sessionId);
  };
  transport.onerror = onerror;
  await server.connect(transport);
  return session;
}

async function answer(session: Session, { request, body, authInfo, onEnd }: SessionRequest, now: () => number) {
  const { unanswered } = session;
  const ids = messagesIn(body).flatMap(({ id, method }) =>
    typeof method === 'string' && id !== undefined ? [id] : [],
  );
  // The SDK would send the result of the earlier request nowhere, and its stream would stay open.
  if (ids.some((id, at) => unanswered.has(id) || ids.indexOf(id) < at)) return reject(400, ID_IN_USE, {}, -32_600);
  for (const id of ids) unanswered.add(id);
  session.openResponses += 1;
  session.lastUsedMs = now();
  onEnd(() => {
    session.openResponses -= 1;
    session.lastUsedMs = now();
  });
  const response = await session.transport.handleRequest(withAccept(request), {
    authInfo,
    ...(body === undefined ? {} : { parsedBody: body }),
  });
  if (!response.ok) for (const id of ids) unanswered.delete(id);
  else await Promise.all(cancelledBy(body).map((id) => endStreamOf(session, id)));
  return response;
}

/** The ids of the requests that a body cancels. */
const cancelledBy = (body: unknown): RequestId[] =>
  messagesIn(body).flatMap(({ method, params }) =>
    method === 'notifications/cancelled' && params?.requestId !== undefined ? [params.requestId as RequestId] : [],
  );

/** Ends the stream of a cancelled request with an error: the SDK sends nothing for it, so the stream would stay open. */
const endStreamOf = ({ transport }: Session, id: RequestId) =>
  transport.send({ jsonrpc: '2.0', id, error: { code: -32_000, message: 'The client cancelled this request.' } }).catch(
    // The request has been answered, or never was one.
    () => {},
  );

/**
 * A request as the SDK accepts it: the SDK requires named media types, but clients may send a wildcard. The copy has no body, because
 * that is passed as `parsedBody`.
 */
function withAccept(request: Request): Request {
  const accepted = request.headers.get('accept') ?? '*/*';
  if (!accepted.includes('*/*')) return request;
  const { url, method, signal } = request;
  const headers = new Headers(request.headers);
  headers.set('accept', 'application/json, text/event-stream');
  return new Request(url, { method, headers, signal });
}

const ID_IN_USE = 'A request with the same id is not answered yet in this session. Give each request an id of its own.';
const unknownSession = (id: string) => reject(404, id.startsWith(ID_PREFIX) ? ENDED : ELSEWHERE, {}, -32_001);
const ENDED = 'Session not found';
const ELSEWHERE =
  'Session not found: it was started on another replica or before a restart. Start a new one. With several replicas, the proxy must send all requests of a client to one replica (docs/deploy.md, Affinity).';
