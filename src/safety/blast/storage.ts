import { count } from '../../kinds/amounts.ts';
import { toolName } from '../../operations/naming.ts';
import { clusterNamed, clusterNames, type Estate } from './estate.ts';
import { type Finding, type Members, NOTHING, type Subject } from './finding.ts';

const deleteCluster = `Delete it with ${toolName('DeleteKxCluster')}`;
const remountCluster = `${deleteCluster}, or make it mount something else with ${toolName('UpdateKxClusterDatabases')}.`;

const estateOf = ({ call, input, options }: Subject): Estate => ({
  call,
  environmentId: String(input['environmentId']),
  options,
});

/** A dataview takes its versions along, and what was written to a writable one and not committed. */
export async function deletingDataview(subject: Subject): Promise<Finding> {
  const versions = (subject.entity['activeVersions'] as Members[] | undefined) ?? [];
  const attached = new Set(
    versions.flatMap(({ attachedClusters }) => (attachedClusters as string[] | undefined) ?? []),
  );
  const present = attached.size === 0 ? new Set<string>() : await clusterNames(estateOf(subject));
  const blockers = [...attached].filter((cluster) => present.has(cluster));
  const name = String(subject.input['dataviewName']);
  return {
    ...NOTHING,
    lost: [
      { kind: 'versions', name: count(versions.length, 'version') },
      ...(subject.entity['readWrite'] === true
        ? [{ kind: 'changes', name, detail: 'written to it and not committed' }]
        : []),
    ],
    blockers: blockers.map((cluster) => ({ item: clusterNamed(cluster), first: remountCluster })),
  };
}
