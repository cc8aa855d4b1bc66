import { entityIn } from '../../../local/entity-row.ts';
import { prefixBounds, worldBounds } from '../../../local/prefix-bounds.ts';
import type { Clock, StoredReplies, Transaction, Worlds } from '../../../local/transaction.ts';
import {
  entityStatements,
  type KnownRows,
  linkStatements,
  REMOVE_COLLECTIONS,
  SELECT,
  UNLINK_COLLECTIONS,
} from './entities.ts';
import { DATABASE_NOW, type FirstRead, firstRead, settingsIn } from './first-read.ts';
import type { Range } from './range.ts';
import { type Statements, statement } from './session.ts';

/** The {@link Transaction} of a session. The caller begins and commits. */
export function postgresTransaction(session: Statements, range: Range, first?: FirstRead): Transaction {
  const knownRows: KnownRows = first?.knownRows ?? new Map();
  return {
    ...entityStatements(session, knownRows),
    ...linkStatements(session),
    ...tokenStatements(session),
    ...clockStatements(session, range, first, knownRows),
    ...worldStatements(session, knownRows),
  };
}

const REPLY = statement('SELECT digest, reply FROM tokens WHERE scope = $1 AND token = $2 AND expires > $3');
const FORGET_EXPIRED = statement(`DELETE FROM tokens WHERE (scope, token) IN (
  SELECT scope, token FROM tokens WHERE expires <= $1 ORDER BY expires LIMIT 100 FOR UPDATE SKIP LOCKED)`);
const FORGET_IF_EXPIRED = statement('DELETE FROM tokens WHERE scope = $1 AND token = $2 AND expires <= $3');
/** Fails where a request in another environment stored a reply to the same token meanwhile. */
const STORE_REPLY = statement('INSERT INTO tokens (scope, token, digest, reply, expires) VALUES ($1, $2, $3, $4, $5)');

const tokenStatements = ({ rows, change }: Statements): StoredReplies => ({
  storedReply: async (scope, token, now) => {
    const [row] = await rows(REPLY, scope, token, now);
    return row && { digest: String(row[0]), reply: String(row[1]) };
  },
  storeReply: (scope, token, { digest, reply }, expires, now) => {
    change(FORGET_EXPIRED, now);
    change(FORGET_IF_EXPIRED, scope, token, now);
    change(STORE_REPLY, scope, token, digest, reply, expires);
  },
});

const nextDueWhere = (condition: string) =>
  statement(`${SELECT} WHERE due <= $1 AND ${condition} ORDER BY due, collection, name LIMIT 1`);
const NEXT_DUE = nextDueWhere('true');
const NEXT_DUE_IN_WORLD = nextDueWhere('collection >= $2 AND collection < $3');
const NEXT_DUE_IN_ENVIRONMENT = nextDueWhere('environment = $2');
const SCALE = statement(`UPDATE entities SET due = $1::bigint + trunc((due - $1::bigint) * $2::float8)::bigint
  WHERE due > $1::bigint AND collection >= $3 AND collection < $4`);
const TIME = statement(`SELECT ${DATABASE_NOW}, ahead FROM clock`);
const ADVANCE = statement('UPDATE clock SET ahead = ahead + $1');

function clockStatements(session: Statements, range: Range, first: FirstRead | undefined, knownRows: KnownRows): Clock {
  const { rows, change, isClean } = session;
  const { world, environment, scope } = range;
  const nextDueRows = {
    everything: (now: number) => rows(NEXT_DUE, now),
    environments: (now: number) => rows(NEXT_DUE_IN_WORLD, now, ...worldBounds(world as string)),
    environment: (now: number) => rows(NEXT_DUE_IN_ENVIRONMENT, now, environment),
  };
  return {
    nextDue: async (now) => {
      const [row] = await nextDueRows[scope](now);
      return row && entityIn(row);
    },
    scaleDue: (arn, now, share) => {
      knownRows.clear();
      change(SCALE, now, share, ...worldBounds(arn));
    },
    requestState: async (arn) => {
      const isKnown = first !== undefined && arn === world && isClean();
      return isKnown ? first.state : (await firstRead(session, { ...range, world: arn })).state;
    },
    time: async () => {
      const [row] = await rows(TIME);
      return { now: Number(row?.[0]), aheadMs: Number(row?.[1]) };
    },
    advance: (milliseconds) => change(ADVANCE, milliseconds),
  };
}

const WORLDS = statement('SELECT arn FROM worlds WHERE settings IS NOT NULL ORDER BY arn');
const ENTITIES = statement(`${SELECT} WHERE collection >= $1 AND collection < $2 ORDER BY collection, name`);
const FORGET_WORLD_TOKENS = statement('DELETE FROM tokens WHERE scope >= $1 AND scope < $2');
/** The row stays, because requests lock it. */
const FORGET_WORLD = statement('UPDATE worlds SET settings = NULL WHERE arn = $1');
const IDENTITY = statement('SELECT id, file, approver FROM identity');
const PUT_IDENTITY = statement('UPDATE identity SET id = $1, file = $2, approver = $3');
const SETTINGS = statement('SELECT settings FROM worlds WHERE arn = $1');
const PUT_SETTINGS = statement(
  'INSERT INTO worlds (arn, settings) VALUES ($1, $2) ON CONFLICT (arn) DO UPDATE SET settings = excluded.settings',
);

const worldStatements = ({ rows, change }: Statements, knownRows: KnownRows): Worlds => ({
  worlds: async () => (await rows(WORLDS)).map(([arn]) => String(arn)),
  entities: async (world) => (await rows(ENTITIES, ...worldBounds(world))).map((row) => entityIn(row)),
  clear: (world) => {
    knownRows.clear();
    for (const one of [REMOVE_COLLECTIONS, UNLINK_COLLECTIONS]) change(one, ...worldBounds(world));
    change(FORGET_WORLD_TOKENS, ...prefixBounds(`${world} `));
    change(FORGET_WORLD, world);
  },
  identity: async () => {
    const [row] = await rows(IDENTITY);
    const [id, file, approver] = row as [string, string, string | null];
    return { id, file, approver };
  },
  putIdentity: ({ id, file, approver }) => change(PUT_IDENTITY, id, file, approver),
  settings: async (world) => settingsIn((await rows(SETTINGS, world))[0]?.[0]),
  putSettings: (world, settings) => change(PUT_SETTINGS, world, JSON.stringify(settings)),
});
