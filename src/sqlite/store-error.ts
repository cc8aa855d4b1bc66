import { ErrorForPeople } from '../error-for-people.ts';

/** Why the state file cannot be used: one line that names the file. */
export class StoreError extends ErrorForPeople {
  override readonly name = 'StoreError';
  /** The same without the path, for callers who must not see it; absent if no request can cause it. */
  readonly why: string | undefined;

  constructor(message: string, { why, ...options }: ErrorOptions & { why?: string } = {}) {
    super(message, options);
    this.why = why;
  }
}
