import type { McpServer, Server, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';

export interface SessionLimits {
  readonly maxSessions: number;
  /** Lifetime of a session without a request or an open stream, in milliseconds. */
  readonly idleMs: number;
  readonly now: () => number;
}

export interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  readonly server: McpServer | Server;
  readonly principal: string;
  /** The ids of the requests that are not answered yet. */
  readonly unanswered: Set<unknown>;
  lastUsedMs: number;
  /** Responses still being sent, including the standing stream of the client. */
  openResponses: number;
}

/** The open sessions by id, bounded in number and time. */
export interface SessionTable {
  add(id: string, session: Session): void;
  remove(id: string): void;
  /** The session with this id if it belongs to this principal; undefined when it does not or has been idle too long. */
  find(id: string, principal: string): Session | undefined;
  /**
   * Makes sure that the principal may open another session besides those that are just opening, by evicting one if necessary. Returns
   * false when none may be evicted.
   */
  makeRoom(principal: string, opening: number): boolean;
  /** Ends sessions that have been idle too long. */
  sweep(): void;
  readonly all: Iterable<Session>;
  readonly count: number;
}

/**
 * Within this time after its last use, and while it has an open response, a session is evicted only if its principal holds more
 * sessions than the principal of the new session will then hold.
 */
const YOUNG_MS = 60_000;

/** A table without sessions; `close` ends a session that expires or is evicted. */
export function sessionTable(
  { maxSessions, idleMs, now }: SessionLimits,
  close: (session: Session) => void,
): SessionTable {
  const sessions = new Map<string, Session>();
  const isUnusedFor = (session: Session, ms: number) => session.openResponses === 0 && now() - session.lastUsedMs >= ms;
  const end = (id: string, session: Session) => {
    sessions.delete(id);
    close(session);
  };
  const sweep = () => {
    for (const [id, session] of sessions) if (isUnusedFor(session, idleMs)) end(id, session);
  };
  return {
    add: (id, session) => void sessions.set(id, session),
    remove: (id) => void sessions.delete(id),
    find: (id, principal) => {
      const session = sessions.get(id);
      if (session?.principal !== principal) return undefined;
      if (!isUnusedFor(session, idleMs)) return session;
      end(id, session);
      return undefined;
    },
    makeRoom: (principal, opening) => {
      const isFull = () => sessions.size + opening >= maxSessions;
      if (isFull()) sweep();
      if (!isFull()) return true;
      const [first] = candidates(sessions, principal, (session) => isUnusedFor(session, Math.min(YOUNG_MS, idleMs)));
      if (first !== undefined) end(first.id, first.session);
      return first !== undefined;
    },
    sweep,
    get all() {
      return sessions.values();
    },
    get count() {
      return sessions.size;
    },
  };
}

/** A session that may be evicted, and the number of sessions of its principal. */
interface Candidate {
  readonly id: string;
  readonly session: Session;
  readonly count: number;
  readonly idle: boolean;
}

/** The sessions that may be evicted for a new one of a principal, in order. */
function candidates(
  sessions: ReadonlyMap<string, Session>,
  principal: string,
  isIdle: (session: Session) => boolean,
): Candidate[] {
  const held = new Map<string, number>();
  for (const session of sessions.values()) held.set(session.principal, (held.get(session.principal) ?? 0) + 1);
  const ownCount = held.get(principal) ?? 0;
  const found = [...sessions].flatMap(([id, session]): Candidate[] => {
    const count = held.get(session.principal) ?? 0;
    const idle = isIdle(session);
    const mayEvict = idle ? count > ownCount || session.principal === principal : count > ownCount + 1;
    return mayEvict ? [{ id, session, count, idle }] : [];
  });
  return found.sort(byEvictionOrder);
}

/**
 * Idle sessions first, then those of the principal that holds most, then those without a response in progress, then the least
 * recently used.
 */
const byEvictionOrder = (a: Candidate, b: Candidate) =>
  Number(b.idle) - Number(a.idle) ||
  b.count - a.count ||
  Math.min(a.session.openResponses, 1) - Math.min(b.session.openResponses, 1) ||
  a.session.lastUsedMs - b.session.lastUsedMs;
