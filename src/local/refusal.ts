import type { ErrorName } from '../operations/errors.ts';

/** The service says no, in the words of one modelled error. Nothing of the request has happened. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly error: ErrorName;

  constructor(error: ErrorName, message: string) {
    super(message);
    this.error = error;
  }
}

/** Throws a `Refusal` unless `holds`. */
export function demand(holds: boolean, error: ErrorName, message: string): asserts holds {
  if (!holds) throw new Refusal(error, message);
}
