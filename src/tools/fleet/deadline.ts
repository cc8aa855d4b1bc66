/** Shorter than the timeout of common clients, with room for the reads in progress. */
export const PATIENCE_MS = 45_000;

/** Aborts when a question has taken so long that it has to answer with what it knows. */
export function startDeadline(): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), PATIENCE_MS);
  return { signal: controller.signal, end: () => clearTimeout(timer) };
}
