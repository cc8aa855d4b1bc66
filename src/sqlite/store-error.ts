import { ErrorForPeople } from '../error-for-people.ts';

/** Why a state file, a shared store or a file that is read into it cannot be used: one line that names it. */
export class StoreError extends ErrorForPeople {
  override readonly name = 'StoreError';
  /** The reason without the name of the file or store, which callers must not see; absent if no request can cause it. */
  readonly why: string | undefined;
  /** The part of the message that says what a person can do about it, if it says so. */
  readonly advice: string | undefined;

  constructor(message: string, { why, advice, ...options }: ErrorOptions & { why?: string; advice?: string } = {}) {
    super(message, options);
    this.why = why;
    this.advice = advice;
  }
}
