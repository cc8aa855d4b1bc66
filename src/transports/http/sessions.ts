import { randomUUID } from 'node:crypto';
import {
  type AuthInfo,
  isInitializeRequest,
  type McpServer,
  type Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { Caller } from '../../safety/policy.ts';
import { reject } from './rejection.ts';
import { replayBuffer } from './replay.ts';

export interface SessionOptions {
  readonly most: number;
  /** Lifetime of a session without a request or an open stream, in milliseconds. */
  readonly idleMs: number;
  readonly now: () => number;
  readonly onerror: (error: Error) => void;
}

/** One request of a session, and its caller. */
export interface SessionRequest {
  readonly request: Request;
  readonly body: unknown;
  readonly caller: Caller;
  readonly authInfo: AuthInfo;
  /** Calls back when the response has been sent or the connection is lost. */
  readonly onEnd: (listener: () => void) => void;
}

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  readonly server: McpServer | Server;
  readonly principal: string;
  lastUsed: number;
  /** Responses still being sent, including the standing stream of the client. */
  open: number;
}

export interface Sessions {
  handle(request: SessionRequest): Promise<Response>;
  readonly count: number;
  /** Ends sessions that have been idle too long. */
  sweep(): void;
  close(): Promise<void>;
}

const RETRY_MS = 1_000;
/**
 * All session ids of this process have the same prefix, which distinguishes ids of other processes from those of ended sessions.
 */
const OURS = randomUUID().slice(0, 8);
const sessionId = () => `${OURS}${randomUUID().slice(8)}`;
/** A session used this recently is evicted only for a principal that would still hold fewer. */
const YOUNG_MS = 60_000;

/** A session that may be evicted, and the number of sessions of its principal. */
interface Candidate {
  readonly id: string;
  readonly session: Session;
  readonly count: number;
  readonly idle: boolean;
}

/**
 * Idle sessions first, then those of the principal that holds most, then those without a response in progress, then the least
 * recently used.
 */
const byEvictionOrder = (a: Candidate, b: Candidate) =>
  Number(b.idle) - Number(a.idle) ||
  b.count - a.count ||
  Math.min(a.session.open, 1) - Math.min(b.session.open, 1) ||
  a.session.lastUsed - b.session.lastUsed;

/**
 * Sessions of 2025-era clients, bounded in number and time; forms need one. At the limit, a new session evicts one of the
 * principal that holds most, so that nobody can lock out others. A session belongs to the principal that opened it, and other
 * principals cannot see it. The token of each request decides what its caller may do, not the token of the first.
 */
export function sessions(serve: (caller: Caller) => McpServer | Server, options: SessionOptions): Sessions {
  const { most, idleMs, now, onerror } = options;
  const known = new Map<string, Session>();

  const end = (id: string, session: Session) => {
    known.delete(id);
    session.server.close().catch(onerror);
  };
  const isIdle = (session: Session, ms: number) => session.open === 0 && now() - session.lastUsed >= ms;
  const sweep = () => {
    for (const [id, session] of known) if (isIdle(session, idleMs)) end(id, session);
  };
  const makeRoom = (principal: string): boolean => {
    if (known.size < most) return true;
    sweep();
    if (known.size < most) return true;
    const held = new Map<string, number>();
    for (const session of known.values()) held.set(session.principal, (held.get(session.principal) ?? 0) + 1);
    const own = held.get(principal) ?? 0;
    const candidates = [...known].flatMap(([id, session]): Candidate[] => {
      const count = held.get(session.principal) ?? 0;
      const idle = isIdle(session, Math.min(YOUNG_MS, idleMs));
      const gives = idle ? count > own || session.principal === principal : count > own + 1;
      return gives ? [{ id, session, count, idle }] : [];
    });
    const [first] = candidates.sort(byEvictionOrder);
    if (first !== undefined) end(first.id, first.session);
    return first !== undefined;
  };

  const begin = async ({ caller }: SessionRequest): Promise<Session> => {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: sessionId,
      eventStore: replayBuffer(),
      retryInterval: RETRY_MS,
      onsessioninitialized: (id) => void known.set(id, session),
    });
    const session: Session = {
      transport,
      server: serve(caller),
      principal: caller.principal,
      lastUsed: now(),
      open: 0,
    };
    transport.onclose = () => {
      if (transport.sessionId !== undefined) known.delete(transport.sessionId);
    };
    transport.onerror = onerror;
    await session.server.connect(transport);
    return session;
  };

  const answer = (session: Session, { request, body, authInfo, onEnd }: SessionRequest) => {
    session.open += 1;
    session.lastUsed = now();
    onEnd(() => {
      session.open -= 1;
      session.lastUsed = now();
    });
    return session.transport.handleRequest(withAccept(request), {
      authInfo,
      ...(body === undefined ? {} : { parsedBody: body }),
    });
  };

  const start = async (asked: SessionRequest) => {
    if (!makeRoom(asked.caller.principal)) return reject(503, 'Too many sessions are open.', { 'retry-after': '30' });
    const session = await begin(asked);
    const response = await answer(session, asked);
    if (session.transport.sessionId === undefined) await session.server.close();
    return response;
  };
  const liveSession = (id: string, { principal }: Caller) => {
    const session = known.get(id);
    if (session?.principal !== principal) return undefined;
    if (!isIdle(session, idleMs)) return session;
    end(id, session);
    return undefined;
  };

  return {
    async handle(asked) {
      const id = asked.request.headers.get('mcp-session-id');
      const session = id === null ? undefined : liveSession(id, asked.caller);
      if (session !== undefined) return answer(session, asked);
      if (isInitializeRequest(asked.body)) return start(asked);
      if (id !== null) return unknownSession(id);
      return reject(400, 'Without Mcp-Session-Id, only initialize and 2026-07-28 requests are accepted.');
    },
    get count() {
      return known.size;
    },
    sweep,
    close: async () => {
      await Promise.all([...known.values()].map(({ server }) => server.close().catch(onerror)));
      known.clear();
    },
  };
}

/** A request as the SDK accepts it: the SDK requires named media types, but clients may send wildcards. */
function withAccept(request: Request): Request {
  const accepted = request.headers.get('accept') ?? '*/*';
  if (!accepted.includes('*/*')) return request;
  const { url, method, signal } = request;
  const headers = new Headers(request.headers);
  headers.set('accept', 'application/json, text/event-stream');
  return new Request(url, { method, headers, signal });
}

const unknownSession = (id: string) => reject(404, id.startsWith(OURS) ? ENDED : ELSEWHERE, {}, -32_001);
const ENDED = 'Session not found';
const ELSEWHERE =
  'Session not found: it was started on another replica or before a restart. Start a new one. With several replicas, the proxy must route each session (Mcp-Session-Id) to the replica that started it.';
