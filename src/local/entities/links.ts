import { isDetached } from '../../kinds/users.ts';
import { countOf, environmentIdOf, kindOf } from '../arns.ts';
import type { Context } from '../context.ts';
import type { Entity } from '../transaction.ts';
import { type KxCluster, linksOf } from './kx-cluster-mounts.ts';
import { dataviewLinks, type KxDataview } from './kx-dataview-versions.ts';

/** The links of an entity in its current status. */
export function expectedLinks(entity: Entity, context: Context): string[] {
  return LINKS[kindOf(entity.collection)]?.(entity, context) ?? [];
}

const INGESTING = new Set(['PENDING', 'IN_PROGRESS']);

const LINKS: Readonly<Record<string, (entity: Entity, context: Context) => string[]>> = {
  kxCluster: (cluster, context) =>
    isDetached(cluster.status) ? [] : linksOf(environmentIdOf(cluster), (cluster as KxCluster).body, context),
  kxDataview: (dataview, context) => dataviewLinks(dataview as KxDataview, context),
  kxChangeset: (changeset, { world }) =>
    INGESTING.has(changeset.status) ? [countOf(world, environmentIdOf(changeset), 'ingestions')] : [],
};
