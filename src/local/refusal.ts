import type { ErrorName } from '../operations/errors.ts';

/** What `ConflictException.reason` says, by the kind of conflict. */
const CONFLICTS = {
  NameTaken: 'NAME_TAKEN',
  InUse: 'RESOURCE_IN_USE',
  WrongState: 'INVALID_STATE',
  AlreadySet: 'ALREADY_SET',
  TokenReused: 'CLIENT_TOKEN_REUSED',
} as const;

type Conflict = keyof typeof CONFLICTS;

/** Why a request is refused: one of the modelled errors, or a kind of conflict. */
export type Ground = Exclude<ErrorName, 'Conflict'> | Conflict;

/** The service says no, in the words of one modelled error. Nothing of the request has happened. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly error: ErrorName;
  /** Of a conflict only. */
  readonly reason: string | undefined;

  constructor(ground: Ground, message: string) {
    super(message);
    this.error = isConflict(ground) ? 'Conflict' : ground;
    this.reason = isConflict(ground) ? CONFLICTS[ground] : undefined;
  }
}

const isConflict = (ground: Ground): ground is Conflict => Object.hasOwn(CONFLICTS, ground);

/** Throws a `Refusal` unless `holds`. */
export function demand(holds: boolean, ground: Ground, message: string): asserts holds {
  if (!holds) throw new Refusal(ground, message);
}

/** What a member breaks that the model does not constrain; what it does constrain is told with the number of errors before it. */
export const violation = (member: string, rule: string): string =>
  `Value at '${member}' failed to satisfy constraint: ${rule}`;
