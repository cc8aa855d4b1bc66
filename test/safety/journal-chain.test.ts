import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Journal, sqlJournal } from '../../src/safety/journal.ts';
import { openState, type StateDatabase } from '../../src/safety/state.ts';
import { type Clock, standingClock } from './support/backend.ts';
import { INTENT } from './support/intent.ts';

const INTENT_WITHOUT_TARGET = '{"kind":"intent","at":"2026","call":"c","operation":"o","principal":"p","target":null}';

let clock: Clock;
let state: StateDatabase;
let journal: Journal;
beforeEach(async () => {
  clock = standingClock();
  state = await openState(':memory:');
  journal = sqlJournal(async () => state, clock.now);
});
afterEach(() => state.close());

interface Row {
  readonly sequence: number;
  readonly entry: string;
  readonly hash: string;
}

describe('the chain', () => {
  const fill = async (entries: number) => {
    for (let at = 0; at < entries; at += 1) await journal.begin({ ...INTENT, target: { userName: `u${at}` } });
  };
  const rows = () => state.read((db) => db.prepare('SELECT * FROM journal ORDER BY sequence').all() as Row[]);
  const replace = (list: readonly Row[]) =>
    state.write((db) => {
      db.exec('DELETE FROM journal');
      for (const { sequence, entry, hash } of list)
        db.prepare('INSERT INTO journal VALUES (?, ?, ?)').run(sequence, entry, hash);
    });

  it('of an empty journal holds', async () => {
    expect(await journal.verify()).toEqual({ entries: 0, head: '0'.repeat(64) });
  });

  it('is the one that anybody can compute: SHA-256 over the hash before, a line feed, and the entry', async () => {
    await fill(3);
    const head = (await rows()).reduce(
      (previous, { entry }) => createHash('sha256').update(`${previous}\n${entry}`).digest('hex'),
      '0'.repeat(64),
    );
    expect(await journal.verify()).toEqual({ entries: 3, head });
  });

  it('shows every entry that was edited, deleted, doubled or moved', async () => {
    await fill(12);
    const honest = await rows();
    const whole = (await journal.verify()) as { head: string };
    const change = fc.constantFrom('edit', 'rehash', 'delete', 'renumber', 'swap', 'double');
    const property = fc.asyncProperty(change, fc.nat(10), async (how, at) => {
      const row = honest[at] as Row;
      const forged = { ...row, entry: row.entry.replace('"ann"', '"bob"') };
      const own = createHash('sha256').update(forged.entry).digest('hex');
      const next = honest[at + 1] as Row;
      const tampered: Record<typeof how, Row[]> = {
        edit: honest.with(at, forged),
        rehash: honest.with(at, { ...forged, hash: own }),
        delete: honest.toSpliced(at, 1),
        renumber: honest.toSpliced(at, 1).map((one, index) => ({ ...one, sequence: index + 1 })),
        swap: honest.with(at, { ...next, sequence: row.sequence }).with(at + 1, { ...row, sequence: next.sequence }),
        double: [...honest.slice(0, at + 1), row, ...honest.slice(at + 1)].map((one, index) => ({
          ...one,
          sequence: index + 1,
        })),
      };
      await replace(tampered[how]);
      const found = (await journal.verify()) as { brokenAt: number };
      expect(found.brokenAt).toBeGreaterThanOrEqual(row.sequence);
      expect(found.brokenAt).toBeLessThanOrEqual(row.sequence + 1);
    });
    await fc.assert(property, { numRuns: 200 });
    await replace(honest);
    expect(await journal.verify()).toEqual({ entries: 12, head: whole.head });
  });

  it.each([
    '{"kind":',
    'null',
    '{"kind":"constructor"}',
    '{"kind":"outcome","at":"2026","call":"c"}',
    INTENT_WITHOUT_TARGET,
  ])('is read around a row that is no entry: %s', async (entry) => {
    await fill(3);
    const honest = await rows();
    await replace(honest.with(1, { ...(honest[1] as Row), entry }));
    const kinds = (await journal.entries()).map(({ sequence, kind }) => [sequence, kind]);
    expect(kinds[1]).toEqual([2, 'unreadable']);
    expect(kinds.filter(([, kind]) => kind === 'unreadable')).toHaveLength(1);
  });

  it('that lost its tail has another head', async () => {
    await fill(5);
    const { head } = (await journal.verify()) as { head: string };
    await replace((await rows()).slice(0, 4));
    const cut = await journal.verify();
    expect(cut).toMatchObject({ entries: 4 });
    expect(cut).not.toMatchObject({ head });
  });

  it('is not broken by two servers that write to one file at once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'safety-'));
    const states = await Promise.all([openState(join(folder, 'state.db')), openState(join(folder, 'state.db'))]);
    const journals = states.map((one) => sqlJournal(async () => one, clock.now));
    await Promise.all(
      Array.from({ length: 100 }, async (_, at) => {
        const one = journals[at % 2] as Journal;
        const call = await one.begin(INTENT);
        await one.finish(call, { result: 'succeeded' });
      }),
    );
    for (const one of journals) {
      expect(await one.verify()).toMatchObject({ entries: 200 });
      expect(await one.unfinished()).toEqual([]);
    }
    await Promise.all(states.map((one) => one.close()));
    rmSync(folder, { recursive: true });
  });
});
