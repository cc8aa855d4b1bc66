/** Whether a status is a failure, final, or transitional. */
export type StatusClass = 'failed' | 'settled' | 'underway';

/** What a status means, and what follows it. */
export interface StatusMeaning<S extends string = string> {
  readonly is: StatusClass;
  /** How far a deletion is, if this is the status of one. */
  readonly deletion?: 'in progress' | 'done' | 'failed';
  /** What ends a transitional status; undefined for one that the local service never shows. */
  readonly next?: Transition<S>;
}

/** The end of a transitional status. */
export interface Transition<S extends string = string> {
  readonly to: S | typeof GONE;
  /** Milliseconds with `--lifecycle realistic`, unless the operation that starts it sets another duration. */
  readonly after: number;
  /** The status after a failure, caused by a fault or a world file. */
  readonly failing?: S;
}

/** Instead of a next status: the entity ceases to exist. */
export const GONE = 'GONE';

export const settled: StatusMeaning<never> = { is: 'settled' };
export const failed: StatusMeaning<never> = { is: 'failed' };
export const deleted: StatusMeaning<never> = { is: 'settled', deletion: 'done' };
export const deletionFailed: StatusMeaning<never> = { is: 'failed', deletion: 'failed' };

/** A transitional status; `after` is what clients of FinSpace observed or, where nothing is known, our estimate. */
export const underway = <const S extends string = never>(to?: S, after = 0, more: { readonly failing?: S } = {}) =>
  ({ is: 'underway', ...(to === undefined ? {} : { next: { to, after, ...more } }) }) as StatusMeaning<
    Exclude<S, typeof GONE>
  >;

/** The transitional status of a deletion. */
export const leaving = <const S extends string = never>(...given: Parameters<typeof underway<S>>) => ({
  ...underway(...given),
  deletion: 'in progress' as const,
});

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
