import { toolName } from '../operations/naming.ts';
import { databasesUpdatable } from './kx-cluster.ts';
import { dataviewUpdatable } from './kx-dataview.ts';
import type { Problem } from './model.ts';
import { statusClass } from './statuses.ts';
import type { Dependent, KindName } from './views.ts';

type TargetRules = readonly ((of: never) => Problem | undefined)[];

/** How a dependent can release an entity without being deleted; undefined if its kind, type or status rules that out. */
export function releaseAdvice(dependent: Dependent, target: KindName): string | undefined {
  const mounted: readonly KindName[] = ['kx-database', 'kx-dataview', 'kx-volume'];
  if (dependent.kind === 'kx-cluster' && mounted.includes(target))
    return adviceIfAllowed(
      `make it mount something else with ${toolName('UpdateKxClusterDatabases')}`,
      dependent,
      databasesUpdatable,
    );
  if (dependent.kind === 'kx-dataview' && target === 'kx-volume')
    return adviceIfAllowed(
      `move its segments to another volume with ${toolName('UpdateKxDataview')}`,
      dependent,
      dataviewUpdatable,
    );
  return undefined;
}

/** The advice to update a dependent if the rules of that update allow it, or will allow it once the dependent is ready. */
function adviceIfAllowed(
  advice: string,
  { key, status, type: clusterType, readWrite }: Dependent,
  rules: TargetRules,
): string | undefined {
  const of = { key, target: { status, clusterType, readWrite } };
  const [problem] = rules.flatMap((rule) => rule(of as never) ?? []);
  if (problem === undefined) return advice;
  const { requiredStatus } = problem;
  const isTemporary = requiredStatus !== undefined && statusClass(status) === 'underway';
  return isTemporary ? `${advice} once it is ${requiredStatus}` : undefined;
}
