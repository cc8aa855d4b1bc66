import type { Views } from './views.ts';

type Placed = Pick<Views['kx-dataview'], 'segmentConfigurations'> & {
  readonly status?: string | undefined;
  readonly activeVersions?: readonly Pick<Views['kx-dataview'], 'segmentConfigurations'>[] | undefined;
};

/**
 * The segments of a dataview in all its existing versions, because older versions use volumes too. A failed version uses nothing.
 */
export const segmentsOf = (view: Placed) =>
  [...(view.status === 'FAILED' ? [] : [view]), ...(view.activeVersions ?? [])].flatMap(
    (holder) => holder.segmentConfigurations ?? [],
  );

/** The names of the volumes that a dataview uses. */
export const volumesUnder = (view: Placed): readonly string[] => segmentsOf(view).map(({ volumeName }) => volumeName);
