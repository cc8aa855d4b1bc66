/** A request that AWS turns away at the door, with an error that the FinSpace model does not have. */
export class DoorError extends Error {
  override readonly name = 'DoorError';
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}
