import { passphraseAttempts } from '../../src/safety/passphrase-attempts.ts';
import { itKeepsTheAttemptsContract } from '../store/contracts/attempts.ts';
import { standingClock } from './support/backend.ts';
import { openTwice } from './support/two-processes.ts';

itKeepsTheAttemptsContract('a file that two processes share', async () => {
  const clock = standingClock();
  const { one, another, close } = await openTwice();
  return {
    attempts: passphraseAttempts(async () => one, clock.now),
    another: async () => passphraseAttempts(async () => another, clock.now),
    advance: clock.advance,
    now: clock.now,
    toleranceMs: 0,
    close,
  };
});
