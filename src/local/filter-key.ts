import type { KindName } from '../kinds/views.ts';
import { kindOf } from './arns.ts';
import type { Entity } from './transaction.ts';
import type { Bodies } from './worlds/bodies.ts';

/** The filter key of the dataviews that follow new changesets. */
export const AUTO_UPDATE_KEY = 'autoUpdate';

const FILTER_KEYS: { readonly [K in KindName]?: (body: Bodies[K]) => string | null } = {
  'kx-environment': ({ name }) => name,
  'kx-cluster': ({ clusterType }) => clusterType,
  'kx-volume': ({ volumeType }) => volumeType,
  'kx-dataview': ({ autoUpdate }) => (autoUpdate ? AUTO_UPDATE_KEY : null),
};

/** The value by which lists of a collection filter an entity, from its body. */
export const filterKeyOf = (collection: string, body: unknown): Entity['filterKey'] =>
  FILTER_KEYS[kindOf(collection)]?.(body as never) ?? null;
