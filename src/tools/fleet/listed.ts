import type { Kind } from '../../inventory/graph.ts';
import { KxClusterType } from '../../operations/shapes.ts';
import { listed } from './matching.ts';
import { canonical } from './settings.ts';

/** What is known of everything, and what the lists of each kind tell: to group by anything else each has to be read. */
const ALWAYS = ['kind', 'environment', 'status', 'created', 'changed'];
const LISTED: Partial<Record<Kind, readonly string[]>> = {
  cluster: ['type', 'release', 'azMode', 'zone', 'initializationScript', 'executionRole'],
  'scaling-group': ['hostType', 'zone'],
  volume: ['azMode', 'zone'],
  dataview: ['database', 'autoUpdate', 'readWrite', 'azMode', 'zone'],
  changeset: ['database'],
  user: ['iamRole'],
};
/** What other kinds list and these tell only one by one. */
const UNLISTED: Partial<Record<Kind, readonly string[]>> = { cluster: ['database'], volume: ['type'] };

/** Whether the lists of these kinds tell a setting as far as they have it. */
export function isListed(setting: string, kinds: readonly Kind[]): boolean {
  const wanted = canonical(setting);
  const has = (names: readonly string[] = []) => names.some((name) => canonical(name) === wanted);
  return has(ALWAYS) || (kinds.some((kind) => has(LISTED[kind])) && !kinds.some((kind) => has(UNLISTED[kind])));
}

/** Whether lists are enough to find things of a type: they tell those of clusters, but not of disks and nodes. */
export const isListedType = (type: string | undefined): boolean =>
  type === undefined || listed(type).every((each) => KxClusterType().options.some((known) => known === each));
