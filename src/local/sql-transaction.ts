import type { Sql } from '../sqlite/connection.ts';
import { isOrdered } from './arns.ts';
import { entityIn, rowOf } from './entity-row.ts';
import { prefixBounds, worldBounds } from './prefix-bounds.ts';
import { ORDERED_CONDITION } from './schema.ts';
import type { Clock, Entities, Links, StoredReplies, Transaction, WorldSettings, Worlds } from './transaction.ts';

/** The {@link Transaction} of one SQLite connection; the caller begins and commits. */
export function sqlTransaction(db: Sql): Transaction {
  const statement = cached((sql: string) => db.prepare(sql));
  const rows = cached((sql: string) => db.prepareRows(sql));
  const statements: Statements = {
    one: (sql, ...values) => rows(sql).get(...values) as Row | undefined,
    all: (sql, ...values) => rows(sql).all(...values) as Row[],
    run: (sql, ...values) => void statement(sql).run(...values),
  };
  return {
    ...entityStatements(statements),
    ...linkStatements(statements),
    ...tokenStatements(statements),
    ...clockStatements(statements),
    ...worldStatements(statements),
  };
}

interface Statements {
  /** The first row. */
  readonly one: (sql: string, ...values: unknown[]) => Row | undefined;
  readonly all: (sql: string, ...values: unknown[]) => Row[];
  readonly run: (sql: string, ...values: unknown[]) => void;
}

const entityStatements = ({ one, all, run }: Statements): Entities => ({
  has: (collection, name) =>
    one('SELECT 1 FROM entities WHERE collection = ? AND name = ?', collection, name) !== undefined,
  get: <Body>(collection: string, name: string) => {
    const row = one(`${SELECT} WHERE collection = ? AND name = ?`, collection, name);
    return row && entityIn<Body>(row);
  },
  page: (collection, { after, limit, filterKey }) => {
    const rows =
      filterKey === undefined
        ? all(isOrdered(collection) ? ORDERED_PAGE : NAMED_PAGE, collection, after, limit)
        : all(FILTERED_PAGE, collection, filterKey, after, limit);
    return rows.map((row) => entityIn(row));
  },
  count: (collection, except) => {
    // No entity has the status '-'.
    const row = one(
      'SELECT count(*) FROM entities WHERE collection = ? AND status <> ?',
      collection,
      except?.status ?? '-',
    );
    return Number(row?.[0]);
  },
  put: (entity) => run(UPSERT, ...rowOf(entity)),
  remove: ({ collection, name }) => {
    run('DELETE FROM entities WHERE collection = ? AND name = ?', collection, name);
    run('DELETE FROM links WHERE source = ?', `${collection}/${name}`);
  },
  removeUnder: (arn) => {
    run('DELETE FROM entities WHERE collection >= ? AND collection < ?', ...prefixBounds(`${arn}/`));
    run('DELETE FROM links WHERE source >= ? AND source < ?', ...prefixBounds(`${arn}/`));
  },
});

const linkStatements = ({ one, all, run }: Statements): Links => ({
  link: (source, targets) => {
    run('DELETE FROM links WHERE source = ?', source);
    for (const target of targets) run('INSERT OR IGNORE INTO links (source, target) VALUES (?, ?)', source, target);
  },
  sources: (target) =>
    all('SELECT source FROM links WHERE target = ? ORDER BY source', target).map(([source]) => String(source)),
  countSources: (target) => Number(one('SELECT count(*) FROM links WHERE target = ?', target)?.[0]),
});

const tokenStatements = ({ one, run }: Statements): StoredReplies => ({
  storedReply: (scope, token, now) => {
    const row = one(
      'SELECT digest, reply FROM tokens WHERE scope = ? AND token = ? AND expires > ?',
      scope,
      token,
      now,
    );
    return row && { digest: String(row[0]), reply: String(row[1]) };
  },
  storeReply: (scope, token, { digest, reply }, expires, now) => {
    run(FORGET_EXPIRED, now);
    run(
      'INSERT OR REPLACE INTO tokens (scope, token, digest, reply, expires) VALUES (?, ?, ?, ?, ?)',
      scope,
      token,
      digest,
      reply,
      expires,
    );
  },
});

