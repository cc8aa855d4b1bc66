import type { StateDatabase } from './state.ts';

/** Records in a state directory that a message was shown. Returns true only the first time, over all processes and restarts. */
export const markShown = (state: StateDatabase, what: string, now: number): Promise<boolean> =>
  state.write((db) => db.prepare('INSERT OR IGNORE INTO marks VALUES (?, ?)').run(`said: ${what}`, now).changes === 1);
