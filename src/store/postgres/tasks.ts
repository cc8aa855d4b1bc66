import type { Tasks } from '../../safety/tasks.ts';
import type { Position } from '../position.ts';
import { callFunction, type Database } from './database.ts';

/** How long the end of a task is sent again. */
const END_PATIENCE_MS = 60_000;

interface Row {
  readonly running: boolean;
  readonly created: string;
  readonly updated: string;
  readonly report: string;
}

/** The tasks of all replicas, on the clock of the database. */
export const postgresTasks = (db: Database, position: Position): Tasks => ({
  begin: async (id, owner, report) =>
    Number(await callFunction(db, 'begin_task', [position.newest(), id, owner, report])),
  renew: async (id, report) => {
    const values = [position.newest(), id, report ?? null];
    const isCancelled = await callFunction<boolean | null>(db, 'renew_task', values);
    if (typeof isCancelled !== 'boolean') return 'interrupted';
    return isCancelled ? 'cancel' : 'continue';
  },
  end: async (id, report) => void (await callFunction(db, 'end_task', [id, report], END_PATIENCE_MS)),
  find: async (id, owner) => {
    const text = 'SELECT running, created, updated, report FROM finspace_mcp.find_task($1, $2, $3)';
    const [row] = await db.run<Row>(text, [position.newest(), id, owner]);
    if (row === undefined) return undefined;
    const { running, created, updated, report } = row;
    return { isRunning: running, created: Number(created), updated: Number(updated), report };
  },
  cancel: async (id, owner) => (await callFunction(db, 'cancel_task', [position.newest(), id, owner])) === true,
});
