import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { Client } from 'pg';
import { approverKey, keyFingerprint } from '../safety/approver.ts';
import { emptyChain, type JournalImport, type Link, linkPages } from '../safety/journal.ts';
import { openState, type StateDatabase } from '../safety/state.ts';
import { STATE_FORMAT, stateFile } from '../safety/state-format.ts';
import type { Sql } from '../sqlite/connection.ts';
import { usableFileExists } from '../sqlite/file.ts';
import { StoreError } from '../sqlite/store-error.ts';
import { userName } from '../user-name.ts';
import { storePosition } from './position.ts';
import { inTransaction, withDatabase } from './postgres/administration.ts';
import { joinStore } from './postgres/joining.ts';
import { requireStore } from './postgres/requirements.ts';

export interface Imported {
  readonly id: string;
  readonly entries: number;
  readonly kits: number;
  /** Fingerprint of the approver's key; empty without one. */
  readonly approver: string;
}

interface Kit {
  readonly target: string;
  readonly id: string;
  readonly path: string;
}

/** How many entries of the journal are in the store, and how many will be. */
export type OnProgress = (done: number, total: number) => void;

/** Recovery kits that are in memory at a time. */
const KITS_AT_ONCE = 50;

/**
 * Brings the journal, as it is, and the recovery kits of a state directory into the store of a URL. Servers that use the directory
 * can no longer write to it. Rejects with `StoreError`; unless its message says that the import succeeded or may have, nothing was
 * imported.
 */
export async function importState(url: string, stateDir: string, onProgress: OnProgress = () => {}): Promise<Imported> {
  const path = stateFile(stateDir);
  if (!usableFileExists(path, STATE_FORMAT))
    throw new StoreError(`${path}: does not exist; there is nothing to import`);
  const key = await approverKey(stateDir);
  const approver = key === undefined ? '' : keyFingerprint(key);
  const kits = kitsIn(join(stateDir, 'recovery'));
  const state = await openState(path);
  try {
    return await withDatabase(url, async (db) => {
      const id = await requireStore(db);
      const onerror = (error: Error) => {
        throw new StoreError(`The import succeeded, but ${error.message}`);
      };
      const position = storePosition({ stateDir, store: id, serves: true, onerror });
      const { entries, head, isClosedNow } = await closeJournal(state, path);
      const source = `${hostname()}:${resolve(stateDir)}`;
      const content: Content = { source, entries, head, kits, pages: () => linkPages(state) };
      let isWritten = false;
      let newest: string;
      try {
        await joinStore(db, source, { values: {}, sealKeys: [], approver });
        newest = await inTransaction(db, async (client) => {
          const written = await writeContent(client, content, onProgress);
          isWritten = true;
          return written;
        });
      } catch (error) {
        // A commit may have succeeded although its reply was lost.
        if (isClosedNow && !isWritten) await state.write(reopen);
        throw error;
      }
      position.advance(newest);
      return { id, entries, kits: kits.length, approver };
    });
  } finally {
    await state.close();
  }
}

interface Content extends Pick<ClosedJournal, 'entries' | 'head'> {
  /** The state directory that it comes from. */
  readonly source: string;
  readonly pages: () => AsyncIterable<Link[]>;
  readonly kits: readonly Kit[];
}

/** Adds the content of a state directory and an entry that says so. Returns the newest position. */
async function writeContent(client: Client, content: Content, onProgress: OnProgress): Promise<string> {
  const { pages, entries, head, source, kits } = content;
  const id = createHash('sha256').update(`${source}\n${head}`).digest('hex').slice(0, 16);
  const insert = `INSERT INTO finspace_mcp.sealed_journals SELECT $1, * FROM json_to_recordset($2)
    AS r (sequence bigint, entry text, hash text) ON CONFLICT DO NOTHING`;
  let done = 0;
  for await (const page of pages()) {
    await client.query(insert, [id, JSON.stringify(page)]);
    done += page.length;
    onProgress(done, entries);
  }
  const insertKits = `INSERT INTO finspace_mcp.kits SELECT * FROM json_to_recordset($1)
    AS r (target text, id text, kit text) ON CONFLICT DO NOTHING`;
  for (let at = 0; at < kits.length; at += KITS_AT_ONCE) {
    const some = kits.slice(at, at + KITS_AT_ONCE).map(({ path, ...kit }) => ({ ...kit, kit: textOf(path) }));
    await client.query(insertKits, [JSON.stringify(some)]);
  }
  const entry: JournalImport = { kind: 'import', journal: id, source, entries, head, user: userName() };
  const append = "SELECT finspace_mcp.append('', $1, $2) AS at";
  const { rows } = await client.query<{ at: string }>(append, [`import ${id}`, JSON.stringify(entry)]);
  return String(rows[0]?.at);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new StoreError(`${path}: cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
}

const CLOSED_TABLES = ['journal', 'questions'];

interface ClosedJournal {
  readonly entries: number;
  readonly head: string;
  /** Whether this call closed it, and no import before. */
  readonly isClosedNow: boolean;
}

/** The journal of a state directory, to which nothing can be added from then on, not even by a running server. */
async function closeJournal(state: StateDatabase, path: string): Promise<ClosedJournal> {
  const isClosedNow = await state.write((db) => {
    const query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'closed!_%' ESCAPE '!'";
    const wasClosed = db.prepare(query).all().length > 0;
    for (const table of CLOSED_TABLES)
      db.exec(`CREATE TRIGGER IF NOT EXISTS closed_${table} BEFORE INSERT ON ${table}
        BEGIN SELECT RAISE(ABORT, 'this state directory was imported into a shared store'); END`);
    return !wasClosed;
  });
  const chain = emptyChain();
  let isIntact = true;
  for await (const page of linkPages(state)) {
    isIntact = page.every(chain.append);
    if (!isIntact) break;
  }
  if (isIntact) return { entries: chain.length(), head: chain.head(), isClosedNow };
  if (isClosedNow) await state.write(reopen);
  throw new StoreError(
    `${path}: the journal was altered: entry ${chain.length() + 1} does not match the one before it`,
  );
}

function reopen(db: Sql): void {
  for (const table of CLOSED_TABLES) db.exec(`DROP TRIGGER IF EXISTS closed_${table}`);
}

/** The kits of a folder, and those of each target in a folder of its own. */
function kitsIn(folder: string, target = ''): Kit[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, encoding: 'utf8' }).flatMap((entry): Kit[] => {
    if (entry.isDirectory() && target === '') return kitsIn(join(folder, entry.name), entry.name);
    if (!entry.name.endsWith('.json')) return [];
    return [{ target, id: entry.name.slice(0, -'.json'.length), path: join(folder, entry.name) }];
  });
}
