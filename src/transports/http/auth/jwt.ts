import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
} from 'jose';
import { quoteUntrusted } from '../../../untrusted.ts';
import { causeOf } from '../../cause.ts';
import { namesAudience } from './audience.ts';
import { type Holder, REQUESTABLE } from './scopes.ts';

export interface Issuer {
  /** The issuer exactly as its tokens name it. */
  readonly issuer: string;
  /** URL of its keys; found through its metadata when omitted. */
  readonly jwks?: string | undefined;
  readonly now: () => number;
}

/** The holder of a token, and its expiry in milliseconds. */
export interface VerifiedToken extends Holder {
  readonly expiresMs: number;
}

/** Asymmetric signatures only: `none` and shared secrets are never accepted. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const CLOCK_TOLERANCE_S = 5;
const FETCH_MS = 5_000;
/** How long keys are used before they are fetched again. */
const KEYS_MS = 30_000;

export interface JwtVerifier {
  /** The holder of a token. Rejects with `InvalidToken`, or with `IssuerUnreachable` if keys that it needs cannot be fetched. */
  verify(token: string, audience: readonly string[]): Promise<VerifiedToken>;
  /** Resolves when the cached keys still count, or keys can be fetched. Rejects with `IssuerUnreachable`. */
  ready(): Promise<void>;
}

/** Verifies access tokens of one issuer. */
export function jwtVerifier({ issuer, jwks, now }: Issuer): JwtVerifier {
  let finding: Promise<{ url: string; keySet: KeySet }> | undefined;
  const keys = () => {
    finding ??= (jwks === undefined ? discover(issuer) : Promise.resolve(jwks))
      .then((url) => ({ url, keySet: createRemoteJWKSet(new URL(url), { timeoutDuration: FETCH_MS }) }))
      .catch((error) => {
        finding = undefined;
        throw error;
      });
    return finding;
  };

  const ready = async () => {
    const { url, keySet } = await keys();
    if (keySet.fresh) return;
    const response = await get(url).catch((error) => Promise.reject(unreachable(error)));
    if (!response.ok) throw new IssuerUnreachable(`HTTP ${response.status} for its keys`);
    await response
      .json()
      .then((keys) => createLocalJWKSet(keys as JSONWebKeySet))
      .catch((error) => Promise.reject(unreachable(error)));
  };
  const refresh = refresher(now);
  const verify: JwtVerifier['verify'] = async (token, audience) => {
    const { keySet } = await keys();
    await refresh(keySet);
    try {
      const { payload } = await jwtVerify(token, keySet, {
        issuer,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['exp', 'sub', 'aud'],
        currentDate: new Date(now()),
      });
      if (!namesAudience(payload.aud, audience))
        throw new InvalidToken(`The token is for another audience; aud must contain ${audience[0]}`);
      return {
        principal: `oauth:${subjectOf(payload)}`,
        scopes: scopesIn(payload),
        attainable: REQUESTABLE,
        expiresMs: (payload.exp ?? 0) * 1_000,
      };
    } catch (error) {
      if (error instanceof InvalidToken) throw error;
      throw isFetchFailure(error) ? unreachable(error) : new InvalidToken(problemOf(error, token, issuer));
    }
  };
  return { verify, ready };
}

type KeySet = ReturnType<typeof createRemoteJWKSet>;

/**
 * Fetches keys again that are old, so that those which the issuer has revoked no longer count. If that fails, the old ones count for
 * up to ten minutes, which is the limit of jose.
 */
function refresher(now: () => number) {
  let fetchedMs = 0;
  return async (keySet: KeySet): Promise<void> => {
    if (Math.abs(now() - fetchedMs) < KEYS_MS) return;
    fetchedMs = now();
    // The first verification fetches them.
    if (keySet.jwks() !== undefined) await keySet.reload().catch(() => {});
  };
}

/**
 * Whether the keys could not be fetched, which says nothing about the token. `fetch` fails without a code, or with one of the system; a
 * reply that is an error, or is not JSON, fails with the general code of jose.
 */
function isFetchFailure(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === undefined || FETCH_FAILURES.has(code);
}
const FETCH_FAILURES = new Set([
  errors.JWKSTimeout.code,
  errors.JWKSInvalid.code,
  errors.JOSEError.code,
  'ECONNREFUSED',
  'ENOTFOUND',
]);

