import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';
import type { Client } from 'pg';
import type { Database } from './database.ts';
import { CHANNEL } from './schema-shared.ts';

/** How often events are read while notifications do not arrive. */
const POLL_MS = 1_000;
/** How often the connection is tested, because a broken one may stay silent. */
const TEST_MS = 10_000;
/** Events may become visible in another order than they were made in, so reads overlap. */
const OVERLAP_MS = 10_000;
const MOST_REMEMBERED = 10_000;

/** Change events of all replicas. */
export interface EventFeed {
  events(scope: string): ServerEventBus;
  close(): Promise<void>;
}

interface Row {
  readonly id: string;
  readonly scope: string;
  /** Null in a notification that was too long for it. */
  readonly event: string | null;
}

/**
 * Events over notifications. When the connection for them breaks, events are read from their table instead until it is back, so that
 * none is lost unless the database loses it.
 */
export function eventFeed(db: Database, onerror: (error: Error) => void): EventFeed {
  const listeners = new Map<string, Set<(event: ServerEvent) => void>>();
  const heard = new Set<string>();
  const closing = new AbortController();
  let client: Client | undefined;
  let readAt = performance.now();

  const deliver = ({ id, scope, event }: Row) => {
    if (event === null || heard.has(id)) return;
    heard.add(id);
    if (heard.size > MOST_REMEMBERED) heard.delete(heard.values().next().value as string);
    for (const listener of listeners.get(scope) ?? []) listener(JSON.parse(event) as ServerEvent);
  };
  const read = async () => {
    const began = performance.now();
    const text = 'SELECT id, scope, event FROM finspace_mcp.events WHERE at > finspace_mcp.now_ms() - $1 ORDER BY at';
    for (const row of await db.run<Row>(text, [Math.ceil(began - readAt) + OVERLAP_MS], 0)) deliver(row);
    readAt = began;
  };
  /** Delivers notifications until the connection ends. */
  const hear = async () => {
    const made = await db.connect();
    client = made;
    const ended = new Promise<void>((resolve) => made.once('end', resolve));
    if (closing.signal.aborted) return void (await made.end());
    // What comes before the events that were missed waits for them, so that all arrive in order.
    let early: Row[] | undefined = [];
    made.on('notification', ({ payload = '{}' }) => {
      const row = JSON.parse(payload) as Row;
      if (early !== undefined) early.push(row);
      else if (row.event === null) read().catch(onerror);
      else deliver(row);
    });
    await made.query(`LISTEN ${CHANNEL}`);
    await read();
    early.forEach(deliver);
    early = undefined;
    const testing = setInterval(() => {
      made.query('SELECT 1').then(
        () => {
          readAt = performance.now();
        },
        () => void made.end().catch(() => {}),
      );
    }, TEST_MS).unref();
    await ended;
    clearInterval(testing);
  };
  const listen = async () => {
    while (!closing.signal.aborted) {
      await hear().catch(onerror);
      if (closing.signal.aborted) return;
      await read().catch(() => {});
      await pause(POLL_MS, undefined, { ref: false, signal: closing.signal }).catch(() => {});
    }
  };
  let listening: Promise<void> | undefined;
  return {
    events: (scope) => {
      const own = new Set<(event: ServerEvent) => void>();
      listeners.set(scope, own);
      listening ??= listen();
      // One after the other, so that they arrive in order.
      let last: Promise<unknown> = Promise.resolve();
      return {
        publish: (event) => {
          const values = [randomUUID(), scope, JSON.stringify(event)];
          last = last.then(() => db.run('SELECT finspace_mcp.publish($1, $2, $3)', values)).catch(onerror);
        },
        subscribe: (listener) => {
          own.add(listener);
          return () => own.delete(listener);
        },
      };
    },
    close: async () => {
      closing.abort();
      await client?.end().catch(() => {});
      await listening;
    },
  };
}
