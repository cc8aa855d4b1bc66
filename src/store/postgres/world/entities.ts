import { entityIn, rowOf } from '../../../local/entity-row.ts';
import { prefixBounds } from '../../../local/prefix-bounds.ts';
import type { Entities, Links, PageQuery } from '../../../local/transaction.ts';
import { type Row, type Statements, statement } from './session.ts';

/** The columns of an entity, in the order of {@link rowOf}. */
export const COLUMNS = 'collection, name, position, filter_key, status, since, due, planned_failure, tags, body';

/**
 * The rows that a transaction has read and not changed since, by ARN; undefined for what does not exist. Each reader gets an entity of
 * its own, because readers may change what they got.
 */
export type KnownRows = Map<string, Row | undefined>;

export const SELECT = `SELECT ${COLUMNS} FROM entities`;
const ONE = statement(`${SELECT} WHERE collection = $1 AND name = $2`);
const PAGE = statement(`${SELECT} WHERE collection = $1 AND position > $2 ORDER BY position LIMIT $3`);
const FILTERED_PAGE = statement(
  `${SELECT} WHERE collection = $1 AND filter_key = $4 AND position > $2 ORDER BY position LIMIT $3`,
);
const COUNT = statement('SELECT count(*) FROM entities WHERE collection = $1 AND status <> $2');
const PUT = statement(`INSERT INTO entities (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  ON CONFLICT (collection, name) DO UPDATE SET
    position = excluded.position, filter_key = excluded.filter_key, status = excluded.status, since = excluded.since,
    due = excluded.due, planned_failure = excluded.planned_failure, tags = excluded.tags, body = excluded.body`);
const REMOVE = statement('DELETE FROM entities WHERE collection = $1 AND name = $2');
/** Removes the collections between two bounds. */
export const REMOVE_COLLECTIONS = statement('DELETE FROM entities WHERE collection >= $1 AND collection < $2');
const UNLINK = statement('DELETE FROM links WHERE source = $1');
/** Removes the links from the entities in the collections between two bounds. */
export const UNLINK_COLLECTIONS = statement('DELETE FROM links WHERE source >= $1 AND source < $2');
const LINK = statement(`WITH gone AS (DELETE FROM links WHERE source = $1 AND target <> ALL ($2::text[]))
  INSERT INTO links SELECT $1, target FROM unnest($2::text[]) AS target ON CONFLICT DO NOTHING`);
const SOURCES = statement('SELECT source FROM links WHERE target = $1 ORDER BY source');
const COUNT_SOURCES = statement('SELECT count(*) FROM links WHERE target = $1');

/** The entities in a transaction. It does not wait for changes, since what it reads afterwards is executed after them. */
export function entityStatements({ rows, change }: Statements, knownRows: KnownRows): Entities {
  const readRow = async (collection: string, name: string) => {
    const arn = `${collection}/${name}`;
    if (!knownRows.has(arn)) knownRows.set(arn, (await rows(ONE, collection, name))[0]);
    return knownRows.get(arn);
  };
  return {
    has: async (collection, name) => (await readRow(collection, name)) !== undefined,
    get: async <Body>(collection: string, name: string) => {
      const row = await readRow(collection, name);
      return row && entityIn<Body>(row);
    },
    page: async <Body>(collection: string, { after, limit, filterKey }: PageQuery) => {
      const found =
        filterKey === undefined
          ? await rows(PAGE, collection, after, limit)
          : await rows(FILTERED_PAGE, collection, after, limit, filterKey);
      return found.map((row) => entityIn<Body>(row));
    },
    count: async (collection, except) => Number((await rows(COUNT, collection, except?.status ?? '-'))[0]?.[0]),
    put: (entity) => {
      knownRows.delete(`${entity.collection}/${entity.name}`);
      change(PUT, ...rowOf(entity));
    },
    remove: ({ collection, name }) => {
      knownRows.delete(`${collection}/${name}`);
      change(REMOVE, collection, name);
      change(UNLINK, `${collection}/${name}`);
    },
    removeUnder: (arn) => {
      knownRows.clear();
      for (const one of [REMOVE_COLLECTIONS, UNLINK_COLLECTIONS]) change(one, ...prefixBounds(`${arn}/`));
    },
  };
}

export const linkStatements = ({ rows, change }: Statements): Links => ({
  link: (source, targets) =>
    targets.length === 0 ? change(UNLINK, source) : change(LINK, source, [...new Set(targets)]),
  sources: async (target) => (await rows(SOURCES, target)).map(([source]) => String(source)),
  countSources: async (target) => Number((await rows(COUNT_SOURCES, target))[0]?.[0]),
});
