import type { WorldStore } from './store.ts';
import type { RequestState, Transaction } from './transaction.ts';

/**
 * The worlds' clock: the clock of the store, or else of the machine, plus the offset by which it was moved ahead. The offset is stored
 * with the worlds, so that all processes agree.
 */
export interface WorldClock {
  read(): Promise<ClockReading>;
  advance(milliseconds: number): Promise<ClockReading>;
}

/** The longest time by which one request moves the clock: a year, in milliseconds. */
export const MAX_ADVANCE_MS = 365 * 24 * 60 * 60_000;

export interface ClockReading {
  /** ISO 8601. */
  readonly now: string;
  readonly aheadMs: number;
}

/** The time of the worlds, in milliseconds since the epoch. */
export const worldTime = (
  { now, aheadMs }: Pick<RequestState, 'now' | 'aheadMs'>,
  machineClock: () => number,
): number => (now ?? machineClock()) + aheadMs;

export function worldClock(store: WorldStore, machineClock: () => number): WorldClock {
  const readClock = async (tx: Transaction): Promise<ClockReading> => {
    const time = await tx.time();
    return { now: new Date(worldTime(time, machineClock)).toISOString(), aheadMs: time.aheadMs };
  };
  return {
    read: () => store.read(readClock),
    advance: (milliseconds) =>
      store.write(async (tx) => {
        await tx.advance(milliseconds);
        return readClock(tx);
      }),
  };
}
