import type { Quota } from './model.ts';
import type { KindName, Views } from './views.ts';

/** So many of a kind in an environment. */
const ofKind = (what: string, of: KindName, limit: Quota['limit']): Quota => ({
  what: `${what} per environment`,
  limit,
  used: (read, within) => read.count(of, within),
  of,
});

/** What all of a kind in an environment have together. */
const sumOf = <K extends KindName>(
  what: string,
  of: K,
  limit: Quota['limit'],
  size: (view: Views[K]) => number | undefined,
): Quota => ({
  what: `${what} per environment`,
  limit,
  used: async (read, within) => (await read.all(of, within)).reduce((sum, view) => sum + (size(view) ?? 0), 0),
  of,
});

export const VOLUMES = ofKind('volumes', 'kx-volume', ({ volumes }) => volumes);
export const VOLUME_STORAGE = sumOf(
  'GB of volume storage',
  'kx-volume',
  ({ volumeStorage }) => volumeStorage,
  ({ nas1Configuration: disk }) => disk?.size,
);
