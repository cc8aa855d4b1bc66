import type { Views } from './views.ts';

type Placed = Pick<Views['kx-dataview'], 'segmentConfigurations'> & {
  readonly status?: string | undefined;
  readonly activeVersions?: readonly Pick<Views['kx-dataview'], 'segmentConfigurations'>[] | undefined;
};

/**
 * The segments of a dataview in all its versions that are still there: what an older one is on is in use as well. One that failed uses
 * nothing for the version that it could not make.
 */
export const segmentsOf = (view: Placed) =>
  [...(view.status === 'FAILED' ? [] : [view]), ...(view.activeVersions ?? [])].flatMap(
    (holder) => holder.segmentConfigurations ?? [],
  );

/** The names of the volumes that a dataview is on. */
export const volumesUnder = (view: Placed): readonly string[] => segmentsOf(view).map(({ volumeName }) => volumeName);
