import type { Store } from './store.ts';
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
export const worldTime = ({ now, ahead }: Pick<RequestState, 'now' | 'ahead'>, machine: () => number): number =>
  (now ?? machine()) + ahead;

export function worldClock(store: Store, machine: () => number): WorldClock {
  const reading = async (tx: Transaction): Promise<ClockReading> => {
    const time = await tx.time();
    return { now: new Date(worldTime(time, machine)).toISOString(), aheadMs: time.ahead };
  };
  return {
    read: () => store.read(reading),
    advance: (milliseconds) =>
      store.write(async (tx) => {
        await tx.advance(milliseconds);
        return reading(tx);
      }),
  };
}
