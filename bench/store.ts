import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPostgres } from '../src/store/postgres/index.ts';
import type { SharedStore } from '../src/store/store.ts';
import { INTENT } from '../test/safety/support/intent.ts';
import { pendingFor } from '../test/safety/support/ledger-under-test.ts';
import { SKIPPED } from '../test/store/cluster.ts';
import { startStores } from '../test/store/shared-store.ts';
import { rate, spread, verdict } from './measure.ts';
import { benchWorlds } from './store-worlds.ts';

const WRITERS = 8;
const FOR_MS = 3_000;
const EVENTS = 200;
const MAX_EVENT_MS = 250;

/**
 * The rates of a store in PostgreSQL on a Unix socket, with fsync; the delay until another replica learns of a change; and worlds in the
 * store.
 */
export async function main(): Promise<void> {
  if (SKIPPED !== '') return console.log(SKIPPED);
  const stores = await startStores();
  const folder = mkdtempSync(join(tmpdir(), 'bench-store-'));
  const url = await stores.fresh();
  const open = (name: string) => openPostgres(url, { stateDir: join(folder, name), serves: true, onerror: () => {} });
  const [one, other] = [await open('a'), await open('b')];
  try {
    for (const writers of [1, WRITERS]) {
      const entries = await rate(writers, FOR_MS, () => one.journal.begin(INTENT));
      console.log(`journal entries by ${writers}: ${entries}/s`);
      let approvals = 0;
      const flows = await rate(writers, FOR_MS, async () => {
        approvals += 1;
        const { pending } = await one
          .ledger(900_000)
          .open(pendingFor(`${writers} ${approvals}`, { principal: `${approvals}` }));
        if (!(await other.ledger(900_000).consume(pending.nonce))) throw new Error('an approval was not consumed');
      });
      console.log(`approvals opened by one replica and consumed by another, by ${writers}: ${flows}/s`);
    }
    const times = await eventTimes(one, other);
    const p99 = times[Math.floor(times.length * 0.99)] as number;
    console.log(`events on another replica: ${spread(times, 'ms')}`);
    console.log(verdict('p99 of events in ms', p99, MAX_EVENT_MS, 'at most'));
    await benchWorlds(stores);
  } finally {
    for (const store of [one, other]) await store.close();
    await stores.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Milliseconds from the publication of an event to its arrival, sorted. */
async function eventTimes(from: SharedStore, to: SharedStore): Promise<number[]> {
  const [publisher, subscriber] = [from.events('/mcp'), to.events('/mcp')];
  const times: number[] = [];
  for (let at = 0; at < EVENTS; at += 1) {
    const uri = `finspace://${at}`;
    const start = performance.now();
    await new Promise<void>((resolve) => {
      const leave = subscriber.subscribe((event) => {
        if ('uri' in event && event.uri === uri) {
          leave();
          resolve();
        }
      });
      publisher.publish({ kind: 'resource_updated', uri });
    });
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b);
}
