import { type World, worldOf } from './context.ts';

/** The account of everybody, unless the service is told another. */
export const DEFAULT_ACCOUNT = '111122223333';
const DEFAULT_REGION = 'us-east-1';

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

/** The world that a request is about, by the region in its signature. Any credentials are good. */
export function callerWorld(request: Request, account: string): World {
  const authorization = request.headers.get('authorization');
  if (authorization === null) {
    throw new DoorError(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const scope = /Credential=[^/,\s]+\/\d{8}\/([a-z0-9-]{1,25})\//.exec(authorization);
  return worldOf(account, scope?.[1] ?? DEFAULT_REGION);
}