const clockStatements = ({ one, run }: Statements): Clock => ({
  nextDue: (now) => {
    const row = one(`${SELECT} WHERE due <= ? ORDER BY due, collection, name LIMIT 1`, now);
    return row && entityIn(row);
  },
  scaleDue: (world, now, share) =>
    run(
      'UPDATE entities SET due = ? + CAST((due - ?) * ? AS INTEGER) WHERE due > ? AND collection >= ? AND collection < ?',
      now,
      now,
      share,
      now,
      ...worldBounds(world),
    ),
  requestState: (world) => {
    const [aheadMs, due, settings] = one(REQUEST_STATE, world) ?? [];
    return {
      now: undefined,
      aheadMs: Number(aheadMs ?? 0),
      due: due as number | null,
      settings: settingsFrom(settings),
    };
  },
  time: () => ({ now: undefined, aheadMs: Number(one('SELECT ahead FROM clock')?.[0] ?? 0) }),
  advance: (milliseconds) => run('UPDATE clock SET ahead = ahead + ?', milliseconds),
});

const worldStatements = ({ one, all, run }: Statements): Worlds => ({
  worlds: () => all('SELECT arn FROM worlds ORDER BY arn').map(([arn]) => String(arn)),
  entities: (world) =>
    all(`${SELECT} WHERE collection >= ? AND collection < ? ORDER BY collection, name`, ...worldBounds(world)).map(
      (row) => entityIn(row),
    ),
  clear: (world) => {
    run('DELETE FROM entities WHERE collection >= ? AND collection < ?', ...worldBounds(world));
    run('DELETE FROM links WHERE source >= ? AND source < ?', ...worldBounds(world));
    run('DELETE FROM tokens WHERE scope >= ? AND scope < ?', ...prefixBounds(`${world} `));
    run('DELETE FROM worlds WHERE arn = ?', world);
  },
  identity: () => {
    const [id, file, approver] = one('SELECT id, file, approver FROM identity') as [string, string, string | null];
    return { id, file, approver };
  },
  putIdentity: ({ id, file, approver }) =>
    run('UPDATE identity SET id = ?, file = ?, approver = ?', id, file, approver),
  settings: (world) => settingsFrom(one('SELECT settings FROM worlds WHERE arn = ?', world)?.[0]),
  putSettings: (world, settings) =>
    run('INSERT OR REPLACE INTO worlds (arn, settings) VALUES (?, ?)', world, JSON.stringify(settings)),
});

type Row = unknown[];

const SELECT = 'SELECT collection, name, position, facet, status, since, due, fate, tags, body FROM entities';
const ORDERED_PAGE = `${SELECT} WHERE collection = ? AND position > ? AND ${ORDERED_CONDITION} ORDER BY position LIMIT ?`;
const FILTERED_PAGE = `${SELECT} WHERE collection = ? AND facet = ? AND position > ? ORDER BY position LIMIT ?`;
const NAMED_PAGE = `${SELECT} WHERE collection = ? AND name > ? ORDER BY name LIMIT ?`;
const UPSERT = `
  INSERT INTO entities (collection, name, position, facet, status, since, due, fate, tags, body)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (collection, name) DO UPDATE SET
    position = excluded.position, facet = excluded.facet, status = excluded.status,
    since = excluded.since, due = excluded.due, fate = excluded.fate, tags = excluded.tags, body = excluded.body`;

const REQUEST_STATE = `
  SELECT (SELECT ahead FROM clock), (SELECT min(due) FROM entities WHERE due IS NOT NULL),
    (SELECT settings FROM worlds WHERE arn = ?)`;

/** Replies expire in the order of their ids, so only expired ones and one more are read. */
const FORGET_EXPIRED = `
  DELETE FROM tokens
  WHERE id < coalesce((SELECT id FROM tokens WHERE expires > ? ORDER BY id LIMIT 1), 9223372036854775807)`;

const settingsFrom = (text: unknown): WorldSettings | undefined =>
  text === null || text === undefined ? undefined : parsedSettings(String(text));

/** Cached, because every request reads the settings, and there are few worlds. */
const parsedSettings = cached((text: string): WorldSettings => JSON.parse(text));

function cached<V>(make: (key: string) => V): (key: string) => V {
  const cache = new Map<string, V>();
  return (key) => {
    let value = cache.get(key);
    if (value === undefined) {
      value = make(key);
      cache.set(key, value);
    }
    return value;
  };
}
