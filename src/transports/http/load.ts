/** Counts what is being answered, so that load is refused rather than queued and a drain knows when it is done. */
export interface Load {
  /** Whether one more may be answered; then `leave` is owed. */
  enter(): boolean;
  leave(): void;
  /** Resolves when it is one's turn; undefined when that is now. */
  turn(): Promise<void> | undefined;
  readonly inFlight: number;
  readonly draining: boolean;
  /** Refuses newcomers from now on; resolves when the last one has left. */
  drain(): Promise<void>;
}

/** Work begun per turn of the event loop. A crowd is answered one after the other rather than held in memory all at once. */
const PER_TURN = 16;

/** Admits at most `most` at a time. */
export function load(most: number): Load {
  const turn = turnstile();
  let inFlight = 0;
  let draining = false;
  let drained = () => {};
  return {
    enter: () => {
      if (draining || inFlight >= most) return false;
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

function turnstile(): Load['turn'] {
  let waiting: (() => void)[] = [];
  let begun = 0;
  const next = () => {
    const now = waiting.slice(0, PER_TURN);
    waiting = waiting.slice(PER_TURN);
    begun = now.length;
    if (begun > 0) setImmediate(next);
    for (const begin of now) begin();
  };
  return () => {
    if (begun === 0) setImmediate(next);
    begun += 1;
    return begun <= PER_TURN && waiting.length === 0 ? undefined : new Promise((resolve) => waiting.push(resolve));
  };
}
