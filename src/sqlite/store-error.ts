import { ErrorForPeople } from '../error-for-people.ts';

/** Why a state file or a shared store cannot be used: one line that names it. */
export class StoreError extends ErrorForPeople {
  override readonly name = 'StoreError';
  /** The same without the name, for callers who must not see it; absent if no request can cause it. */
  readonly why: string | undefined;
  /** The part of the message that says what a person can do about it, if it says so. */
  readonly advice: string | undefined;

  constructor(message: string, { why, advice, ...options }: ErrorOptions & { why?: string; advice?: string } = {}) {
    super(message, options);
    this.why = why;
    this.advice = advice;
  }
}
