import { occupiesHost } from '../kinds/statuses.ts';
import type { GraphEntity } from './graph.ts';

/** A number that orders entities of one kind by size. */
export function sizeInOrder({ facts }: GraphEntity): number {
  const { memoryReservationMiB, memoryMiB, nodeCount = 1, sizeGB, bytes } = facts;
  const memory = Number(memoryReservationMiB ?? memoryMiB ?? 0) * Number(nodeCount);
  return memory || Number(bytes ?? 0) || Number(sizeGB ?? 0);
}

/** The share of a host's memory that is reserved, from 0 to 1; 0 if there is none or it is unknown. */
export function fullness(entities: readonly GraphEntity[]): number {
  const hosts = entities.filter(({ kind }) => kind === 'scaling-group');
  const sum = (fact: string) => hosts.reduce((all, { facts }) => all + (Number(facts[fact]) || 0), 0);
  const memory = sum('memoryMiB');
  return memory === 0 ? 0 : sum('reservedMiB') / memory;
}

/** Whether an entity uses its nodes, memory or storage. Only a cluster on a host reserves memory. */
export const usesCapacity = ({ kind, status, facts }: Pick<GraphEntity, 'kind' | 'status' | 'facts'>): boolean =>
  kind === 'cluster' && facts['memoryReservationMiB'] !== undefined ? occupiesHost(status) : status !== 'CREATE_FAILED';
