import { StoreError } from '../../sqlite/store-error.ts';
import { arnOf, kindOf } from '../arns.ts';
import { type Context, type World, worldOf } from '../context.ts';
import { expectedLinks } from '../entities/links.ts';
import { filterKeyOf } from '../filter-key.ts';
import { seededRandom } from '../random.ts';
import type { Entity, Transaction } from '../transaction.ts';
import { problemsOf } from './integrity.ts';
import { header, type WorldFile } from './world-file.ts';

/** A world in the form of a file. Export, import and export again return the same bytes. */
export async function worldFileOf(tx: Transaction, world: World): Promise<WorldFile> {
  const { touched: _, instance: __, ...settings } = (await tx.settings(world.arn)) ?? { quotas: 'published' };
  return {
    ...header,
    account: world.account,
    region: world.region,
    settings,
    entities: (await tx.entities(world.arn)).map((entity) => ({
      in: entity.collection.slice(world.arn.length + 1),
      name: entity.name,
      ...(entity.position !== entity.name && { position: entity.position }),
      status: entity.status,
      since: entity.since,
      ...(entity.due !== null && { due: entity.due }),
      ...(entity.plannedFailure !== null && { fate: entity.plannedFailure }),
      ...(Object.keys(entity.tags).length > 0 && { tags: entity.tags }),
      body: entity.body as Record<string, unknown>,
    })),
  };
}

/** Replaces the world of an account and region by that of a file. Throws `StoreError` for an inconsistent file. */
export async function loadWorldFile(tx: Transaction, file: WorldFile, source: string, now: number): Promise<void> {
  const world = worldOf(file.account, file.region);
  const entities = file.entities.map((one) => entityOf(one, world));
  const repeated =
    duplicate(entities.map(arnOf)) ?? duplicate(entities.map((it) => `${it.collection} at ${it.position}`));
  if (repeated !== undefined) throw new StoreError(`${source}: holds ${repeated} twice`);
  const name = duplicate(entities.flatMap(uniqueNames));
  if (name !== undefined) throw new StoreError(`${source}: holds two KX environments with the name ${name}`);
  await tx.clear(world.arn);
  await tx.putSettings(world.arn, file.settings);
  for (const entity of entities) await tx.put(entity);
  const context: Context = { tx, world, now, pace: 1, random: seededRandom('import') };
  for (const entity of entities) {
    const links = expectedLinks(entity, world);
    if (links.length > 0) await tx.link(arnOf(entity), links);
  }
  const [problem] = await problemsOf(entities, context);
  if (problem !== undefined) throw new StoreError(`${source}: ${problem}`);
}

type FileEntity = WorldFile['entities'][number];

function entityOf({ in: path, ...rest }: FileEntity, world: World): Entity {
  const { name, position = name, status, since, due = null, fate = null, tags = {}, body } = rest;
  const collection = `${world.arn}:${path}`;
  return {
    collection,
    name,
    position,
    filterKey: filterKeyOf(collection, body),
    status,
    since,
    due,
    plannedFailure: fate,
    tags,
    body,
  };
}

/** The names that no other entity of its kind may have, besides its id. */
const uniqueNames = ({ collection, status, filterKey }: Entity): string[] =>
  kindOf(collection) === 'kx-environment' && status !== 'DELETED' ? [String(filterKey)] : [];

function duplicate(keys: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return keys.find((key) => {
    const isSeen = seen.has(key);
    seen.add(key);
    return isSeen;
  });
}
