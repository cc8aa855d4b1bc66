import { kindInArn, NAMES } from '../kinds/names.ts';
import type { KindName } from '../kinds/views.ts';
import { type World, worldOf } from './context.ts';
import type { Entity } from './transaction.ts';

/** The collection of a world's kdb environments. An entity's ARN is its collection, a slash and its name. */
export const environmentCollection = (world: World): string => `${world.arn}:kxEnvironment`;

/** The ARN of a quota in an environment: everything that the quota counts links to it. */
export const quotaArn = (
  world: World,
  environmentId: string,
  what: 'dataviews' | 'dataviewVersions' | 'ingestions',
): string => `${environmentCollection(world)}/${environmentId}#${what}`;

/** FinSpace nodes have no ARN; here they are stored below their cluster. */
export const nodeCollection = (cluster: Pick<Entity, 'collection' | 'name'>): string => `${arnOf(cluster)}/kxNode`;

export const arnOf = ({ collection, name }: Pick<Entity, 'collection' | 'name'>): string => `${collection}/${name}`;

export function splitArn(arn: string): { collection: string; name: string } {
  const slash = arn.lastIndexOf('/');
  return { collection: arn.slice(0, slash), name: arn.slice(slash + 1) };
}

/** The collection and name of the entity that contains a collection. */
export const containerOf = ({ collection }: Pick<Entity, 'collection'>): { collection: string; name: string } =>
  splitArn(splitArn(collection).collection);

/** The members that identify the entity with an ARN. */
export function keyOf(arn: string): Record<string, string> {
  const parts = arn.slice(arn.lastIndexOf(':') + 1).split('/');
  const key: Record<string, string> = {};
  for (let index = 0; index + 1 < parts.length; index += 2)
    key[NAMES[kindInArn(parts[index] ?? '')].member] = parts[index + 1] ?? '';
  return key;
}

export const kindOf = (collection: string): KindName =>
  kindInArn(collection.slice(Math.max(collection.lastIndexOf('/'), collection.lastIndexOf(':')) + 1));

/** Whether a collection is listed by time instead of by name. */
export const isOrdered = (collection: string): boolean =>
  ['kx-environment', 'kx-changeset'].includes(kindOf(collection));

/** The id of the environment that an entity is in. */
export const environmentIdOf = ({ collection }: Pick<Entity, 'collection'>): string => collection.split('/')[1] ?? '';

/** The world that an ARN or collection belongs to. */
export function worldOfArn(arn: string): World {
  const [, , , region = '', account = ''] = arn.split(':');
  return worldOf(account, region);
}
