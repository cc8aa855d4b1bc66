import { noChangesetWithAutoUpdate, withLeadingSlash } from '../operations/conditions/dataviews.ts';
import { quoteUnlessPlain } from '../untrusted.ts';
import { counted } from './amounts.ts';
import { openEnvironment } from './environment-rules.ts';
import type { Impact, Item, KindDefinition, Problem, ReferenceTarget, RequestedChange } from './model.ts';
import { newestFirst } from './newest-first.ts';
import { DATAVIEW_VERSIONS, DATAVIEWS } from './quotas.ts';
import {
  changesetReady,
  checkReady,
  conditions,
  databaseExists,
  exists,
  freeName,
  inZones,
  itemOf,
  pathItem,
  targetReady,
  unused,
} from './rules.ts';
import { fillChangeset } from './service-defaults.ts';
import type { Views } from './views.ts';

type Dataview = Views['kx-dataview'];
type Create = RequestedChange<'kx-dataview', 'CreateKxDataview'>;
type Update = RequestedChange<'kx-dataview', 'UpdateKxDataview'>;

/** The volumes under its segments exist, are ready and in its zone; no other dataview is on those of a writable one. */
async function segmentsFit({ input, key, read }: Create | Update, zone: string | undefined): Promise<Problem[]> {
  const { environmentId } = key;
  const { readWrite } = input as Create['input'];
  const found = await Promise.all(
    (input.segmentConfigurations ?? []).map(async ({ volumeName }) => {
      const volume = { environmentId, volumeName };
      const { problems, view } = await checkReady(read, 'kx-volume', volume, { zone });
      if (readWrite !== true || view === undefined) return problems;
      const others = (await read.dependents('kx-volume', volume)).filter(({ kind }) => kind === 'kx-dataview');
      return [
        ...problems,
        ...others.map(
          (other): Problem => ({
            error: 'Validation',
            message: `Volume ${volumeName} is used by another dataview; a readWrite dataview needs a volume of its own`,
            item: pathItem('kx-dataview', other.key, `of ${other.key['databaseName']}`),
            advice: `It uses volume ${quoteUnlessPlain(volumeName)}; a writable dataview needs a volume that no other dataview uses.`,
          }),
        ),
      ];
    }),
  );
  return found.flat();
}

/** All existing versions of a dataview, newest first: clusters also use older ones. A version that failed does not exist. */
const versionsOf = (view: Dataview): readonly Pick<Dataview, 'changesetId' | 'segmentConfigurations'>[] => [
  ...(view.status === 'FAILED' ? [] : [view]),
  ...newestFirst(view),
];

/** The volumes of all versions, each with what the newest version on it caches there. */
function volumes(view: Dataview): ReferenceTarget<'kx-volume'>[] {
  const versions = versionsOf(view).map(({ segmentConfigurations = [] }) => segmentConfigurations);
  const isNewest = (volumeName: string, at: number) =>
    !versions.slice(0, at).some((newer) => newer.some((segment) => segment.volumeName === volumeName));
  const newest = versions.flatMap((segments, at) => segments.filter(({ volumeName }) => isNewest(volumeName, at)));
  return newest.map(({ volumeName, dbPaths, onDemand }) => ({
    volumeName,
    how: { dbPaths, onDemand: onDemand || undefined },
  }));
}

const dataviewItem = ({ key }: Pick<Update, 'key'>): Item => itemOf('kx-dataview', key);

const notReadWrite = (requested: Pick<Update, 'key' | 'target'>): Problem | undefined =>
  requested.target?.readWrite === true
    ? {
        error: 'Validation',
        message: `Dataview ${requested.key.dataviewName} is readWrite; it cannot be updated`,
        item: dataviewItem(requested),
        advice: 'A writable dataview cannot be changed: create another.',
      }
    : undefined;

const mustBeActive = targetReady('kx-dataview');
/** What a dataview and its status must allow so that it can be updated. */
export const dataviewUpdatable = [notReadWrite, mustBeActive];

