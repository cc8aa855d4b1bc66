import type { WireRequest } from '../operations/exchange.ts';
import { type Context, worldOf } from './context.ts';
import type { Credential } from './credentials.ts';
import { DEFAULT_REGION } from './defaults.ts';
import { signatureFieldsOf, verifiedCredential } from './signature.ts';
import { WireError } from './wire-error.ts';

/** The caller of a request, and its world, by the region in its signature. Throws `WireError` for a rejected request. */
export function callerOf(
  request: WireRequest,
  account: string,
  credentials: readonly Credential[] | undefined,
  now: number,
): Pick<Context, 'world' | 'role'> {
  const fields = signatureFieldsOf(request);
  if (fields === undefined) {
    throw new WireError(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  // The scope of Signature Version 4A has no region, so it does not identify a world.
  if (fields.algorithm === 'AWS4-ECDSA-P256-SHA256') {
    const message = `Unsupported AWS 'algorithm': '${fields.algorithm}'. Sign with AWS4-HMAC-SHA256, Signature Version 4.`;
    throw new WireError(403, 'IncompleteSignature', message);
  }
  const [, region = DEFAULT_REGION] = /^[^/\s]+\/\d{8}\/([a-z0-9-]{1,25})\//.exec(fields.credential) ?? [];
  const world = worldOf(account, region);
  if (credentials === undefined) return { world };
  return { world, role: verifiedCredential(request, fields, credentials, now).role ?? null };
}
