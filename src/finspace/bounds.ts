import { setMaxListeners } from 'node:events';
import { cancelled, timedOut } from './diagnosed-error.ts';
import { type Ending, ending } from './ending.ts';

/** What can end a call early: its time limit, and the caller. */
export interface Bounds {
  readonly ending: Ending;
  /** Replaces the time limit by one that begins now. */
  restart(ms: number): void;
  /** From here on, the caller's cancel no longer counts. */
  commit(): void;
  /** Whether enough time would be left after a pause of `ms`. */
  leaveTimeFor(ms: number): boolean;
  /** The outcome of `work`, or a rejection as soon as the call must end. */
  within<T>(work: Promise<T>): Promise<T>;
  /** Waits. Rejects as soon as the call must end. */
  pause(ms: number): Promise<void>;
  /** Releases the timer and the listener. */
  close(): void;
}

/** Infinite milliseconds: only the caller ends the call. */
export function callBounds(limitMs: number, cancel: AbortSignal | undefined): Bounds {
  const own = ending();
  let endsAt = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const restart = (ms: number) => {
    clearTimeout(timer);
    endsAt = performance.now() + ms;
    const end = () => own.end(timedOut('The call', ms));
    timer = ms === Number.POSITIVE_INFINITY ? undefined : setTimeout(end, ms);
  };
  restart(limitMs);
  const ended = new Promise<never>((_, reject) => {
    own.onEnd(reject);
  });
  ended.catch(() => {});

  const onCancel = () => own.end(cancelled());
  const commit = () => cancel?.removeEventListener('abort', onCancel);
  if (cancel?.aborted) onCancel();
  else if (cancel !== undefined) {
    // Listeners on one signal: as many as one request makes calls at the same time.
    setMaxListeners(0, cancel);
    cancel.addEventListener('abort', onCancel, { once: true });
  }

  const within = <T>(work: Promise<T>) => Promise.race([work, ended]);
  return {
    ending: own,
    restart,
    commit,
    leaveTimeFor: (ms) => !own.isEnded && performance.now() + ms < endsAt,
    within,
    pause: (ms) => {
      let pausing: NodeJS.Timeout | undefined;
      own.onEnd(() => clearTimeout(pausing));
      return within(
        new Promise((resolve) => {
          pausing = setTimeout(resolve, ms);
        }),
      );
    },
    close: () => {
      clearTimeout(timer);
      commit();
    },
  };
}
