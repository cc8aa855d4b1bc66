import type { TransientCause } from './diagnosed-error.ts';

/** The pause in milliseconds after an attempt, counted from 1, unless the endpoint asks for a longer one. */
export type Backoff = (attempt: number, cause: TransientCause) => number;

/** Exponential backoff with full jitter: first up to 200 ms, or up to 1 s when the service throttles; the limit doubles up to 20 s. */
export const fullJitter: Backoff = (attempt, cause) =>
  Math.random() * Math.min(MAX_PAUSE_MS, BASE_MS[cause] * 2 ** attempt);

const BASE_MS: Record<TransientCause, number> = { throttled: 500, transient: 100 };
const MAX_PAUSE_MS = 20_000;
