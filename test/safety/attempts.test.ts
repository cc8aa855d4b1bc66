import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { passphraseAttempts } from '../../src/safety/approver-attempts.ts';
import { openState } from '../../src/safety/state.ts';
import { itKeepsTheAttemptsContract } from '../store/contracts/attempts.ts';
import { standingClock } from './support/backend.ts';

itKeepsTheAttemptsContract('a file that two processes share', async () => {
  const clock = standingClock();
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  const states = [await openState(join(folder, 'state.db')), await openState(join(folder, 'state.db'))] as const;
  return {
    attempts: passphraseAttempts(async () => states[0], clock.now),
    another: async () => passphraseAttempts(async () => states[1], clock.now),
    advance: clock.advance,
    now: clock.now,
    toleranceMs: 0,
    close: async () => {
      for (const state of states) await state.close();
      rmSync(folder, { recursive: true });
    },
  };
});
