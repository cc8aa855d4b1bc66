import { sqlJournal } from '../../src/safety/journal.ts';
import { openState, type StateDatabase } from '../../src/safety/state.ts';
import { itKeepsTheJournalContract, type JournalRow } from '../store/contracts/journal.ts';
import { standingClock } from './support/backend.ts';
import { openTwice } from './support/two-processes.ts';

const clock = standingClock();
const over = (state: StateDatabase) => ({
  journal: sqlJournal(async () => state, clock.now),
  rows: () => state.read((db) => db.prepare('SELECT * FROM journal ORDER BY sequence').all() as JournalRow[]),
  replace: (rows: readonly JournalRow[]) =>
    state.write((db) => {
      db.exec('DELETE FROM journal');
      for (const { sequence, entry, hash } of rows)
        db.prepare('INSERT INTO journal VALUES (?, ?, ?)').run(sequence, entry, hash);
    }),
});

itKeepsTheJournalContract('memory', async () => {
  const state = await openState(':memory:');
  const another = async () => sqlJournal(async () => state, clock.now);
  return { ...over(state), another, close: () => state.close() };
});

itKeepsTheJournalContract(
  'a file that two processes share',
  async () => {
    const { one, another, close } = await openTwice();
    return { ...over(one), another: async () => sqlJournal(async () => another, clock.now), close };
  },
  10,
);
