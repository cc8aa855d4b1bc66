import type { Output } from '../operations/index.ts';

/** Why the change in progress of an entity will fail, as replies will then say. */
export interface PlannedFailure {
  readonly reason: string;
  /** The `errorType` in a changeset's `errorInfo`. */
  readonly errorType?: NonNullable<Output<'GetKxChangeset'>['errorInfo']>['errorType'];
}
