import type { Connection } from '../../src/sqlite/connection.ts';
import { engine } from '../../src/sqlite/engine.ts';

const { connect } = await engine();

/**
 * A connection in addition to those of a store, on the engine of this process: when a second SQLite library in one process closes a file,
 * the locks of the first are lost.
 */
export const connection = (path: string): Connection => connect(path, 5_000);
