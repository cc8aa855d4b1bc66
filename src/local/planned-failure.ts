import type { Output } from '../operations/index.ts';

/** Why the next status of an entity is a failure, as replies will say. */
export interface PlannedFailure {
  readonly reason: string;
  /** The `errorType` in a changeset's `errorInfo`. */
  readonly errorType?: NonNullable<Output<'GetKxChangeset'>['errorInfo']>['errorType'];
}
