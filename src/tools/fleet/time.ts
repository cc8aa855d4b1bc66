/** Shorter than the timeout of common clients, with room for the reads in progress. */
export const PATIENCE_MS = 45_000;

/** Why something is missing that was not read in time, and how to go on. */
export const OUT_OF_TIME = 'not read in time: repeat the call, which goes on from what was read';

/** Aborts when a question has taken so long that it has to answer with what it knows. */
export function overtime(): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), PATIENCE_MS);
  return { signal: controller.signal, end: () => clearTimeout(timer) };
}
