/** Counts what is being answered, so that load is refused rather than queued and a drain knows when it is done. */
export interface Load {
  /** Whether one more may be answered; then `leave` is owed. */
  enter(): boolean;
  leave(): void;
  readonly inFlight: number;
  readonly draining: boolean;
  /** Refuses newcomers from now on; resolves when the last one has left. */
  drain(): Promise<void>;
}

/** Admits at most `most` at a time. */
export function load(most: number): Load {
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
