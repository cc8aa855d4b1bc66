import type { Passing } from './fault.ts';

/** The pause in milliseconds before the retry that follows attempt `attempt`, counted from 1. */
export type Backoff = (attempt: number, passing: Passing) => number;

/** Exponential backoff with full jitter, from 100 ms, or from 500 ms when the service throttles. */
export const fullJitter: Backoff = (attempt, passing) =>
  Math.random() * Math.min(LONGEST_MS, BASE_MS[passing] * 2 ** attempt);

const BASE_MS: Record<Passing, number> = { throttled: 500, transient: 100 };
const LONGEST_MS = 20_000;
