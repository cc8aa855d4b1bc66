import type { Kind } from '../../inventory/graph.ts';
import { KxClusterType } from '../../operations/shapes.ts';
import { canonical } from './settings.ts';

/**
 * Settings that are known for every entity, and those that the lists of each kind contain. To group by any other, each entity
 * must be read.
 */
const ALWAYS = ['kind', 'environment', 'status', 'created', 'changed'];
const LISTED: Partial<Record<Kind, readonly string[]>> = {
  cluster: ['type', 'release', 'azMode', 'zone', 'initializationScript', 'executionRole'],
  'scaling-group': ['hostType', 'zone'],
  volume: ['azMode', 'zone'],
  dataview: ['database', 'autoUpdate', 'readWrite', 'azMode', 'zone'],
  changeset: ['database'],
  user: ['iamRole'],
};
/** Settings that the lists of other kinds contain, but not those of these kinds. */
const UNLISTED: Partial<Record<Kind, readonly string[]>> = { cluster: ['database'], volume: ['type'] };

/** Whether the lists of these kinds contain a setting. */
export function isListed(setting: string, kinds: readonly Kind[]): boolean {
  const wanted = canonical(setting);
  const has = (names: readonly string[] = []) => names.some((name) => canonical(name) === wanted);
  return has(ALWAYS) || (kinds.some((kind) => has(LISTED[kind])) && !kinds.some((kind) => has(UNLISTED[kind])));
}

/** Whether lists suffice to find entities of these types: they contain the types of clusters, but not of disks and nodes. */
export const isListedType = (types: readonly string[] = []): boolean =>
  types.every((each) => KxClusterType().options.some((known) => known === each.toUpperCase()));
