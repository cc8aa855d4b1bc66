import { isGone, occupiesHost } from '../kinds/statuses.ts';
import type { GraphEntity, Kind } from './graph-types.ts';

/** What the size of an entity measures: only sizes of one measure can be compared. */
export const SIZE_MEASURES: Readonly<Partial<Record<Kind, 'memory' | 'data' | 'disk'>>> = {
  cluster: 'memory',
  'scaling-group': 'memory',
  database: 'data',
  volume: 'disk',
};

/** A number that orders entities of one measure by size; undefined if it is unknown. */
export function comparableSize({ facts }: GraphEntity): number | undefined {
  const { memoryReservationMiB, memoryMiB, nodeCount = 1, sizeGB, bytes } = facts;
  const memory = memoryReservationMiB ?? memoryMiB;
  if (memory !== undefined) return Number(memory) * Number(nodeCount);
  return (bytes ?? sizeGB) as number | undefined;
}

/** The share of the memory of hosts that is reserved, from 0 to 1; undefined without hosts, or if it is unknown. */
export function fullness(entities: readonly GraphEntity[]): number | undefined {
  const hosts = entities.filter(({ kind }) => kind === 'scaling-group').map(({ facts }) => facts);
  const sum = (fact: string) => hosts.reduce((all, facts) => all + Number(facts[fact]), 0);
  const share = sum('reservedMiB') / sum('memoryMiB');
  return Number.isNaN(share) ? undefined : share;
}

/** Whether an entity uses its nodes, memory or storage. A cluster on a host returns its memory as soon as its deletion begins. */
export const usesCapacity = ({ kind, status, facts }: Pick<GraphEntity, 'kind' | 'status' | 'facts'>): boolean =>
  kind === 'cluster' && facts['memoryReservationMiB'] !== undefined
    ? occupiesHost(status)
    : status !== 'CREATE_FAILED' && !isGone(status);
