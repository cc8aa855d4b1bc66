import type { Call, CallOptions } from './index.ts';

/** A Call that has some options by default. */
export const withOptions =
  (call: Call, defaults: CallOptions): Call =>
  (name, input, options) =>
    call(name, input, { ...defaults, ...options });

/** A Call that makes at most `maxCalls` calls at a time; the others are queued. */
export function limitConcurrency(
  call: Call,
  maxCalls: number,
  onProgress?: (done: number, needed: number) => void,
): Call {
  const waiting: (() => void)[] = [];
  let running = 0;
  let needed = 0;
  let done = 0;
  return async (name, input, options) => {
    needed += 1;
    if (running >= maxCalls) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await call(name, input, options);
    } finally {
      done += 1;
      onProgress?.(done, needed);
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/** A Call for a short task: identical reads within it share one call. */
export function deduplicated(call: Call): Call {
  const replies = new Map<string, Promise<unknown>>();
  return (name, input, options) => {
    const key = JSON.stringify([name, input]);
    const reply = replies.get(key) ?? call(name, input, options);
    replies.set(key, reply);
    return reply as never;
  };
}
