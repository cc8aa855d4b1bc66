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

/** The cause of a refusal: a modelled error, or a kind of conflict. */
export type Ground = ErrorCode | 'TokenReused';

/** The service rejects the request with a modelled error. The request had no effect. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly error: ErrorName;
  /** Only for conflicts. */
  readonly reason: string | undefined;

  constructor(ground: Ground, message: string) {
    super(message);
    this.error = isConflict(ground) ? 'Conflict' : ground;
    this.reason = isConflict(ground) ? CONFLICTS[ground] : undefined;
  }
}

const isConflict = (ground: Ground): ground is Conflict => Object.hasOwn(CONFLICTS, ground);

/** Throws a `Refusal` for a problem. */
export function refuse(problem: Problem | undefined): void {
  if (problem !== undefined) throw refusalFor(problem);
}

/** A problem as the service reports it. */
export const refusalFor = ({ error, words }: Problem): Refusal => new Refusal(error, words);

/** Throws a `Refusal` unless `holds`. */
export function requireThat(holds: boolean, ground: Ground, message: string): asserts holds {
  if (!holds) throw new Refusal(ground, message);
}
