import type { Store } from './store.ts';

/**
 * The worlds' clock: the machine's clock plus the offset by which it was moved ahead. The offset is stored with the worlds, so
 * that all processes agree.
 */
export interface WorldClock {
  read(): Promise<ClockReading>;
  advance(milliseconds: number): Promise<ClockReading>;
}

export interface ClockReading {
  /** ISO 8601. */
  readonly now: string;
  readonly aheadMs: number;
}

export function worldClock(store: Store, machine: () => number): WorldClock {
  const reading = (aheadMs: number): ClockReading => ({ now: new Date(machine() + aheadMs).toISOString(), aheadMs });
  return {
    read: async () => reading(await store.read((tx) => tx.ahead())),
    advance: async (milliseconds) =>
      reading(
        await store.write(async (tx) => {
          await tx.advance(milliseconds);
          return tx.ahead();
        }),
      ),
  };
}
