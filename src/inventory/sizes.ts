import type { GraphEntity } from './graph.ts';

/** A number by which entities of one kind can be put in the order of their size. */
export function sizeInOrder({ facts }: GraphEntity): number {
  const { memoryReservationMiB, memoryMiB, nodeCount = 1, sizeGB, bytes } = facts;
  const memory = Number(memoryReservationMiB ?? memoryMiB ?? 0) * Number(nodeCount);
  return memory || Number(bytes ?? 0) || Number(sizeGB ?? 0);
}

/** How much of the memory of hosts is reserved, from 0 to 1; 0 for what has none, or where that is not known. */
export function fullness(entities: readonly GraphEntity[]): number {
  const hosts = entities.filter(({ kind }) => kind === 'scaling-group');
  const sum = (fact: string) => hosts.reduce((all, { facts }) => all + (Number(facts[fact]) || 0), 0);
  const memory = sum('memoryMiB');
  return memory === 0 ? 0 : sum('reservedMiB') / memory;
}
