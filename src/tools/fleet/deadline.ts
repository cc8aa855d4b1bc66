/** Shorter than the timeout of common clients, with room for the reads in progress. */
export const PATIENCE_MS = 45_000;

/** Starts the time of a question. `signal` aborts when the tool has to answer with what it has read; `end` stops the timer. */
export function startDeadline(): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), PATIENCE_MS);
  return { signal: controller.signal, end: () => clearTimeout(timer) };
}
