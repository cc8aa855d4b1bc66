import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Journal } from '../../../src/safety/journal.ts';
import { INTENT } from '../../safety/support/intent.ts';

/** A stored entry of the journal. */
export interface JournalRow {
  readonly sequence: number;
  readonly entry: string;
  readonly hash: string;
}

/** A journal under test, alone in its store. */
export interface JournalUnderTest {
  readonly journal: Journal;
  /** Another process's view of the same store. */
  readonly another: () => Promise<Journal>;
  readonly rows: () => Promise<JournalRow[]>;
  /** Replaces all rows, as someone who can write to the store could. */
  readonly replace: (rows: readonly JournalRow[]) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

const STORED_INTENT = { kind: 'intent', at: '2026', call: 'c', operation: 'o', principal: 'p' };
const ROOT = '0'.repeat(64);

/** What every journal must do, in each store. `changes` is the number of random changes that it must detect. */
export function itKeepsTheJournalContract(name: string, start: () => Promise<JournalUnderTest>, changes = 200): void {
  describe(`the journal in ${name}`, () => {
    let under: JournalUnderTest;
    let journal: Journal;
    beforeEach(async () => {
      under = await start();
      journal = under.journal;
    });
    afterEach(() => under.close());

    const fill = async (entries: number) => {
      for (let at = 0; at < entries; at += 1) await journal.begin({ ...INTENT, target: { userName: `u${at}` } });
    };

    it('contains each call and its outcome, in order, for every process', async () => {
      const call = await journal.begin({ ...INTENT, principal: 'a "\u2028\\' });
      await journal.finish(call, { result: 'failed', error: 'ConflictException', requestId: 'r1' });
      await journal.record({ kind: 'clock-reset', seen: 'later', accepted: 'now', approver: 'ann' });
      const expected = [
        { ...INTENT, sequence: 1, kind: 'intent', call, principal: 'a "\u2028\\', at: expect.any(String) },
        { sequence: 2, kind: 'outcome', call, result: 'failed', error: 'ConflictException', requestId: 'r1' },
        { sequence: 3, kind: 'clock-reset', seen: 'later', accepted: 'now', approver: 'ann' },
      ];
      expect(await journal.entries()).toMatchObject(expected);
      const others = await under.another();
      expect(await others.entries()).toMatchObject(expected);
      await others.finish(await others.begin(INTENT), { result: 'succeeded' });
      expect((await journal.entries()).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
    });

    it('records when each entry was made', async () => {
      await fill(1);
      const [entry] = await journal.entries();
      expect(entry?.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    });

    it('lists the calls without an outcome', async () => {
      const call = await journal.begin(INTENT);
      await journal.finish(await journal.begin(INTENT), { result: 'succeeded' });
      const unfinished = await (await under.another()).unfinished();
      expect(unfinished).toMatchObject([{ kind: 'intent', call, operation: 'DeleteKxUser' }]);
    });

    it('is valid when it is empty', async () => {
      expect(await journal.verify()).toEqual({ entries: 0, head: ROOT });
      expect(await journal.entries()).toEqual([]);
    });

    it('chains the SHA-256 of the previous hash, a line feed, and the entry', async () => {
      await fill(3);
      const head = (await under.rows()).reduce(
        (previous, { entry }) => createHash('sha256').update(`${previous}\n${entry}`).digest('hex'),
        ROOT,
      );
      expect(await journal.verify()).toEqual({ entries: 3, head });
    });

    it('detects that any entry but the newest was edited, deleted, duplicated or moved', async () => {
      await fill(12);
      const honest = await under.rows();
      const whole = (await journal.verify()) as { head: string };
      const change = fc.constantFrom('edit', 'rehash', 'delete', 'renumber', 'swap', 'double');
      const property = fc.asyncProperty(change, fc.nat(10), async (how, at) => {
        const row = honest[at] as JournalRow;
        const forged = { ...row, entry: row.entry.replace('"ann"', '"bob"') };
        const own = createHash('sha256').update(forged.entry).digest('hex');
        const next = honest[at + 1] as JournalRow;
        const renumbered = (rows: JournalRow[]) => rows.map((one, index) => ({ ...one, sequence: index + 1 }));
        const tampered: Record<typeof how, JournalRow[]> = {
          edit: honest.with(at, forged),
          rehash: honest.with(at, { ...forged, hash: own }),
          delete: honest.toSpliced(at, 1),
          renumber: renumbered(honest.toSpliced(at, 1)),
          swap: honest.with(at, { ...next, sequence: row.sequence }).with(at + 1, { ...row, sequence: next.sequence }),
          double: renumbered([...honest.slice(0, at + 1), row, ...honest.slice(at + 1)]),
        };
        await under.replace(tampered[how]);
        const found = (await journal.verify()) as { brokenAt: number };
        expect(found.brokenAt).toBeGreaterThanOrEqual(row.sequence);
        expect(found.brokenAt).toBeLessThanOrEqual(row.sequence + 1);
      });
      await fc.assert(property, { numRuns: changes });
      await under.replace(honest);
      expect(await journal.verify()).toEqual({ entries: 12, head: whole.head });
    });

    it.each([
      '{"kind":',
      'null',
      '{"kind":"constructor"}',
      '{"kind":"outcome","at":"2026","call":"c"}',
      JSON.stringify(STORED_INTENT),
      JSON.stringify({ ...STORED_INTENT, target: null }),
      JSON.stringify({ ...STORED_INTENT, target: {}, approval: null }),
    ])('shows a row that is not an entry as unreadable: %s', async (entry) => {
      await fill(3);
      const honest = await under.rows();
      await under.replace(honest.with(1, { ...(honest[1] as JournalRow), entry }));
      const kinds = (await (await under.another()).entries()).map(({ sequence, kind }) => [sequence, kind]);
      expect(kinds[1]).toEqual([2, 'unreadable']);
      expect(kinds.filter(([, kind]) => kind === 'unreadable')).toHaveLength(1);
    });

    it('names the entries that are in order and cannot be read', async () => {
      await fill(3);
      let head = ROOT;
      const forged = (await under.rows()).map(({ sequence }) => {
        const entry = sequence === 2 ? '{"kind":' : '{"kind":"outcome","at":"2026","call":"c","result":"failed"}';
        head = createHash('sha256').update(`${head}\n${entry}`).digest('hex');
        return { sequence, entry, hash: head };
      });
      await under.replace(forged);
      expect(await journal.verify()).toEqual({ entries: 3, head, unreadable: [2] });
    });

    it('has another head after its newest entry was deleted', async () => {
      await fill(5);
      const { head } = (await journal.verify()) as { head: string };
      await under.replace((await under.rows()).slice(0, 4));
      const cut = await journal.verify();
      expect(cut).toMatchObject({ entries: 4 });
      expect(cut).not.toMatchObject({ head });
    });

    it('stays valid while two processes write at the same time', async () => {
      const journals = [journal, await under.another()] as const;
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
    });
  });
}
