import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';
import type { Client } from 'pg';
import { evictOldest } from '../../evict-oldest.ts';
import { callFunction, type Database } from './database.ts';
import { CHANNEL } from './schema-shared.ts';

/** How often events are read while notifications do not arrive. */
const POLL_MS = 1_000;
/** How often the connection is tested, because a broken one may stay silent. */
const TEST_MS = 10_000;
/** Events may become visible in another order than they were made in, so reads overlap. */
const OVERLAP_MS = 10_000;
const MAX_REMEMBERED = 10_000;

/** Change events of all replicas. */
export interface EventFeed {
  events(scope: string): ServerEventBus;
  close(): Promise<void>;
}

interface Row {
  readonly id: string;
  readonly scope: string;
  readonly event: string;
}

/** Any role that may connect can notify, so a notification only names an event, and its content is read from the table. */
const ID = /^[0-9a-f-]{36}$/;
const NAMED = `SELECT id, scope, event FROM unnest($1::text[]) WITH ORDINALITY AS named (id, ordinal)
  JOIN finspace_mcp.events USING (id) ORDER BY ordinal`;
/** A statement that fails in time where the connection does not respond, although it seems open. */
const withTimeout = (text: string, values: unknown[] = []) => ({ text, values, query_timeout: 3_000 });

/**
 * Events over notifications. When the connection for them breaks, events are read from their table instead until it is back, so that
 * an outage of less than five minutes loses none; the table keeps them no longer.
 */
export function eventFeed(db: Database, onerror: (error: Error) => void): EventFeed {
  const listeners: Listeners = new Map();
  const closing = new AbortController();
  const feed: Feed = {
    db,
    onerror,
    closing: closing.signal,
    deliver: delivery(listeners, onerror),
    readAt: performance.now(),
  };
  let listening: Promise<void> | undefined;
  return {
    events: (scope) => {
      const scopeListeners = new Set<(event: ServerEvent) => void>();
      listeners.set(scope, scopeListeners);
      listening ??= listen(feed);
      // One after the other, so that they arrive in order.
      let last: Promise<unknown> = Promise.resolve();
      return {
        publish: (event) => {
          const values = [randomUUID(), scope, JSON.stringify(event)];
          last = last.then(() => callFunction(db, 'publish', values)).catch(onerror);
        },
        subscribe: (listener) => {
          scopeListeners.add(listener);
          return () => scopeListeners.delete(listener);
        },
      };
    },
    close: async () => {
      closing.abort();
      await listening;
    },
  };
}

type Listeners = Map<string, Set<(event: ServerEvent) => void>>;

interface Feed {
  readonly db: Database;
  readonly onerror: (error: Error) => void;
  /** Aborts when the feed closes. */
  readonly closing: AbortSignal;
  readonly deliver: (row: Row) => void;
  /** All events that were published before this time were read; milliseconds of a clock that never goes back. */
  readAt: number;
}

/** Delivers an event to the listeners of its scope, once. */
function delivery(listeners: Listeners, onerror: (error: Error) => void): (row: Row) => void {
  const delivered = new Set<string>();
  return ({ id, scope, event }) => {
    if (delivered.has(id)) return;
    delivered.add(id);
    evictOldest(delivered, MAX_REMEMBERED);
    for (const listener of listeners.get(scope) ?? []) {
      try {
        listener(JSON.parse(event) as ServerEvent);
      } catch (error) {
        onerror(error as Error);
      }
    }
  };
}

/** Delivers events until the feed closes: by notification, or from the table while there is no connection. */
async function listen(feed: Feed): Promise<void> {
  const { closing, onerror } = feed;
  while (!closing.aborted) {
    await deliverNotifications(feed).catch((error) => closing.aborted || onerror(error));
    if (closing.aborted) return;
    await readMissed(feed).catch(() => {});
    await pause(POLL_MS, undefined, { ref: false, signal: closing }).catch(() => {});
  }
}

/** Delivers the events since the last read. */
async function readMissed(feed: Feed): Promise<void> {
  const began = performance.now();
  const text = 'SELECT id, scope, event FROM finspace_mcp.events WHERE at > finspace_mcp.now_ms() - $1 ORDER BY at';
  const rows = await feed.db.run<Row>(text, [Math.ceil(began - feed.readAt) + OVERLAP_MS], 0);
  for (const row of rows) feed.deliver(row);
  feed.readAt = began;
}

/** Delivers notifications until the connection ends. */
async function deliverNotifications(feed: Feed): Promise<void> {
  const { db, closing, deliver, onerror } = feed;
  const client = await db.connect();
  const ended = new Promise<void>((resolve) => client.once('end', resolve));
  // A polite end would wait for a server that may not respond.
  const drop = () => client.connection.stream.destroy();
  const fail = (error: Error) => {
    onerror(error);
    drop();
  };
  const testing = setInterval(() => {
    client.query(withTimeout('SELECT 1')).then(() => {
      feed.readAt = performance.now();
    }, fail);
  }, TEST_MS).unref();
  closing.addEventListener('abort', drop);
  try {
    if (closing.aborted) return;
    const deliverNamed = namedEvents(client, deliver, fail);
    await client.query(withTimeout(`LISTEN ${CHANNEL}`));
    await readMissed(feed);
    // What was named before the missed events were read comes after them, so that all arrive in order.
    deliverNamed();
    await ended;
  } finally {
    clearInterval(testing);
    closing.removeEventListener('abort', drop);
    drop();
  }
}

/** Delivers the events that notifications name, in order, from the first call of the returned function. */
function namedEvents(client: Client, deliver: (row: Row) => void, fail: (error: Error) => void): () => void {
  const names = new Set<string>();
  /** Whether names are only collected: before the first call, and while the events of earlier names are read. */
  let isCollecting = true;
  const deliverNamed = async () => {
    isCollecting = true;
    while (names.size > 0) {
      const ids = [...names];
      names.clear();
      const { rows } = await client.query<Row>(withTimeout(NAMED, [ids]));
      rows.forEach(deliver);
    }
    isCollecting = false;
  };
  client.on('notification', ({ payload = '' }) => {
    if (!ID.test(payload)) return;
    if (names.size >= MAX_REMEMBERED) return fail(new Error('too many notifications at once'));
    names.add(payload);
    if (!isCollecting) deliverNamed().catch(fail);
  });
  return () => void deliverNamed().catch(fail);
}