/** New segments that drop a volume or a path of the current ones slow down the clusters that mount the dataview. */
function updateImpact({ input, target }: Update): Impact {
  const { segmentConfigurations: wanted } = input;
  const versions = target?.activeVersions ?? [];
  const mounting = [...new Set(versions.flatMap(({ attachedClusters = [] }) => attachedClusters))];
  if (wanted === undefined || mounting.length === 0) return {};
  if (!dropsVolume(target, input) && !dropsPath(target, input)) return {};
  const detail = 'reads without the dropped segments or paths once it mounts the new version';
  return {
    risk: 'disrupt',
    interrupted: mounting.map((clusterName) => pathItem('kx-cluster', { clusterName }, detail)),
  };
}

type Segments = Pick<Dataview, 'segmentConfigurations'>;

const volumesIn = ({ segmentConfigurations: segments = [] }: Segments) => segments.map(({ volumeName }) => volumeName);
const pathsIn = ({ segmentConfigurations: segments = [] }: Segments) =>
  segments.flatMap(({ dbPaths }) => dbPaths).map(withLeadingSlash);

function dropsVolume(present: Segments = {}, wanted: Segments): boolean {
  const kept = volumesIn(wanted);
  return volumesIn(present).some((name) => !kept.includes(name));
}

function dropsPath(present: Segments = {}, wanted: Segments): boolean {
  const kept = new Set(pathsIn(wanted));
  return !kept.has('/*') && pathsIn(present).some((path) => !kept.has(path));
}

export const kxDataview: KindDefinition<'kx-dataview'> = {
  references: [
    { to: 'kx-database', as: 'of', targets: (_, { databaseName }) => [{ databaseName }] },
    {
      to: 'kx-changeset',
      as: 'of',
      preventsDeletion: false,
      targets: (view, { databaseName }) =>
        versionsOf(view).flatMap(({ changesetId }) =>
          changesetId === undefined ? [] : [{ databaseName, changesetId, isImplied: true }],
        ),
    },
    { to: 'kx-volume', as: 'cached-on', targets: volumes },
  ],
  changes: {
    CreateKxDataview: {
      rules: [
        openEnvironment,
        databaseExists,
        freeName('kx-dataview', 'ResourceAlreadyExists'),
        inZones(({ input }) => [input.availabilityZoneId]),
        ({ input, key, read }) => changesetReady(read, key, input.changesetId),
        (requested) => segmentsFit(requested, requested.input.availabilityZoneId),
      ],
      quotas: () => [
        { quota: DATAVIEWS, more: 1 },
        { quota: DATAVIEW_VERSIONS, more: 1 },
      ],
    },
    UpdateKxDataview: {
      rules: [
        openEnvironment,
        databaseExists,
        exists('kx-dataview'),
        notReadWrite,
        conditions(
          [noChangesetWithAutoUpdate],
          ({ input, target }) => ({ autoUpdate: target?.autoUpdate, changesetId: input.changesetId }),
          dataviewItem,
        ),
        mustBeActive,
        (requested) => segmentsFit(requested, requested.target?.availabilityZoneId),
        ({ input, key, read }) => changesetReady(read, key, input.changesetId),
      ],
      // The operation has no LimitExceededException.
      quotas: () => [{ quota: DATAVIEW_VERSIONS, more: 1, error: 'Throttling' }],
      impact: updateImpact,
      fillDefaults: fillChangeset,
    },
    DeleteKxDataview: {
      rules: [
        openEnvironment,
        databaseExists,
        exists('kx-dataview'),
        targetReady(
          'kx-dataview',
          ['FAILED', 'CREATING', 'UPDATING'],
          (name, status) => `Dataview ${name} is already ${status}`,
        ),
        unused('kx-dataview', (name, by) => `Dataview ${name} is in use by ${by}`),
        // The local service checks DELETING first, then the use, then the other statuses. Each rule allows the documented statuses that
        // the other one rejects, because a plan checks all rules.
        targetReady('kx-dataview', ['FAILED', 'DELETING'], (name, status) => `Dataview ${name} is ${status}`),
      ],
      // Uncommitted writes to a writable dataview are lost with it.
      impact: ({ key, target: { activeVersions = [], readWrite } }) => ({
        lost: [
          { kind: 'versions', name: counted('version', activeVersions.length) },
          ...(readWrite === true
            ? [{ kind: 'changes' as const, name: key.dataviewName, detail: 'written to it and not committed' }]
            : []),
        ],
      }),
    },
  },
};
