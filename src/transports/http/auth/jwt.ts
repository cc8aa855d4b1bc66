import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Holder } from './scopes.ts';

export interface Issuer {
  /** The issuer exactly as its tokens name it. */
  readonly issuer: string;
  /** Where its keys are; found through its metadata when left out. */
  readonly jwks?: string | undefined;
  readonly now: () => number;
}

/** A holder and when the token ends, in milliseconds. */
export interface VerifiedToken extends Holder {
  readonly expiresMs: number;
}

/** Asymmetric signatures only: `none` and shared secrets are never accepted. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const CLOCK_TOLERANCE_S = 5;
const FETCH_MS = 5_000;

/** Verifies access tokens of one issuer. The result rejects with `BadToken`, or with `IssuerUnreachable` when nobody can tell. */
export function jwtVerifier({ issuer, jwks, now }: Issuer) {
  let finding: Promise<JWTVerifyGetKey> | undefined;
  const keys = () => {
    finding ??= (jwks === undefined ? discover(issuer) : Promise.resolve(jwks))
      .then((url) => createRemoteJWKSet(new URL(url), { timeoutDuration: FETCH_MS }))
      .catch((error) => {
        finding = undefined;
        throw error;
      });
    return finding;
  };

  return async (token: string, audience: readonly string[]): Promise<VerifiedToken> => {
    const key = await keys();
    try {
      const { payload } = await jwtVerify(token, key, {
        issuer,
        audience: [...audience],
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['exp', 'sub'],
        currentDate: new Date(now()),
      });
      return {
        principal: `oauth:${subjectOf(payload)}`,
        scopes: scopesIn(payload),
        expiresMs: (payload.exp ?? 0) * 1_000,
      };
    } catch (error) {
      if (error instanceof BadToken) throw error;
      throw KEYS_UNKNOWN.has((error as { code?: string }).code ?? 'other') ? new IssuerUnreachable() : new BadToken();
    }
  };
}

/** Failures to get keys, which say nothing about the token. */
const KEYS_UNKNOWN = new Set([errors.JWKSTimeout.code, errors.JOSEError.code, 'other', 'ECONNREFUSED', 'ENOTFOUND']);

/** `scope` as RFC 9068 has it, or `scp` as some issuers do. */
function scopesIn({ scope, scp }: JWTPayload & { scope?: unknown; scp?: unknown }): string[] {
  const given = scope ?? scp ?? '';
  if (typeof given === 'string') return given.split(' ');
  if (Array.isArray(given) && given.every((each) => typeof each === 'string')) return given;
  throw new BadToken('The claim scope of the token is not text');
}

/** Whose a token is: this name decides whose plans and sessions it may use, so nothing else may be written the same. */
function subjectOf({ sub }: { readonly sub?: unknown }): string {
  if (typeof sub === 'string' && SUBJECT.test(sub)) return sub;
  throw new BadToken('The claim sub of the token is not text of 1 to 255 visible characters');
}

/** As long as OpenID Connect allows; neither blank at an end nor with anything hidden. */
const SUBJECT = /^(?=.{1,255}$)(?!\s)[^\p{C}\p{Zl}\p{Zp}]*(?<!\s)$/u;

/** The `jwks_uri` of an issuer, from its metadata as RFC 8414 or OpenID Connect place it. */
async function discover(issuer: string): Promise<string> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  for (const place of places) {
    const response = await fetch(place, { redirect: 'error', signal: AbortSignal.timeout(FETCH_MS) }).catch(() => null);
    const metadata = response?.ok ? ((await response.json().catch(() => null)) as Metadata | null) : null;
    const uri = metadata?.issuer === issuer ? metadata.jwks_uri : undefined;
    if (typeof uri === 'string' && uri.startsWith(new URL(issuer).protocol)) return uri;
  }
  throw new IssuerUnreachable();
}

interface Metadata {
  readonly issuer?: string;
  readonly jwks_uri?: string;
}

/** A token that counts for nothing; the message, if any, is for its holder. */
export class BadToken extends Error {
  override readonly name = 'BadToken';
}

export class IssuerUnreachable extends Error {
  override readonly name = 'IssuerUnreachable';
}
