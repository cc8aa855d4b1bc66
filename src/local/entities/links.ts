import { NAMES } from '../../kinds/names.ts';
import { isInProgress } from '../../kinds/quotas.ts';
import { referencesInView } from '../../kinds/references.ts';
import { arnOf, environmentIdOf, keyOf, kindOf, quotaArn, splitArn } from '../arns.ts';
import type { Context, World } from '../context.ts';
import { arnByKey } from '../entity-at.ts';
import type { Awaitable, Entity } from '../transaction.ts';

/** Links an entity to everything that it prevents from deletion in its current status, and to the quotas that count it. */
export const relink = (entity: Entity, { tx, world }: Context): Awaitable<void> =>
  tx.link(arnOf(entity), expectedLinks(entity, world));

/** The links of an entity in its current status. */
export const expectedLinks = (entity: Entity, world: World): string[] => [
  ...referencesOf(entity, world).flatMap(({ arn, preventsDeletion }) => (preventsDeletion ? [arn] : [])),
  ...quotasCounting(entity).map((what) => quotaArn(world, environmentIdOf(entity), what)),
];

interface Target {
  readonly arn: string;
  readonly preventsDeletion: boolean;
}

/** The names of the clusters that depend on an entity, in order; without clusters that are being deleted. */
export async function dependentClusters(target: string, { tx }: Context): Promise<string[]> {
  return (await tx.sources(target))
    .map(splitArn)
    .filter(({ collection }) => kindOf(collection) === 'kx-cluster')
    .map(({ name }) => name);
}

/** What an entity refers to besides its parent: other entities, and versions of dataviews. */
export function referencesOf(entity: Entity, world: World): Target[] {
  const kind = kindOf(entity.collection);
  const view = { ...withVersions(entity.body as object), status: entity.status };
  return referencesInView(kind, view, keyOf(arnOf(entity)))
    .filter(({ to }) => to !== NAMES[kind].parent)
    .flatMap(({ to, key, how, preventsDeletion }) => {
      const arn = arnByKey(world, to, key);
      const arns = 'versionId' in how ? [arn, `${arn}#${how['versionId']}`] : [arn];
      return arns.map((each) => ({ arn: each, preventsDeletion }));
    });
}

/** The versions of a dataview that are in preparation use volumes, too. */
const withVersions = ({ versions, ...body }: { versions?: object[] }) =>
  versions === undefined ? body : { activeVersions: versions };

/** The quotas of its environment that count an entity. */
function quotasCounting({ collection, status }: Entity): Parameters<typeof quotaArn>[2][] {
  const kind = kindOf(collection);
  if (kind === 'kx-dataview') return isInProgress(status) ? ['dataviews', 'dataviewVersions'] : ['dataviews'];
  return kind === 'kx-changeset' && isInProgress(status) ? ['ingestions'] : [];
}
