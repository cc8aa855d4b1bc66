import { ErrorForPeople } from '../error-for-people.ts';

/** Why a person cannot approve here; the message is one line for people. */
export class ApproverError extends ErrorForPeople {
  override readonly name = 'ApproverError';
  /** Whether another passphrase might work. */
  readonly wrongPassphrase: boolean;

  constructor(
    message: string,
    { wrongPassphrase = false, ...options }: ErrorOptions & { wrongPassphrase?: boolean } = {},
  ) {
    super(message, options);
    this.wrongPassphrase = wrongPassphrase;
  }
}
