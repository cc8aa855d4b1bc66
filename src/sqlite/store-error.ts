import { ErrorForPeople } from '../error-for-people.ts';

/** Why the state file cannot be used, in one line that names the file. */
export class StoreError extends ErrorForPeople {
  override readonly name = 'StoreError';
  /** The same without the file, for callers whom it does not concern; missing where a request cannot meet it. */
  readonly why: string | undefined;

  constructor(message: string, { why, ...options }: ErrorOptions & { why?: string } = {}) {
    super(message, options);
    this.why = why;
  }
}
