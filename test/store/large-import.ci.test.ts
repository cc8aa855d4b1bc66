import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openState } from '../../src/safety/state.ts';
import { INTENT } from '../safety/support/intent.ts';
import { CLI } from '../support/hosts.ts';
import { SKIPPED } from './cluster.ts';
import { databaseIn, startStores } from './shared-store.ts';

/** The long tier reaches the number that the project promises. */
const ENTRIES = process.env['TEST_LONG'] === '1' ? 200_000 : 40_000;
/** Too little memory for all entries at once. */
const MEMORY_MB = 48;

/** Creates a state database whose journal has `ENTRIES` entries. */
async function createLargeJournal(folder: string): Promise<void> {
  const state = await openState(join(folder, 'state.db'));
  let head = '0'.repeat(64);
  for (let sequence = 0; sequence < ENTRIES; )
    await state.write((db) => {
      const insert = db.prepare('INSERT INTO journal VALUES (?, ?, ?)');
      for (const end = sequence + 10_000; sequence < end; ) {
        sequence += 1;
        const entry = { sequence, at: '2026-01-01T00:00:00.000Z', kind: 'intent', call: `${sequence}`, ...INTENT };
        const text = JSON.stringify({ ...entry, environment: 'é'.repeat(200) });
        head = createHash('sha256').update(`${head}\n${text}`).digest('hex');
        insert.run(sequence, text, head);
      }
    });
  await state.close();
}

it.skipIf(SKIPPED !== '')(
  `a journal of ${ENTRIES} entries is imported and verified in ${MEMORY_MB} MB, with its progress ${SKIPPED}`,
  { timeout: 300_000 },
  async () => {
    const stores = await startStores();
    onTestFinished(() => stores.stop());
    const folder = mkdtempSync(join(tmpdir(), 'large-import-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    await createLargeJournal(folder);
    const store = stores.cluster.url(databaseIn(await stores.fresh()));
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [`--max-old-space-size=${MEMORY_MB}`, CLI, ...args, '--store', store], {
        encoding: 'utf8',
      });
    const imported = run('store', 'import', '--state-dir', folder);
    expect(imported).toMatchObject({ status: 0, stdout: expect.stringContaining(`a journal of ${ENTRIES} entries`) });
    const progress = imported.stderr.trim().split('\n');
    expect(progress).toHaveLength(10);
    expect(progress.at(-1)).toBe(`${ENTRIES} of ${ENTRIES} journal entries`);
    expect(run('journal', 'verify')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^1 entry, all in order; .*; 1 imported journal, all in order\n$/),
    });
  },
);
