import { malformedIdProblem } from '../kinds/environment-rules.ts';
import { keyIn, lineage, NAMES, nameIn, pathOf } from '../kinds/names.ts';
import { missing } from '../kinds/rules.ts';
import type { KindName } from '../kinds/views.ts';
import { splitArn } from './arns.ts';
import type { Context, World } from './context.ts';
import { requireNoProblem, serviceErrorFor } from './service-error.ts';
import type { Entity } from './transaction.ts';
import type { Bodies } from './worlds/bodies.ts';

/** The entity with an ARN; undefined if there is none in this world. */
export async function entityWithArn(
  arn: string,
  { tx, world }: Pick<Context, 'tx' | 'world'>,
): Promise<Entity | undefined> {
  const { collection, name } = splitArn(arn);
  return arn.startsWith(`${world.arn}:`) ? tx.get(collection, name) : undefined;
}

/** The ARN under which an entity is kept. */
export function arnByKey(world: World, kind: KindName, key: object): string {
  const [root = kind] = lineage(kind);
  const members = key as Readonly<Record<string, unknown>>;
  return `${world.arn}:${NAMES[root].inArn}/${nameIn(root, members)}${pathOf(kind, members)}`;
}

/** The entity of a kind that a request names. Throws a `ServiceError` when there is none. */
export async function entityAt<K extends KindName>(
  kind: K,
  input: object,
  { tx, world }: Context,
): Promise<Entity<Bodies[K]>> {
  const { collection, name } = collectionAndName(world, kind, input);
  const entity = await tx.get<Bodies[K]>(collection, name);
  if (entity !== undefined) return entity;
  throw serviceErrorFor(missing(kind, keyIn(kind, input)));
}

/** Throws a `ServiceError` when there is no entity of a kind that a request names. */
export async function requireEntity(kind: KindName, input: object, { tx, world }: Context): Promise<void> {
  const { collection, name } = collectionAndName(world, kind, input);
  if (!(await tx.has(collection, name))) throw serviceErrorFor(missing(kind, keyIn(kind, input)));
}

function collectionAndName(world: World, kind: KindName, input: object): ReturnType<typeof splitArn> {
  const parts = splitArn(arnByKey(world, kind, input));
  if (kind === 'kx-environment') requireNoProblem(malformedIdProblem(parts.name));
  return parts;
}
