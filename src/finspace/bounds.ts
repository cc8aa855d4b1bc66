import { setMaxListeners } from 'node:events';
import { cancelled, timedOut } from './diagnosed-error.ts';

/** What can end a call early: its time limit, and the caller. */
export interface Bounds {
  readonly signal: AbortSignal;
  /** Replaces the time limit by one that begins now. */
  restart(ms: number): void;
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
export function callBounds(limitMs: number, cancel: AbortSignal | undefined): Bounds {
  const controller = new AbortController();
  const { signal } = controller;
  let endsAt = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const restart = (ms: number) => {
    clearTimeout(timer);
    endsAt = performance.now() + ms;
    const end = () => controller.abort(timedOut('The call', ms));
    timer = ms === Number.POSITIVE_INFINITY ? undefined : setTimeout(end, ms);
  };
  restart(limitMs);
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
    restart,
    commit,
    leaveTimeFor: (ms) => !signal.aborted && performance.now() + ms < endsAt,
    within: (work) => Promise.race([work, ended]),
    close: () => {
      clearTimeout(timer);
      commit();
    },
  };
}
