import { setMaxListeners } from 'node:events';
import { cancelled, timedOut } from './diagnosed-error.ts';

/** What can end a call early: its time limit, and the caller. */
export interface Bounds {
  readonly signal: AbortSignal;
  /** From here on, the caller's cancel no longer counts. */
  commit(): void;
  /** Whether enough time would be left after a pause of `ms`. */
  leaveTimeFor(ms: number): boolean;
  /** The outcome of `work`, or a rejection as soon as the call must end. */
  within<T>(work: Promise<T>): Promise<T>;
  /** Releases the timer and the listener. */
  close(): void;
}

/** Infinite milliseconds: only the caller ends the call. */
export function callBounds(callMs: number, cancel: AbortSignal | undefined): Bounds {
  const controller = new AbortController();
  const { signal } = controller;
  const endsAt = performance.now() + callMs;
  const end = () => controller.abort(timedOut('The call', callMs));
  const timer = callMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(end, callMs);
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  ended.catch(() => {});

  const onCancel = () => controller.abort(cancelled());
  const commit = () => cancel?.removeEventListener('abort', onCancel);
  if (cancel?.aborted) onCancel();
  else if (cancel !== undefined) {
    // Listeners on one signal: as many as one request makes calls at the same time.
    setMaxListeners(0, cancel);
    cancel.addEventListener('abort', onCancel, { once: true });
  }

  return {
    signal,
    commit,
    leaveTimeFor: (ms) => !signal.aborted && performance.now() + ms < endsAt,
    within: (work) => Promise.race([work, ended]),
    close: () => {
      clearTimeout(timer);
      commit();
    },
  };
}
