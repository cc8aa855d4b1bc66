import type { WireRequest } from '../operations/exchange.ts';
import { type World, worldOf } from './context.ts';
import type { Credential } from './credentials.ts';
import { DoorError } from './door-error.ts';
import { signedBy } from './signature.ts';

/** The account of everybody, unless the service is told another. */
export const DEFAULT_ACCOUNT = '111122223333';
const DEFAULT_REGION = 'us-east-1';

export interface Caller {
  readonly world: World;
  /** The IAM role that the caller acts in, `null` when it acts in none, undefined when nobody checks. */
  readonly role?: string | null | undefined;
}

export interface Door {
  readonly account: string;
  /** Whose signatures are good; anybody's when this is missing. */
  readonly credentials?: readonly Credential[] | undefined;
  readonly now: number;
}

/** Who sent a request and which world it is about, by the region in its signature. Throws `DoorError` for one that is not let in. */
export function callerOf(request: WireRequest, { account, credentials, now }: Door): Caller {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    throw new DoorError(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const scope = /Credential=[^/,\s]+\/\d{8}\/([a-z0-9-]{1,25})\//.exec(authorization);
  const world = worldOf(account, scope?.[1] ?? DEFAULT_REGION);
  if (credentials === undefined) return { world };
  return { world, role: signedBy(request, credentials, now).role ?? null };
}
