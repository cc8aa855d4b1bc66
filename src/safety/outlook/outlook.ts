import type { Blocker } from '../blast/finding.ts';

/** What is to be expected of a call that makes or changes something, from reads alone. None of it keeps the call from being made. */
export interface Outlook {
  /** Why the service would refuse it. */
  readonly blockers: readonly Blocker[];
  /** What it takes although it cannot work. */
  readonly warnings: readonly Blocker[];
  /** How far quotas are used: `volumes per environment: 3 of 5`. */
  readonly quotas: readonly string[];
  /** What may make the service refuse it all the same. */
  readonly unchecked: readonly string[];
}

/** What one look adds to an outlook. */
export type Remark = Partial<Outlook>;

export const blocked = (...blockers: readonly Blocker[]): Remark => ({ blockers });

/** All remarks together, in their order, each thing that is not checked once. */
export function together(remarks: readonly Remark[]): Outlook {
  return {
    blockers: remarks.flatMap(({ blockers = [] }) => blockers),
    warnings: remarks.flatMap(({ warnings = [] }) => warnings),
    quotas: remarks.flatMap(({ quotas = [] }) => quotas),
    unchecked: [...new Set(remarks.flatMap(({ unchecked = [] }) => unchecked))],
  };
}
