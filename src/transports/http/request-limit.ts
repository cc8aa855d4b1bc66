/** Counts requests in progress, so that overload is rejected instead of queued, and a drain knows when it is done. */
export interface RequestLimit {
  /** Whether another request may start; if so, call `leave` when it ends. */
  enter(): boolean;
  leave(): void;
  /** Resolves when the request may start; undefined when it may start now. */
  turn(): Promise<void> | undefined;
  readonly inFlight: number;
  readonly draining: boolean;
  /** Rejects new requests from now on; resolves when the last one has ended. */
  drain(): Promise<void>;
}

/** Requests started per turn of the event loop. A burst is served in sequence instead of being held in memory at once. */
const PER_TURN = 16;

/** Admits at most `maxInFlight` requests at a time. */
export function requestLimit(maxInFlight: number): RequestLimit {
  const turn = turnstile();
  let inFlight = 0;
  let draining = false;
  let drained = () => {};
  return {
    enter: () => {
      if (draining || inFlight >= maxInFlight) return false;
      inFlight += 1;
      return true;
    },
    leave: () => {
      inFlight -= 1;
      if (inFlight === 0) drained();
    },
    turn,
    get inFlight() {
      return inFlight;
    },
    get draining() {
      return draining;
    },
    drain: () => {
      draining = true;
      return inFlight === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            drained = resolve;
          });
    },
  };
}

function turnstile(): RequestLimit['turn'] {
  let waiting: (() => void)[] = [];
  /** The number of requests that started in this turn of the event loop. */
  let started = 0;
  let isNextTurnScheduled = false;
  const scheduleNextTurn = () => {
    if (!isNextTurnScheduled) setImmediate(startNextTurn);
    isNextTurnScheduled = true;
  };
  const startNextTurn = () => {
    isNextTurnScheduled = false;
    const batch = waiting.slice(0, PER_TURN);
    waiting = waiting.slice(PER_TURN);
    started = batch.length;
    if (started > 0) scheduleNextTurn();
    for (const start of batch) start();
  };
  return () => {
    scheduleNextTurn();
    if (started === PER_TURN || waiting.length > 0) return new Promise((resolve) => waiting.push(resolve));
    started += 1;
    return undefined;
  };
}
