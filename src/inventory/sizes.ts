import type { GraphEntity } from './graph.ts';

/** A number by which entities of one kind can be put in the order of their size. */
export function sizeInOrder({ facts }: GraphEntity): number {
  const { memoryReservationMiB, memoryMiB, nodeCount = 1, sizeGB, bytes } = facts;
  const memory = Number(memoryReservationMiB ?? memoryMiB ?? 0) * Number(nodeCount);
  return memory || Number(bytes ?? 0) || Number(sizeGB ?? 0);
}
