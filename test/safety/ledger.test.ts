import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqlLedger } from '../../src/safety/sql-ledger.ts';
import { openState } from '../../src/safety/state.ts';
import { standingClock } from './support/backend.ts';
import { OPEN_MS } from './support/guard.ts';
import { itKeepsTheLedgerContract } from './support/ledger-contract.ts';

itKeepsTheLedgerContract('memory', async () => {
  const clock = standingClock();
  const state = await openState(':memory:');
  const view = () => sqlLedger(async () => state, { now: clock.now, openMs: OPEN_MS });
  return {
    ledger: view(),
    another: async () => view(),
    advance: clock.advance,
    openMs: OPEN_MS,
    close: () => state.close(),
  };
});

itKeepsTheLedgerContract('a file that two processes share', async () => {
  const clock = standingClock();
  const folder = mkdtempSync(join(tmpdir(), 'safety-'));
  const states = [await openState(join(folder, 'state.db')), await openState(join(folder, 'state.db'))] as const;
  const view = (state: (typeof states)[number]) => sqlLedger(async () => state, { now: clock.now, openMs: OPEN_MS });
  return {
    ledger: view(states[0]),
    another: async () => view(states[1]),
    advance: clock.advance,
    openMs: OPEN_MS,
    close: async () => {
      for (const state of states) await state.close();
      rmSync(folder, { recursive: true });
    },
  };
});
