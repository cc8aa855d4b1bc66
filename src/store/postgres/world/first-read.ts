import type { RequestState, WorldSettings } from '../../../local/transaction.ts';
import { type KnownRows, SELECT } from './entities.ts';
import type { Range } from './range.ts';
import { type Row, type Statements, statement } from './session.ts';

/** What every request needs to know, and the entities that it names. */
export interface FirstRead {
  state: RequestState;
  readonly knownRows: KnownRows;
}

/** Milliseconds since 1970 on the clock of the database. */
export const DATABASE_NOW = 'floor(extract(epoch FROM clock_timestamp()) * 1000)';
const FIRST_DUE_WHERE = 'SELECT min(due) FROM entities WHERE due IS NOT NULL';
/** The collections of a world begin with its ARN and ':', which ';' follows in ASCII. */
const IS_ENVIRONMENT_OF_WORLD = `strpos(collection, '/') = 0 AND collection >= asked.world || ':' AND collection < asked.world || ';'`;
const STATES = statement(`SELECT asked.at, ${DATABASE_NOW}, (SELECT ahead FROM clock),
  CASE asked.scope
    WHEN 'environment' THEN (${FIRST_DUE_WHERE} AND environment = asked.environment)
    -- Requests on environments depend on the names and the number of the others.
    WHEN 'environments' THEN (${FIRST_DUE_WHERE} AND (environment = asked.environment OR ${IS_ENVIRONMENT_OF_WORLD}))
    ELSE (${FIRST_DUE_WHERE})
  END,
  (SELECT settings FROM worlds WHERE arn = asked.world), one.*
  FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS asked (scope, world, environment, at)
  LEFT JOIN (
    unnest($4::int[], $5::text[], $6::text[]) AS wanted (at, collection, name)
    -- The limit keeps this a look-up by key, whatever the statistics say.
    CROSS JOIN LATERAL (${SELECT} WHERE collection = wanted.collection AND name = wanted.name LIMIT 1) AS one
  ) USING (at)`);

/** Reads the state of a range and the entities of its subject. */
export async function firstRead(session: Statements, range: Range): Promise<FirstRead> {
  const [only] = await firstReads(session, [range]);
  return only as FirstRead;
}

/** Reads the states of some ranges and the entities of their subjects with one statement. */
export async function firstReads(session: Statements, ranges: readonly Range[]): Promise<FirstRead[]> {
  const wanted = ranges.flatMap(({ lineage }, at) => lineage.map(({ collection, name }) => [at + 1, collection, name]));
  const rows = await session.rows(
    STATES,
    ranges.map(({ scope }) => scope),
    ranges.map(({ world }) => world),
    ranges.map(({ environment = '' }) => environment),
    ...[0, 1, 2].map((column) => wanted.map((key) => key[column])),
  );
  const found = ranges.map(({ lineage }): { state?: RequestState; knownRows: KnownRows } => ({
    knownRows: new Map(lineage.map(({ collection, name }) => [`${collection}/${name}`, undefined])),
  }));
  for (const [at, now, aheadMs, due, settings, ...entity] of rows) {
    const one = found[Number(at) - 1] as FirstRead;
    one.state ??= stateIn([now, aheadMs, due, settings]);
    if (entity[0] !== null) one.knownRows.set(`${entity[0]}/${entity[1]}`, entity);
  }
  return found as FirstRead[];
}

function stateIn([now, aheadMs, due, settings]: Row): RequestState {
  return {
    now: Number(now),
    aheadMs: Number(aheadMs),
    due: due === null ? null : Number(due),
    settings: settingsIn(settings),
  };
}

/** The settings of a world, from its row. */
export const settingsIn = (text: unknown): WorldSettings | undefined =>
  text === null || text === undefined ? undefined : JSON.parse(String(text));
