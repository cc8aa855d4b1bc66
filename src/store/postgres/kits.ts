import type { Call } from '../../operations/index.ts';
import { type RecoveryKits, renderKit } from '../../safety/recovery.ts';
import type { Position } from '../position.ts';
import { callFunction, type Database } from './database.ts';

/** Kits that every replica can read. */
export const postgresKits = (db: Database, position: Position, target: string, call: Call): RecoveryKits => ({
  keep: async (plan) => {
    const { id, text } = await renderKit(call, plan, Date.now());
    await callFunction(db, 'keep_kit', [position.newest(), target, id, text]);
  },
  list: async () => {
    const text = 'SELECT id FROM finspace_mcp.kits WHERE target = $1 ORDER BY id COLLATE "C"';
    return (await db.run<{ id: string }>(text, [target])).map(({ id }) => id);
  },
  read: async (id) => {
    const text = 'SELECT kit FROM finspace_mcp.kits WHERE target = $1 AND id = $2';
    return (await db.run<{ kit: string }>(text, [target, id]))[0]?.kit;
  },
});
