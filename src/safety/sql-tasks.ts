import type { Sql } from '../sqlite/connection.ts';
import type { StateDatabase } from './state.ts';
import { type StoredTask, TASK_LEASE_MS, TASKS_KEPT_MS, type Tasks } from './tasks.ts';

interface Row extends Omit<StoredTask, 'isRunning'> {
  readonly running: number;
}

/** The tasks in the state database. */
export function sqlTasks(state: () => Promise<StateDatabase>, now: () => number): Tasks {
  const write = async <T>(work: (db: Sql, time: number) => T) => (await state()).write((db) => work(db, now()));
  return {
    begin: (id, owner, report) =>
      write((db, time) => {
        db.prepare('DELETE FROM tasks WHERE created <= ?').run(time - TASKS_KEPT_MS);
        db.prepare('INSERT INTO tasks VALUES (?, ?, 1, 0, ?, ?, ?)').run(id, owner, time, time, report);
        return time;
      }),
    renew: (id, report) =>
      write((db, time) => {
        const change =
          'UPDATE tasks SET updated = ?, report = coalesce(?, report) WHERE id = ? AND running = 1 RETURNING cancelled';
        const row = db.prepare(change).get(time, report ?? null, id) as { cancelled: number } | undefined;
        if (row === undefined) return 'interrupted';
        return row.cancelled === 1 ? 'cancel' : 'continue';
      }),
    end: (id, report) =>
      write((db, time) => {
        const change = 'UPDATE tasks SET running = 0, updated = ?, report = ? WHERE id = ? AND running = 1';
        db.prepare(change).run(time, report, id);
      }),
    find: (id, owner) =>
      write((db, time) => {
        const interrupt = 'UPDATE tasks SET running = 0 WHERE id = ? AND owner = ? AND running = 1 AND updated < ?';
        db.prepare(interrupt).run(id, owner, time - TASK_LEASE_MS);
        const query = 'SELECT running, created, updated, report FROM tasks WHERE id = ? AND owner = ? AND created > ?';
        const row = db.prepare(query).get(id, owner, time - TASKS_KEPT_MS) as Row | undefined;
        return row && taskIn(row);
      }),
    cancel: (id, owner) =>
      write((db, time) => {
        const change = 'UPDATE tasks SET cancelled = 1 WHERE id = ? AND owner = ? AND created > ?';
        return db.prepare(change).run(id, owner, time - TASKS_KEPT_MS).changes === 1;
      }),
  };
}

const taskIn = ({ running, created, updated, report }: Row): StoredTask => ({
  isRunning: running === 1,
  created,
  updated,
  report,
});
