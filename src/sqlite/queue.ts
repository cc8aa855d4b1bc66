import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { asStoreError, isBusy, unusable } from './errors.ts';
import type { Outcome } from './transactions.ts';

const MAX_WAIT_MS = 8_000;
const PAUSE_SHARE = 0.5;
const MAX_PAUSE_MS = 50;
/** Larger batches would block the event loop. */
const MAX_TOGETHER = 64;

/** Runs work in turn; resolves with its result, and the milliseconds for which other processes delayed it. */
export type Queue = <T>(work: () => T | Promise<T>) => Promise<{ result: T; waitedMs: number }>;

/** First come, first served: one caller of this process at a time uses the connection and competes for the file. */
export function queue(path: string): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => T | Promise<T>) => {
    const turn = last.then(() => retryWhileLocked(path, work));
    last = turn.catch(() => {});
    return turn;
  };
}

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets `runBatch` run what is waiting, in order; each caller gets its result afterwards. A process that had to wait for the
 * file pauses afterwards, for up to half as long; otherwise it would lock the file again before the waiting
 * processes wake up.
 */
export function batches(
  path: string,
  enqueue: Queue,
  runBatch: (works: readonly (() => unknown)[]) => Promise<Outcome[]>,
) {
  const waiting: Waiting[] = [];
  let isRunning = false;
  let pauseEnd = 0;
  const run = async () => {
    isRunning = true;
    while (waiting.length > 0) {
      await nextTurn();
      const pauseMs = pauseEnd - performance.now();
      if (pauseMs > 0) await pause(pauseMs);
      const batch = waiting.splice(0, MAX_TOGETHER);
      try {
        const works = batch.map(({ work }) => work);
        const { result: outcomes, waitedMs } = await enqueue(() => runBatch(works));
        pauseEnd = performance.now() + Math.min(waitedMs * PAUSE_SHARE, MAX_PAUSE_MS);
        for (const [index, outcome] of outcomes.entries()) {
          if ('value' in outcome) batch[index]?.resolve(outcome.value);
          else batch[index]?.reject(asStoreError(path, outcome.error));
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    isRunning = false;
  };
  return <T>(work: () => T | Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
      if (!isRunning) void run();
    });
}

/** Repeats work while other processes lock the file. The longer it waits, the more often it tries. */
async function retryWhileLocked<T>(path: string, work: () => T | Promise<T>): Promise<{ result: T; waitedMs: number }> {
  const start = performance.now();
  for (let waitedMs = 0; ; waitedMs = performance.now() - start) {
    try {
      return { result: await work(), waitedMs };
    } catch (error) {
      if (!isBusy(error)) throw asStoreError(path, error);
      if (waitedMs > MAX_WAIT_MS) throw unusable(path, 'stays locked by another process');
      await pause(1 + Math.random() * Math.max(1, 7 - waitedMs / 20));
    }
  }
}
