import type { WireRequest } from '../operations/exchange.ts';
import { type World, worldOf } from './context.ts';
import type { Credential } from './credentials.ts';
import { DoorError } from './door-error.ts';
import { claimOf, signedBy } from './signature.ts';

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
  const claim = claimOf(request);
  if (claim === undefined) {
    throw new DoorError(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  // Its scope has no region, so that it could not be said which world is meant.
  if (claim.algorithm === 'AWS4-ECDSA-P256-SHA256') {
    const message = `Unsupported AWS 'algorithm': '${claim.algorithm}'. Sign with AWS4-HMAC-SHA256, Signature Version 4.`;
    throw new DoorError(403, 'IncompleteSignature', message);
  }
  const [, region = DEFAULT_REGION] = /^[^/\s]+\/\d{8}\/([a-z0-9-]{1,25})\//.exec(claim.scope) ?? [];
  const world = worldOf(account, region);
  if (credentials === undefined) return { world };
  return { world, role: signedBy(request, claim, credentials, now).role ?? null };
}
