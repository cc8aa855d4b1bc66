import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sqlClock } from '../../src/safety/ledger-clock.ts';
import { sqlLedger } from '../../src/safety/sql-ledger.ts';
import { openState, type StateDatabase } from '../../src/safety/state.ts';
import { STATE_FORMAT } from '../../src/safety/state-format.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { standingClock } from './support/backend.ts';
import { OPEN_MS } from './support/guard.ts';
import { itKeepsTheLedgerContract } from './support/ledger-contract.ts';
import { openTwice } from './support/two-processes.ts';

itKeepsTheLedgerContract('memory', async () => {
  const clock = standingClock();
  const state = await openState(':memory:');
  const view = () => sqlLedger(async () => state, { now: clock.now, openMs: OPEN_MS });
  return {
    ledger: view(),
    another: async () => view(),
    clock: sqlClock(async () => state, clock.now),
    advance: clock.advance,
    openMs: OPEN_MS,
    close: () => state.close(),
  };
});

itKeepsTheLedgerContract('a file that two processes share', async () => {
  const clock = standingClock();
  const { one, another, close } = await openTwice();
  const view = (state: StateDatabase) => sqlLedger(async () => state, { now: clock.now, openMs: OPEN_MS });
  return {
    ledger: view(one),
    another: async () => view(another),
    clock: sqlClock(async () => another, clock.now),
    advance: clock.advance,
    openMs: OPEN_MS,
    close,
  };
});

it('a state directory from before forms were counted by client opens with its pending approvals', async () => {
  const clock = standingClock();
  const folder = mkdtempSync(join(tmpdir(), 'safety-'));
  const path = join(folder, 'state.db');
  const format = { ...STATE_FORMAT, migrations: STATE_FORMAT.migrations.slice(0, 2) };
  const older = await openDatabase(path, format, (db) => db);
  const shown = { operation: 'DeleteKxUser', noun: 'user', name: 'ann', text: 'DELETE', lost: [], interrupted: [] };
  const insert = "INSERT INTO questions VALUES ('n', 'ABCDE', 'b', 'ann', 'open', 1, ?, ?, ?, NULL, 0)";
  const body = JSON.stringify({ fingerprint: 'f', shown });
  await older.write((db) => db.prepare(insert).run(clock.now(), clock.now() + OPEN_MS, body));
  await older.close();

  const state = await openState(path);
  const ledger = sqlLedger(async () => state, { now: clock.now, openMs: OPEN_MS });
  expect(await ledger.list()).toMatchObject([{ code: 'ABCDE', principal: 'ann', shown }]);
  const newer = { callDigest: 'c', principal: 'ann', stateDigest: 'f', subjectDigest: 'a', client: 'one', shown };
  const { replaced } = await ledger.open(newer as Parameters<typeof ledger.open>[0]);
  expect(replaced).toEqual([]);
  expect(await ledger.consume('n')).toBe(true);
  await state.close();
  rmSync(folder, { recursive: true });
});
