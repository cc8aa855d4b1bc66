import { worldBounds } from '../../../local/prefix-bounds.ts';
import type { Range } from './range.ts';
import { type Row, type Statements, statement } from './session.ts';

const MAKE_WORLD = statement('INSERT INTO worlds (arn) VALUES ($1) ON CONFLICT DO NOTHING');
const LOCK_WORLD = statement('SELECT 1 FROM worlds WHERE arn = $1 FOR UPDATE');
const LOCK_ENVIRONMENT = statement('SELECT 1 FROM entities WHERE collection = $1 AND name = $2 FOR UPDATE');
const LOCK_ENVIRONMENTS = statement(`SELECT 1 FROM entities
  WHERE strpos(collection, '/') = 0 AND collection >= $1 AND collection < $2 ORDER BY collection, name FOR UPDATE`);
const LOCK_CLOCK = statement('SELECT 1 FROM clock FOR UPDATE');
const LOCK_WORLDS = statement('SELECT 1 FROM worlds ORDER BY arn FOR UPDATE');
const LOCK_ALL_ENVIRONMENTS = statement(`SELECT 1 FROM entities
  WHERE strpos(collection, '/') = 0 ORDER BY collection, name FOR UPDATE`);

/**
 * Locks what a writing transaction may change: its environment, or all environments of its world; where environments may be created,
 * renamed or deleted, the world first; without a world, everything. Resolves with the row of the environment if one was locked. Later
 * reads see what others committed before.
 */
export async function lock(session: Statements, range: Range): Promise<Row | undefined> {
  const { world, scope, isWholeWorld, lineage } = range;
  const [environment] = lineage;
  if (world === undefined) {
    const all = [LOCK_CLOCK, LOCK_WORLDS, LOCK_ALL_ENVIRONMENTS];
    await Promise.all(all.map((one) => session.rows(one)));
    return undefined;
  }
  const locks = scope === 'environment' ? [] : [session.rows(MAKE_WORLD, world), session.rows(LOCK_WORLD, world)];
  if (isWholeWorld) locks.push(session.rows(LOCK_ENVIRONMENTS, ...worldBounds(world)));
  else if (environment !== undefined)
    locks.push(session.rows(LOCK_ENVIRONMENT, environment.collection, environment.name));
  const locked = await Promise.all(locks);
  return environment === undefined || isWholeWorld ? undefined : locked.at(-1)?.[0];
}