/** Why a token is rejected, for its holder; repeats nothing that it contains. */
function problemOf(error: unknown, token: string, issuer: string): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.claim === 'iss' ? FOREIGN : (CLAIM_PROBLEMS[error.claim] ?? `The claim ${error.claim} is not valid`);
  if (error instanceof errors.JWKSMultipleMatchingKeys) return issuerIn(token) === issuer ? AMBIGUOUS : FOREIGN;
  if (SIGNATURE_FAILURES.has((error as { code?: string }).code)) return issuerIn(token) === issuer ? UNSIGNED : FOREIGN;
  return 'The token is not a valid JWT';
}

/** The issuer that a token names, not verified. */
function issuerIn(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

const FOREIGN = 'The token is from another issuer';
const UNSIGNED = 'The token is not signed with a key of its issuer';
const AMBIGUOUS = 'The token does not say which of the keys of its issuer signed it (kid)';
const CLAIM_PROBLEMS: Readonly<Record<string, string>> = {
  exp: 'The token has no valid expiry (claim exp)',
  sub: 'The claim sub of the token is missing',
  aud: 'The token has no audience (claim aud)',
  nbf: 'The token is not valid yet',
};
const SIGNATURE_FAILURES: ReadonlySet<unknown> = new Set([
  errors.JWSSignatureVerificationFailed.code,
  errors.JWKSNoMatchingKey.code,
  errors.JOSEAlgNotAllowed.code,
]);

/** `scope` as RFC 9068 has it, or `scp` as some issuers do. */
function scopesIn({ scope, scp }: JWTPayload & { scope?: unknown; scp?: unknown }): string[] {
  const given = scope ?? scp ?? '';
  if (typeof given === 'string') return given.split(' ');
  if (Array.isArray(given) && given.every((each) => typeof each === 'string')) return given;
  throw new InvalidToken('The claim scope of the token is neither a string nor a list of strings');
}

/** The holder of a token. This name decides whose plans and sessions it may use, so it contains nothing invisible. */
function subjectOf({ sub }: { readonly sub?: unknown }): string {
  if (typeof sub === 'string' && SUBJECT.test(sub)) return sub;
  throw new InvalidToken('The claim sub of the token is not a string of 1 to 255 visible characters');
}

/** The maximum length in OpenID Connect; no leading or trailing space, and no invisible characters. */
const SUBJECT = /^(?=.{1,255}$)(?!\s)[^\p{C}\p{Zl}\p{Zp}]*(?<!\s)$/u;

const get = (url: string) => fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_MS) });

/** The `jwks_uri` of an issuer, from its metadata at the paths of RFC 8414 and OpenID Connect. */
async function discover(issuer: string): Promise<string> {
  const { origin, pathname, protocol } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const urls = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  let cause = '';
  let problem: string | undefined;
  for (const metadataUrl of urls) {
    const response = await get(metadataUrl).catch((error) => {
      cause ||= causeOf(error);
      return null;
    });
    if (response?.ok === false) cause ||= `HTTP ${response.status} for its metadata`;
    const metadata = response?.ok ? ((await response.json().catch(() => ({}))) as Metadata | null) : null;
    const uri = metadata?.issuer === issuer ? metadata.jwks_uri : undefined;
    if (typeof uri === 'string' && URL.canParse(uri) && new URL(uri).protocol === protocol) return uri;
    if (metadata !== null) problem ??= problemOfMetadata(metadata, issuer);
  }
  throw new IssuerUnreachable(problem ?? (cause || 'it has no metadata'));
}

/** Many issuers end in a slash, which --auth-issuer must then have, too. */
const problemOfMetadata = ({ issuer }: Metadata, expected: string) =>
  issuer === expected || typeof issuer !== 'string'
    ? 'its metadata has no usable jwks_uri'
    : `its metadata names the issuer ${quoteUntrusted(issuer, 300)}, which --auth-issuer must equal`;

const unreachable = (error: unknown) => new IssuerUnreachable(causeOf(error));

interface Metadata {
  readonly issuer?: string;
  readonly jwks_uri?: string;
}

/** A rejected token; the message is for its holder. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken';
}

/** The keys of the issuer are unavailable; the message is the cause. */
export class IssuerUnreachable extends Error {
  override readonly name = 'IssuerUnreachable';
}
