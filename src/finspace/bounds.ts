import { oncePer } from '../once-per.ts';
import { cancelled, timedOut } from './diagnosed-error.ts';
import { type Ending, ending } from './ending.ts';

/** What can end a call early: its time limit, and the caller. */
export interface Bounds {
  readonly ending: Ending;
  /** Replaces the time limit by one that begins now. */
  restart(ms: number): void;
  /** From here on, the caller's cancel no longer counts. */
  commit(): void;
  /** Whether the call would still have time after a pause of `ms`. */
  leaveTimeFor(ms: number): boolean;
  /** The outcome of `work`, or a rejection as soon as the call must end. */
  within<T>(work: Promise<T>): Promise<T>;
  /** Waits. Rejects as soon as the call must end. */
  pause(ms: number): Promise<void>;
  /** Releases the timer and the listener. */
  close(): void;
}

/** Calls a function when a signal aborts, until the returned function is called. */
type OnAbort = (listener: () => void) => () => void;

/** One listener on the signal for all calls of a request at the same time, because adding one costs as much as a small call. */
const onAbortOf = oncePer((signal: AbortSignal): OnAbort => {
  const listeners = new Set<() => void>();
  const callAll = () => listeners.forEach((listener) => void listener());
  return (listener) => {
    if (listeners.size === 0) signal.addEventListener('abort', callAll, { once: true });
    listeners.add(listener);
    return () => {
      if (listeners.delete(listener) && listeners.size === 0) signal.removeEventListener('abort', callAll);
    };
  };
});

/** The bounds of a call that begins now. If the limit is infinite, only the caller ends the call. */
export function callBounds(limitMs: number, cancel: AbortSignal | undefined): Bounds {
  const callEnding = ending();
  let endsAt = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const restart = (ms: number) => {
    clearTimeout(timer);
    endsAt = performance.now() + ms;
    const end = () => callEnding.end(timedOut('The call', ms));
    timer = ms === Number.POSITIVE_INFINITY ? undefined : setTimeout(end, ms);
  };
  restart(limitMs);
  const ended = new Promise<never>((_, reject) => {
    callEnding.onEnd(reject);
  });
  ended.catch(() => {});

  const onCancel = () => callEnding.end(cancelled());
  if (cancel?.aborted) onCancel();
  const ignoreCancel = cancel === undefined ? () => {} : onAbortOf(cancel)(onCancel);

  const within = <T>(work: Promise<T>) => Promise.race([work, ended]);
  return {
    ending: callEnding,
    restart,
    commit: ignoreCancel,
    leaveTimeFor: (ms) => !callEnding.isEnded && performance.now() + ms < endsAt,
    within,
    pause: (ms) => {
      let pausing: NodeJS.Timeout | undefined;
      callEnding.onEnd(() => clearTimeout(pausing));
      return within(
        new Promise((resolve) => {
          pausing = setTimeout(resolve, ms);
        }),
      );
    },
    close: () => {
      clearTimeout(timer);
      ignoreCancel();
    },
  };
}
