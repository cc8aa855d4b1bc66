import { type ClusterTypeRules, rulesOfShownType } from '../operations/cluster-types.ts';
import { toolName } from '../operations/naming.ts';
import { databasesUpdatable } from './kx-cluster.ts';
import { dataviewUpdatable } from './kx-dataview.ts';
import type { Problem } from './model.ts';
import { statusClass } from './statuses.ts';
import type { Dependent, KindName } from './views.ts';

type TargetRules = readonly ((of: never) => Problem | undefined)[];

/** How a dependent can release an entity without being deleted; undefined if its kind, type or status rules that out. */
export function releaseAdvice(dependent: Dependent, target: KindName): string | undefined {
  if (dependent.kind === 'kx-cluster') {
    const remount = remountAdvice(dependent, target);
    return remount && adviceIfAllowed(remount, dependent, databasesUpdatable);
  }
  if (dependent.kind === 'kx-dataview' && target === 'kx-volume')
    return adviceIfAllowed(
      `move its segments to another volume with ${toolName('UpdateKxDataview')}`,
      dependent,
      dataviewUpdatable,
    );
  return undefined;
}

/** How an update of its databases can make a cluster release an entity; undefined if none can. */
function remountAdvice({ type, databaseCount = 0 }: Dependent, target: KindName): string | undefined {
  const tool = toolName('UpdateKxClusterDatabases');
  // Databases cannot be added, and the service ignores an empty list.
  if (target === 'kx-database') return databaseCount > 1 ? `make it unmount the database with ${tool}` : undefined;
  if (target !== 'kx-dataview' && target !== 'kx-volume') return undefined;
  const { savedown, tickerplantLog }: ClusterTypeRules = rulesOfShownType(type) ?? { savedown: 'optional' };
  const mayWrite = target === 'kx-volume' && (savedown ?? tickerplantLog) !== undefined;
  const exception = mayWrite ? ' (not if it uses the volume for savedown or a log)' : '';
  return `make it mount something else with ${tool}${exception}`;
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
