import { asDependent } from './dependents.ts';
import { DEFINITIONS } from './index.ts';
import type { AnyReference } from './model.ts';
import { KIND_NAMES, keyIn, pathOf } from './names.ts';
import { statusOf } from './rules.ts';
import { isDetached } from './statuses.ts';
import type { Dependent, Keys, KindName } from './views.ts';

const referencesOf = (kind: KindName) => (DEFINITIONS[kind].references ?? []) as readonly AnyReference[];

/**
 * The entities that an entity refers to, as its view or the input of its create names them; none if its status shows that it has
 * released them.
 */
export const referencesInView = (kind: KindName, view: object, key: object) =>
  isDetached(kind, statusOf(view))
    ? []
    : referencesOf(kind).flatMap(({ targets, to, as, preventsDeletion = true }) =>
        targets(view as never, key as never).map(({ how = {}, isImplied = false, ...name }) => {
          return { to, as, preventsDeletion, key: keyIn(to, { ...key, ...name }), how, isImplied };
        }),
      );

/** The entities of a kind that prevent the deletion of another one, as its dependents. */
export const dependentsAmong = (
  kind: KindName,
  views: readonly object[],
  to: KindName,
  key: Keys[KindName],
): Dependent[] =>
  views
    .filter((view) =>
      referencesInView(kind, view, { ...view, environmentId: key.environmentId }).some(
        (each) => each.to === to && each.preventsDeletion && pathOf(to, { ...each.key }) === pathOf(to, { ...key }),
      ),
    )
    .map((view) => asDependent(kind, key, view));

type Attached = { readonly attachedClusters?: readonly Readonly<Record<string, unknown>>[] | undefined };

/** The dependents of a volume: the clusters that its details name, and the dataviews of its environment that are on it. */
export const volumeDependents = (
  key: Keys['kx-volume'],
  { attachedClusters = [] }: Attached = {},
  dataviews: readonly object[],
): Dependent[] => [
  ...attachedClusters
    .filter(({ clusterStatus }) => !isDetached('kx-cluster', clusterStatus))
    .map(({ clusterStatus, ...cluster }) => asDependent('kx-cluster', key, { ...cluster, status: clusterStatus })),
  ...dependentsAmong('kx-dataview', dataviews, 'kx-volume', key),
];

/** The kinds whose entities can prevent the deletion of an entity of this kind. */
export const dependentKinds = (kind: KindName): KindName[] =>
  KIND_NAMES.filter((dependent) =>
    referencesOf(dependent).some(({ to, preventsDeletion = true }) => to === kind && preventsDeletion),
  );
