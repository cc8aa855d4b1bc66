import type { Tasks } from '../../safety/tasks.ts';
import type { Position } from '../position.ts';
import type { Database } from './database.ts';
import { withoutNulCharacters } from './nul-characters.ts';

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
  begin: async (id, owner, report) => {
    const text = 'SELECT finspace_mcp.begin_task($1, $2, $3, $4) AS created';
    const [row] = await db.run<{ created: string }>(text, [position.newest(), id, owner, report]);
    return Number(row?.created);
  },
  renew: async (id, report) => {
    const text = 'SELECT finspace_mcp.renew_task($1, $2, $3) AS cancelled';
    const [row] = await db.run<{ cancelled: boolean | null }>(text, [position.newest(), id, report ?? null]);
    const cancelled = row?.cancelled ?? null;
    if (cancelled === null) return 'interrupted';
    return cancelled ? 'cancel' : 'continue';
  },
  end: async (id, report) => void (await db.run('SELECT finspace_mcp.end_task($1, $2)', [id, report], END_PATIENCE_MS)),
  find: async (id, owner) => {
    const text = 'SELECT running, created, updated, report FROM finspace_mcp.find_task($1, $2, $3)';
    const [row] = await db.run<Row>(text, [position.newest(), withoutNulCharacters(id), owner]);
    if (row === undefined) return undefined;
    const { running, created, updated, report } = row;
    return { isRunning: running, created: Number(created), updated: Number(updated), report };
  },
  cancel: async (id, owner) => {
    const text = 'SELECT finspace_mcp.cancel_task($1, $2, $3) AS found';
    const values = [position.newest(), withoutNulCharacters(id), owner];
    const [row] = await db.run<{ found: boolean | null }>(text, values);
    return row?.found === true;
  },
});
