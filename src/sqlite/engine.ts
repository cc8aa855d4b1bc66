import type { Engine } from './connection.ts';
import { libsqlEngine } from './libsql.ts';
import { nodeEngine } from './node-sqlite.ts';
import { StoreError } from './store-error.ts';

let loaded: Engine | undefined;

/** The SQLite of Node, or libsql where Node has none. Rejects with `StoreError` where neither can be loaded. */
export async function engine(): Promise<Engine> {
  loaded ??= nodeEngine() ?? (await libsqlEngine().catch(cannotLoad));
  return loaded;
}

function cannotLoad(cause: unknown): never {
  const message = String(cause instanceof Error ? cause.message : cause).split('\n', 1)[0] ?? '';
  const [missing] = /@libsql\/[\w-]+/.exec(message) ?? [];
  const install = missing === undefined ? 'install finspace-mcp again' : `run npm install ${missing}`;
  const advice = `Use Node.js 22.13 or newer, which contains SQLite, or ${install}.`;
  throw new StoreError(`SQLite cannot be loaded: ${message}. ${advice}`, {
    why: 'SQLite cannot be loaded',
    advice,
    cause,
  });
}
