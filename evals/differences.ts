import { isDeepStrictEqual } from 'node:util';
import type { Snapshot } from './snapshot.ts';

type Members = Readonly<Record<string, unknown>>;

/** What follows from other entities or from time, by the first part of a path. */
const DERIVED: Readonly<Record<string, readonly string[]>> = {
  '': ['updateTimestamp'],
  kxCluster: ['lastModifiedTimestamp'],
  kxVolume: ['attachedClusters', 'lastModifiedTimestamp'],
  kxScalingGroup: ['clusters', 'lastModifiedTimestamp'],
  kxDatabase: ['numBytes', 'numFiles', 'numChangesets', 'lastCompletedChangesetId', 'lastModifiedTimestamp'],
  kxDataview: ['activeVersions', 'lastModifiedTimestamp'],
  kxChangeset: ['lastModifiedTimestamp'],
  kxUser: ['updateTimestamp'],
};

/**
 * What differs between two snapshots, except what a task allows: paths such as `beta-prod/kxCluster/hdb-1`, where `*` at the end
 * stands for anything. An environment goes by the name that it has in `expected`.
 */
export function differences(expected: Snapshot, actual: Snapshot, allowed: readonly string[]): string[] {
  const names = new Map(expected.environments.map(({ environmentId, name }) => [environmentId, name]));
  const before = byPath(expected, names);
  const after = byPath(actual, names);
  const isAllowed = (path: string) =>
    allowed.some((one) => (one.endsWith('*') ? path.startsWith(one.slice(0, -1)) : path === one));
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => !isAllowed(path))
    .toSorted()
    .flatMap((path) => difference(path, before.get(path), after.get(path)));
}

function difference(path: string, before: Members | undefined, after: Members | undefined): string[] {
  if (after === undefined) return [`missing: ${path}`];
  if (before === undefined) return [`new: ${path}`];
  const members = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...members].filter((member) => !isDeepStrictEqual(before[member], after[member]));
  return changed.length === 0 ? [] : [`changed: ${path} (${changed.toSorted().join(', ')})`];
}

function byPath({ now: _, ...kinds }: Snapshot, names: ReadonlyMap<string, string>): Map<string, Members> {
  return new Map(
    Object.values(kinds).flatMap((entities) =>
      entities.map(({ environment, path, ...members }): [string, Members] => {
        const place = names.get(members.environmentId) ?? environment;
        return [path === '' ? place : `${place}/${path}`, ownMembers(path, members)];
      }),
    ),
  );
}

function ownMembers(path: string, members: Members): Members {
  const kind = path.includes('/kxDataview/') ? 'kxDataview' : (path.split('/')[0] ?? '');
  const derived = [...(DERIVED[kind] ?? []), ...(members['autoUpdate'] === true ? ['changesetId'] : [])];
  return Object.fromEntries(Object.entries(members).filter(([member]) => !derived.includes(member)));
}
