import { isTransient } from '../errors.ts';
import { type Connections, resultOf } from './connections.ts';
import { type FirstRead, firstReads } from './first-read.ts';
import type { Range } from './range.ts';

/** Maximum concurrent statements, and maximum reads in one. */
const [MAX_STATEMENTS, MAX_READS] = [2, 100];

export type BatchedRead = (range: Range) => Promise<FirstRead>;

interface WaitingRead {
  readonly range: Range;
  readonly resolve: (firstRead: FirstRead) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads that arrive while others run share the next statement, which costs hardly more than a single read. */
export function batchedReads(connections: Connections): BatchedRead {
  const waiting: WaitingRead[] = [];
  let running = 0;
  const read = async (ranges: readonly Range[]) =>
    resultOf(await connections.lend(undefined, (session) => firstReads(session, ranges)));
  const settle = async (batch: readonly WaitingRead[]): Promise<void> => {
    try {
      const found = await read(batch.map(({ range }) => range));
      for (const [at, { resolve }] of batch.entries()) resolve(found[at] as FirstRead);
    } catch (error) {
      // One read must not fail because of another.
      if (batch.length > 1 && !isTransient(error)) await Promise.all(batch.map((one) => settle([one])));
      else for (const { reject } of batch) reject(error);
    }
  };
  const serve = async (): Promise<void> => {
    if (running === MAX_STATEMENTS) return;
    running += 1;
    while (waiting.length > 0) await settle(waiting.splice(0, MAX_READS));
    running -= 1;
  };
  return (range) =>
    new Promise((resolve, reject) => {
      waiting.push({ range, resolve, reject });
      void serve();
    });
}
