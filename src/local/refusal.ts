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
export type RefusalCode = ErrorCode | 'TokenReused';

/** The service rejects the request with a modelled error. The request had no effect. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly error: ErrorName;
  /** Only for conflicts. */
  readonly reason: string | undefined;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.error = isConflict(code) ? 'Conflict' : code;
    this.reason = isConflict(code) ? CONFLICTS[code] : undefined;
  }
}

const isConflict = (code: RefusalCode): code is Conflict => Object.hasOwn(CONFLICTS, code);

/** Throws a `Refusal` for a problem. */
export function refuse(problem: Problem | undefined): void {
  if (problem !== undefined) throw refusalFor(problem);
}

/** A problem as the service reports it. */
export const refusalFor = ({ error, words }: Problem): Refusal => new Refusal(error, words);

/** Throws a `Refusal` unless `holds`. */
export function requireThat(holds: boolean, code: RefusalCode, message: string): asserts holds {
  if (!holds) throw new Refusal(code, message);
}
