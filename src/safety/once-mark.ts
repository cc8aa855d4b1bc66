import type { StateDatabase } from './state.ts';

/** Notes in a state directory that something was said. True only the first time, over all processes and restarts. */
export const isFirst = (state: StateDatabase, what: string, now: number): Promise<boolean> =>
  state.write((db) => db.prepare('INSERT OR IGNORE INTO marks VALUES (?, ?)').run(`said: ${what}`, now).changes === 1);
