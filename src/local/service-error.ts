import type { ErrorCode, Problem } from '../kinds/model.ts';
import type { ErrorName } from '../operations/errors.ts';

/** `ConflictException.reason`, by the kind of conflict. */
const CONFLICTS = {
  NameTaken: 'NAME_TAKEN',
  InUse: 'RESOURCE_IN_USE',
  WrongState: 'INVALID_STATE',
  AlreadySet: 'ALREADY_SET',
  TokenReused: 'CLIENT_TOKEN_REUSED',
} as const;

type Conflict = keyof typeof CONFLICTS;

/** The cause of a service error: a modelled error, or a kind of conflict. */
export type ServiceErrorCode = ErrorCode | 'TokenReused';

/** The service rejects the request with a modelled error. The request had no effect. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly error: ErrorName;
  /** Only for conflicts. */
  readonly reason: string | undefined;

  constructor(code: ServiceErrorCode, message: string) {
    super(message);
    this.error = isConflict(code) ? 'Conflict' : code;
    this.reason = isConflict(code) ? CONFLICTS[code] : undefined;
  }
}

const isConflict = (code: ServiceErrorCode): code is Conflict => Object.hasOwn(CONFLICTS, code);

/** Throws a `ServiceError` for a problem, if there is one. */
export function requireNoProblem(problem: Problem | undefined): void {
  if (problem !== undefined) throw serviceErrorFor(problem);
}

export const serviceErrorFor = ({ error, message }: Problem): ServiceError => new ServiceError(error, message);

/** Throws a `ServiceError` unless a condition is met. */
export function requireThat(condition: boolean, code: ServiceErrorCode, message: string): asserts condition {
  if (!condition) throw new ServiceError(code, message);
}
