import { isDetached, statusKind } from '../../kinds/statuses.ts';
import { countOf, environmentIdOf, kindOf } from '../arns.ts';
import type { Context } from '../context.ts';
import type { Entity } from '../transaction.ts';
import { type KxCluster, linksOf } from './kx-cluster-mounts.ts';
import { dataviewLinks, type KxDataview } from './kx-dataview-versions.ts';

/** The links of an entity in its current status. */
export function expectedLinks(entity: Entity, context: Context): string[] {
  return LINKS[kindOf(entity.collection)]?.(entity, context) ?? [];
}

const LINKS: Readonly<Record<string, (entity: Entity, context: Context) => string[]>> = {
  'kx-cluster': (cluster, context) =>
    isDetached('kx-cluster', cluster.status)
      ? []
      : linksOf(environmentIdOf(cluster), (cluster as KxCluster).body, context),
  'kx-dataview': (dataview, context) => dataviewLinks(dataview as KxDataview, context),
  'kx-changeset': (changeset, { world }) =>
    statusKind(changeset.status) === 'moving' ? [countOf(world, environmentIdOf(changeset), 'ingestions')] : [],
};
