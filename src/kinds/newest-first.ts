import type { Views } from './views.ts';

type Version = NonNullable<Views['kx-dataview']['activeVersions']>[number];

/** Orders by time of creation, newest first. */
export const byNewest = (
  a: { readonly createdTimestamp?: string | undefined },
  b: { readonly createdTimestamp?: string | undefined },
): number => (b.createdTimestamp ?? '').localeCompare(a.createdTimestamp ?? '');

/** The versions of a dataview that are or can be mounted, newest first; new clusters mount the first one. */
export const newestFirst = ({ activeVersions = [] }: Pick<Views['kx-dataview'], 'activeVersions'> = {}): Version[] =>
  activeVersions.toSorted(byNewest);
