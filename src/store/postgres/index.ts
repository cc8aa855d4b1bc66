import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { VERSION } from '../../version.ts';
import { storePosition } from '../position.ts';
import type { SharedStore, StoreOptions } from '../store.ts';
import { postgresAttempts } from './attempts.ts';
import { postgresClock } from './clock.ts';
import { callFunction, type Database, openDatabase } from './database.ts';
import { eventFeed } from './events.ts';
import { joinStore } from './joining.ts';
import { postgresJournal } from './journal.ts';
import { postgresKits } from './kits.ts';
import { postgresLedger } from './ledger.ts';
import { postgresRateLimiter } from './rates.ts';
import { requireStore } from './requirements.ts';
import { storeTarget } from './target.ts';
import { postgresTasks } from './tasks.ts';

const HEARTBEAT_MS = 5_000;

/** Opens the store of a URL. Rejects with `StoreError`, one line for people, where it cannot be used. */
export async function openPostgres(url: string, options: StoreOptions): Promise<SharedStore> {
  const db = await openDatabase(storeTarget(url));
  try {
    return await storeOn(db, options);
  } catch (error) {
    await db.close();
    throw error;
  }
}

async function storeOn(db: Database, { stateDir, serves, onerror }: StoreOptions): Promise<SharedStore> {
  const id = await requireStore(db);
  const position = storePosition({ stateDir, store: id, serves, onerror });
  const replica = { id: randomUUID(), name: `${hostname()}:${process.pid}` };
  const heartbeat = async () => {
    const values = [position.newest(), replica.id, replica.name, VERSION];
    position.advance(String(await callFunction(db, 'beat', values)));
  };
  if (serves) await heartbeat();
  const heartbeats = serves ? setInterval(() => void heartbeat().catch(onerror), HEARTBEAT_MS).unref() : undefined;
  const feed = eventFeed(db, onerror);
  return {
    id,
    ledger: (openMs) => postgresLedger(db, position, openMs),
    journal: postgresJournal(db, position),
    kits: (target, call) => postgresKits(db, position, target ?? '', call),
    attempts: postgresAttempts(db),
    tasks: postgresTasks(db, position),
    clock: postgresClock(db),
    isFirst: async (fact) => (await callFunction(db, 'is_first', [fact])) === true,
    rateLimiter: postgresRateLimiter(db),
    events: feed.events,
    ready: async () => void (await callFunction(db, 'require_position', [position.newest()], 0)),
    join: (agreement) => joinStore(db, replica.name, agreement),
    gauges: db.gauges,
    close: async () => {
      clearInterval(heartbeats);
      await feed.close();
      if (serves) await callFunction(db, 'leave', [replica.id], 0).catch(() => {});
      await db.close();
    },
  };
}
