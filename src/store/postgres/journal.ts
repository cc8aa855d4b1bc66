import { randomUUID } from 'node:crypto';
import {
  type Entry,
  emptyChain,
  type Journal,
  type Link,
  parseEntry,
  unfinishedIn,
  verified,
} from '../../safety/journal.ts';
import type { Position } from '../position.ts';
import { callFunction, type Database } from './database.ts';

/** How long the outcome of a call is sent again. */
const OUTCOME_PATIENCE_MS = 60_000;
const ROWS_PER_READ = 2_000;

interface Row extends Omit<Link, 'sequence'> {
  readonly sequence: string;
}

/** One chain for all replicas. The database computes it, under a lock, so that no replica can write any other. */
export function postgresJournal(db: Database, position: Position): Journal {
  const append = async (request: string, entry: object, patienceMs?: number) => {
    const values = [position.newest(), request, JSON.stringify(entry)];
    position.advance(String(await callFunction(db, 'append', values, patienceMs)));
  };
  const entries = entryReader(db);
  return {
    begin: async (intent) => {
      const call = randomUUID();
      await append(`intent ${call}`, { kind: 'intent', call, ...intent });
      return call;
    },
    finish: (call, outcome) => append(`outcome ${call}`, { kind: 'outcome', call, ...outcome }, OUTCOME_PATIENCE_MS),
    record: (event) => append(randomUUID(), event),
    entries,
    unfinished: async () => unfinishedIn(await entries()),
    verify: () => verify(db),
  };
}

/** Reads all entries. Entries of earlier reads are kept, because entries never change. */
function entryReader(db: Database): () => Promise<Entry[]> {
  const cache = { generation: '', imported: [] as Entry[], journal: [] as Entry[] };
  const readNew = async () => {
    const [store] = await db.run<{ generation: string; sealed: string }>(
      'SELECT generation, (SELECT count(*) FROM finspace_mcp.sealed_journals) AS sealed FROM finspace_mcp.store',
    );
    if (store?.generation !== cache.generation)
      Object.assign(cache, { generation: store?.generation, imported: [], journal: [] });
    if (Number(store?.sealed) !== cache.imported.length) {
      cache.imported = [];
      for (const id of await importedJournals(db))
        for await (const page of importedLinks(db, id)) cache.imported.push(...page.map(parseEntry));
    }
    for await (const page of linksAfter(db, cache.journal.at(-1)?.sequence ?? 0))
      cache.journal.push(...page.map(parseEntry));
    return [...cache.imported, ...cache.journal];
  };
  let reading: Promise<unknown> = Promise.resolve();
  return () => {
    const read = reading.then(readNew);
    reading = read.catch(() => {});
    return read;
  };
}

/** Verifies the chain, and that each imported journal ends with the hash that the chain names. */
async function verify(db: Database): ReturnType<Journal['verify']> {
  const chain = emptyChain();
  const anchors = new Map<string, string>();
  for await (const page of linksAfter(db, 0))
    for (const one of page) {
      const entry = chain.append(one);
      if (entry === undefined) return { brokenAt: chain.length() + 1 };
      if (entry.kind === 'import') anchors.set(entry.journal, entry.head);
    }
  const imported: ReturnType<typeof emptyChain>[] = [];
  for (const [id, head] of anchors) {
    const importedChain = emptyChain();
    const broken = () => ({ brokenAt: importedChain.length() + 1, imported: id });
    for await (const page of importedLinks(db, id)) if (!page.every(importedChain.append)) return broken();
    if (importedChain.head() !== head) return broken();
    imported.push(importedChain);
  }
  return { ...verified(chain, ...imported), ...(imported.length > 0 && { imported: imported.length }) };
}

const JOURNAL = 'SELECT sequence, entry, hash FROM finspace_mcp.journal WHERE sequence > $1 ORDER BY sequence LIMIT $2';
const IMPORTED = `SELECT sequence, entry, hash FROM finspace_mcp.sealed_journals WHERE sequence > $1 AND id = $3
  ORDER BY sequence LIMIT $2`;

const linksAfter = (db: Database, sequence: number) => pages(db, JOURNAL, sequence);

const importedLinks = (db: Database, id: string) => pages(db, IMPORTED, 0, id);

async function* pages(db: Database, text: string, sequence: number, ...more: string[]): AsyncGenerator<Link[]> {
  for (let from = sequence; ; ) {
    const page = (await db.run<Row>(text, [from, ROWS_PER_READ, ...more])).map(link);
    if (page.length > 0) yield page;
    if (page.length < ROWS_PER_READ) return;
    from = page.at(-1)?.sequence as number;
  }
}

/** The ids of the imported journals. */
async function importedJournals(db: Database): Promise<string[]> {
  const text = 'SELECT DISTINCT id FROM finspace_mcp.sealed_journals ORDER BY id';
  return (await db.run<{ id: string }>(text)).map(({ id }) => id);
}

const link = ({ sequence, entry, hash }: Row): Link => ({ sequence: Number(sequence), entry, hash });
