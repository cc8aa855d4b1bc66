import { randomUUID } from 'node:crypto';
import { chainOf, type Entry, type Journal, type Link, parseEntry, unfinishedIn } from '../../safety/journal.ts';
import type { Position } from '../position.ts';
import type { Database } from './database.ts';

/** How long the outcome of a call is sent again, since the call was made. */
const OUTCOME_PATIENCE_MS = 60_000;
/** Rows of one read. */
const PAGE = 5_000;

interface Row extends Omit<Link, 'sequence'> {
  readonly sequence: string;
}

/** One chain for all replicas. The database computes it, under a lock, so that no replica can write any other. */
export function postgresJournal(db: Database, position: Position): Journal {
  const append = async (request: string, entry: object, patienceMs?: number) => {
    const values = [position.newest(), request, JSON.stringify(entry)];
    const rows = await db.run<{ at: string }>('SELECT finspace_mcp.append($1, $2, $3) AS at', values, patienceMs);
    position.advance(String(rows[0]?.at));
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
  const cache = { generation: '', imported: [] as Entry[], own: [] as Entry[] };
  const readNew = async () => {
    const [now] = await db.run<{ generation: string; sealed: string }>(
      'SELECT generation, (SELECT count(*) FROM finspace_mcp.sealed_journals) AS sealed FROM finspace_mcp.store',
    );
    if (now?.generation !== cache.generation)
      Object.assign(cache, { generation: now?.generation, imported: [], own: [] });
    if (Number(now?.sealed) !== cache.imported.length)
      cache.imported = [...(await importedJournals(db)).values()].flat().map(parseEntry);
    for await (const page of linksAfter(db, cache.own.at(-1)?.sequence ?? 0)) cache.own.push(...page.map(parseEntry));
    return [...cache.imported, ...cache.own];
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
  const chain = chainOf();
  const anchors = new Map<string, string>();
  for await (const page of linksAfter(db, 0))
    for (const one of page) {
      if (!chain.holds(one)) return { brokenAt: chain.entries() + 1 };
      const entry = parseEntry(one);
      if (entry.kind === 'import') anchors.set(entry.journal, entry.head);
    }
  const imported = await importedJournals(db);
  for (const [id, head] of anchors) {
    const own = chainOf();
    const rows = imported.get(id) ?? [];
    if (!rows.every(own.holds) || own.head() !== head) return { brokenAt: own.entries() + 1, imported: id };
  }
  return { entries: chain.entries(), head: chain.head(), ...(anchors.size === 0 ? {} : { imported: anchors.size }) };
}

/** The links after a sequence number, by page. */
async function* linksAfter(db: Database, sequence: number): AsyncGenerator<Link[]> {
  const text = 'SELECT sequence, entry, hash FROM finspace_mcp.journal WHERE sequence > $1 ORDER BY sequence LIMIT $2';
  for (let from = sequence; ; ) {
    const page = (await db.run<Row>(text, [from, PAGE])).map(link);
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    from = page.at(-1)?.sequence as number;
  }
}

/** The imported journals, by id. */
async function importedJournals(db: Database): Promise<Map<string, Link[]>> {
  const journals = new Map<string, Link[]>();
  const text = 'SELECT id, sequence, entry, hash FROM finspace_mcp.sealed_journals ORDER BY id, sequence';
  for (const row of await db.run<Row & { id: string }>(text)) {
    const links = journals.get(row.id) ?? [];
    links.push(link(row));
    journals.set(row.id, links);
  }
  return journals;
}

const link = ({ sequence, entry, hash }: Row): Link => ({ sequence: Number(sequence), entry, hash });
