/** Whether a call must end early, and why. An AbortSignal would do, but costs several times as much to create and to listen to. */
export interface Ending {
  readonly isEnded: boolean;
  readonly reason: unknown;
  throwIfEnded(): void;
  /** Calls `listener` when the call must end, but not if it has ended already. The returned function removes the listener. */
  onEnd(listener: (reason: unknown) => void): () => void;
}

/** An Ending, and the function that ends its call; only the first reason counts. */
export function ending(): Ending & { end(reason: unknown): void } {
  const listeners = new Set<(reason: unknown) => void>();
  let isEnded = false;
  let reason: unknown;
  return {
    get isEnded() {
      return isEnded;
    },
    get reason() {
      return reason;
    },
    throwIfEnded() {
      if (isEnded) throw reason;
    },
    onEnd(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    end(why) {
      if (isEnded) return;
      [isEnded, reason] = [true, why];
      for (const listener of listeners) listener(why);
      listeners.clear();
    },
  };
}
