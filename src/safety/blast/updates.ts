import { environmentsNow } from '../../inventory/fleet.ts';
import { walk } from '../../inventory/pages.ts';
import { followsLatest } from '../../operations/conditions/dataviews.ts';
import { brokenAmong } from '../../operations/conditions/index.ts';
import { quoted } from '../untrusted.ts';
import { clusterNamed } from './estate.ts';
import { type Finding, type Item, type Members, NOTHING, type Subject } from './finding.ts';

/** New segments change what is cached under the clusters that mount the dataview. */
export async function changingDataview({ input, entity }: Subject): Promise<Finding> {
  const item: Item = { kind: 'dataview', name: String(input['dataviewName']) };
  const { segmentConfigurations } = input;
  const versions = (entity['activeVersions'] as Members[] | undefined) ?? [];
  const mounting = new Set(versions.flatMap((version) => (version['attachedClusters'] as string[] | undefined) ?? []));
  const drops =
    segmentConfigurations !== undefined &&
    (volumesIn(entity).some((name) => !volumesIn(input).includes(name)) || dropsPaths(entity, input));
  return {
    ...NOTHING,
    ...(drops && mounting.size > 0 ? { risk: 'disrupt' } : {}),
    interrupted: drops
      ? [...mounting].map(
          (name): Item => ({
            ...clusterNamed(name),
            detail: 'reads without that cache once it mounts the new version',
          }),
        )
      : [],
    blockers: [
      ...(entity['readWrite'] === true
        ? [{ item, first: 'A writable dataview cannot be changed: create another.' }]
        : []),
      ...brokenAmong([followsLatest], {
        autoUpdate: entity['autoUpdate'] === true,
        changesetId: input['changesetId'] as string,
      }).map(({ says }) => ({ item, first: `${says}.` })),
    ],
    unchecked: [],
  };
}

/** Whether paths that are kept on a volume are no longer, unless everything is. */
function dropsPaths(entity: Members, input: Members): boolean {
  const kept = new Set(pathsIn(input));
  return !kept.has('/*') && pathsIn(entity).some((path) => !kept.has(path));
}

const pathsIn = ({ segmentConfigurations }: Members): string[] =>
  ((segmentConfigurations as Members[] | undefined) ?? [])
    .flatMap(({ dbPaths }) => dbPaths as string[])
    .map((path) => (path.startsWith('/') ? path : `/${path}`));

const volumesIn = ({ segmentConfigurations }: Members) =>
  ((segmentConfigurations as Members[] | undefined) ?? []).map(({ volumeName }) => String(volumeName));

/** A name that is or was another environment's would make people approve for the wrong one. */
export async function renamingKxEnvironment(subject: Subject): Promise<Finding> {
  const { call, input, options } = subject;
  return input['name'] === undefined ? NOTHING : renaming(subject, await environmentsNow(call, options));
}

/** The same for the dataset browser, whose service does not refuse a name that is taken. */
export async function changingEnvironment(subject: Subject): Promise<Finding> {
  const { call, input, options } = subject;
  if (input['name'] === undefined) return NOTHING;
  const { items } = await walk(call, 'ListEnvironments', {}, MOST_ENVIRONMENTS, options);
  return renaming(subject, items);
}

const MOST_ENVIRONMENTS = 10_000;

async function renaming({ input, formerNames }: Subject, all: readonly Members[]): Promise<Finding> {
  const { name, environmentId } = input;
  const isOther = (id: unknown) => id !== environmentId;
  const taken = all.some((other) => other['name'] === name && isOther(other['environmentId']));
  const former = (await formerNames?.())?.some((known) => known.name === name && isOther(known.environmentId)) ?? false;
  if (!taken && !former) return NOTHING;
  return { ...NOTHING, asks: [`${quoted(String(name))} ${taken ? 'is' : 'was'} the name of another environment.`] };
}
