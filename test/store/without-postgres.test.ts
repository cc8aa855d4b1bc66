import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorldStore } from '../../src/local/store.ts';
import { changes } from '../../src/resources/changes.ts';
import { fileKits, memoryKits } from '../../src/safety/recovery.ts';
import { type Rates, rateLimiter } from '../../src/transports/http/rates.ts';
import { standingClock } from '../safety/support/backend.ts';
import { itKeepsTheEventsContract } from './contracts/events.ts';
import { ANN_ONLY, itKeepsTheKitsContract } from './contracts/kits.ts';
import { itKeepsTheRatesContract } from './contracts/rates.ts';
import { itKeepsTheWorldsContract } from './contracts/worlds.ts';

itKeepsTheKitsContract('files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  const kits = (target = '') => fileKits(join(folder, 'recovery', target), ANN_ONLY, Date.now);
  return {
    kits: kits(),
    another: async () => kits(),
    ofTarget: async (target) => kits(target),
    close: async () => rmSync(folder, { recursive: true }),
  };
});

const kitsInMemory = async () => ({
  kits: memoryKits(ANN_ONLY, Date.now),
  another: undefined,
  ofTarget: undefined,
  close: async () => {},
});
itKeepsTheKitsContract('memory', kitsInMemory, false);

const oneProcess = async () => {
  const clock = standingClock();
  return {
    limiter: (rates: Rates) => rateLimiter(rates, clock.now),
    another: undefined,
    advance: clock.advance,
    close: async () => {},
  };
};
itKeepsTheRatesContract('one process', oneProcess, false);

itKeepsTheEventsContract('one process', async () => ({
  events: changes({ stateOf: async () => '', everyMs: 1_000, now: Date.now, schedule: () => () => {} }),
  another: undefined,
  close: async () => {},
}));

const worldsInMemory = async () => {
  const store = await openWorldStore(':memory:');
  return { store, another: undefined, close: () => store.close() };
};
itKeepsTheWorldsContract('memory', worldsInMemory, false);

itKeepsTheWorldsContract('a file that two processes share', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  const path = join(folder, 'world.db');
  const [store, other] = [await openWorldStore(path), await openWorldStore(path)];
  return {
    store,
    another: async () => other,
    close: async () => {
      for (const one of [store, other]) await one.close();
      rmSync(folder, { recursive: true });
    },
  };
});
