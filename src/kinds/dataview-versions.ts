import type { Views } from './views.ts';

type Version = NonNullable<Views['kx-dataview']['activeVersions']>[number];

/** The versions of a dataview that are or can be mounted, newest first; new clusters mount the first one. */
export const newestFirst = ({ activeVersions = [] }: Pick<Views['kx-dataview'], 'activeVersions'> = {}): Version[] =>
  activeVersions.toSorted((a, b) => (b.createdTimestamp ?? '').localeCompare(a.createdTimestamp ?? ''));
