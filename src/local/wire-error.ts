/** A request that AWS rejects before the service sees it, with an error outside the FinSpace model. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}
