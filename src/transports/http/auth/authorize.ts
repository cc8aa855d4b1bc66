import { createHash } from 'node:crypto';
import { bearerToken } from '../../../bearer-token.ts';
import { evictOldest } from '../../../evict-oldest.ts';
import { type Rejection, reject } from '../rejection.ts';
import { InvalidToken, IssuerUnreachable, jwtVerifier, type VerifiedToken } from './jwt.ts';
import { type ProtectedResource, unauthorized } from './resource.ts';
import { type ScopedCaller, scopedCaller } from './scopes.ts';
import { MIN_TOKEN_LENGTH, type StaticTokens } from './tokens.ts';

export interface AuthorizationOptions {
  readonly issuer?: string | undefined;
  readonly jwks?: string | undefined;
  /** Audiences that tokens may name besides the URL of the endpoint. */
  readonly audiences: readonly string[];
  readonly tokens?: StaticTokens | undefined;
  readonly now: () => number;
}

export type Authenticate = (request: Request, resource: ProtectedResource) => Promise<ScopedCaller | Rejection>;

export interface Authorization {
  readonly authenticate: Authenticate;
  /** The holder of a token that is valid for one of these URLs; undefined when it is not. Rejects with `IssuerUnreachable`. */
  readonly holderOf: (token: string, urls: readonly string[]) => Promise<VerifiedToken | undefined>;
  /** Resolves when tokens can be verified. Rejects with `IssuerUnreachable`. */
  readonly ready: () => Promise<void>;
}

const TOO_SHORT = `The token has fewer than ${MIN_TOKEN_LENGTH} characters, so it is not accepted`;

const MAX_REMEMBERED = 2_000;
/** How long a verified token is accepted before its signature is verified again. */
const REMEMBERED_MS = 30_000;

/**
 * Finds the caller of a request by its bearer token. The caller of a valid token is remembered for at most half a minute, by a
 * digest of token and endpoint; the token itself is neither stored nor passed on.
 */
export function authorization({ issuer, jwks, audiences, tokens, now }: AuthorizationOptions): Authorization {
  const jwt = issuer === undefined ? undefined : jwtVerifier({ issuer, jwks, now });
  const cache = new Map<string, { caller: ScopedCaller; sinceMs: number; untilMs: number }>();

  const verify = async (token: string, urls: readonly string[]): Promise<VerifiedToken> => {
    const fixed = tokens?.(token);
    if (fixed !== undefined && fixed.expiresMs <= now()) throw new InvalidToken('The token has expired');
    const found = fixed ?? (await jwt?.verify(token, [...urls, ...audiences]));
    if (found === undefined)
      throw new InvalidToken(token.length < MIN_TOKEN_LENGTH ? TOO_SHORT : 'The token is unknown');
    return found;
  };
  const holderOf: Authorization['holderOf'] = async (token, urls) => {
    try {
      return await verify(token, urls);
    } catch (error) {
      if (error instanceof InvalidToken) return undefined;
      throw error;
    }
  };

  const authenticate: Authenticate = async (request, resource) => {
    if (request.url.includes('?') && new URL(request.url).searchParams.has('access_token'))
      return unauthorized(resource, 'A token must not be in a URL');
    const token = bearerToken(request);
    if (token === undefined) return unauthorized(resource);
    const key = createHash('sha256').update(resource.url).update('\n').update(token).digest('base64');
    const cached = cache.get(key);
    const time = now();
    // The clock may have been set back.
    if (cached !== undefined && cached.sinceMs <= time && time < cached.untilMs) return cached.caller;
    cache.delete(key);
    try {
      const holder = await verify(token, [resource.url]);
      const caller = scopedCaller(holder);
      cache.set(key, { caller, sinceMs: time, untilMs: Math.min(holder.expiresMs, time + REMEMBERED_MS) });
      evictOldest(cache, MAX_REMEMBERED);
      return caller;
    } catch (error) {
      if (error instanceof InvalidToken) return unauthorized(resource, error.message);
      if (error instanceof IssuerUnreachable)
        return reject(503, `The keys of the token issuer are not available: ${error.message}`, { 'retry-after': '5' });
      throw error;
    }
  };
  return { authenticate, holderOf, ready: async () => jwt?.ready() };
}
