import type { StateDatabase } from './state.ts';

const MARK = 'plans are in Redis';

/** Records in a state directory whether its server keeps plans elsewhere, so that the terminal can say so. */
export const noteShared = (state: StateDatabase, isShared: boolean, now: number): Promise<void> =>
  state.write((db) => {
    db.prepare('DELETE FROM marks WHERE name = ?').run(MARK);
    if (isShared) db.prepare('INSERT INTO marks VALUES (?, ?)').run(MARK, now);
  });

/** Whether the latest server of this state directory keeps its plans in Redis. */
export const isShared = (state: StateDatabase): Promise<boolean> =>
  state.read((db) => db.prepare('SELECT value FROM marks WHERE name = ?').get(MARK) !== undefined);
