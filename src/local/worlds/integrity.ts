import { arnOf, kindOf, splitArn } from '../arns.ts';
import type { Context } from '../context.ts';
import { hostMemory } from '../entities/host-memory.ts';
import { referencesOf } from '../entities/links.ts';
import type { Stored } from '../entities/storage.ts';
import { filterAsync } from '../filter-async.ts';
import { transitionFrom } from '../lifecycle.ts';
import type { Entity } from '../transaction.ts';
import type { Bodies } from './bodies.ts';

/** The inconsistencies in a world, one line each. */
export async function problemsOf(entities: Iterable<Entity>, context: Context): Promise<string[]> {
  const problems: string[] = [];
  for (const entity of entities) {
    const name = arnOf(entity).slice(context.world.arn.length + 1);
    const report = (what: string) => problems.push(`${name} ${what}`);
    const [missing] = await filterAsync(referencedArns(entity, context), async (arn) => !(await exists(arn, context)));
    if (missing !== undefined) report(`refers to ${missing.slice(context.world.arn.length + 1)}, which does not exist`);
    if (entity.due !== null && transitionFrom(entity) === undefined) {
      report(`has due, but no status follows ${entity.status}`);
    }
    if (entity.plannedFailure !== null && entity.due === null) report('has fate, but no due');
    const excessMiB = kindOf(entity.collection) === 'kx-scaling-group' ? await overbookedMiB(entity, context) : 0;
    if (excessMiB > 0) report(`is overbooked by ${excessMiB} MiB`);
  }
  return problems;
}

function referencedArns(entity: Entity, { world }: Context): string[] {
  const { collection } = entity;
  const parent = collection.slice(0, collection.lastIndexOf('/'));
  return [...(parent.includes('/') ? [parent] : []), ...referencesOf(entity, world).map(({ arn }) => arn)];
}

async function exists(arn: string, { tx }: Context): Promise<boolean> {
  const [whole = '', version] = arn.split('#');
  const { collection, name } = splitArn(whole);
  const entity = await tx.get<Bodies['kx-dataview']>(collection, name);
  if (entity === undefined || version === undefined) return entity !== undefined;
  return entity.body.versions.some(({ versionId }) => versionId === version);
}

/** By how much the reservations of a scaling group's running clusters exceed the memory of its host. */
async function overbookedMiB(group: Entity, context: Context): Promise<number> {
  const { totalMiB, reservedMiB } = await hostMemory(group as Stored<'kx-scaling-group'>, context);
  return Math.max(0, reservedMiB - totalMiB);
}
