import { type Rejection, reject } from '../rejection.ts';
import { REQUESTABLE } from './scopes.ts';

/** One MCP endpoint as an OAuth 2.1 protected resource. */
export interface ProtectedResource {
  /** Its URL as clients see it, which is also the audience of their tokens. */
  readonly url: string;
  /** Where its metadata (RFC 9728) can be fetched; undefined without an issuer. */
  readonly metadataUrl: string | undefined;
}

/** The protected resource at `path` of a server. */
export function protectedResource(base: string, path: string, issuer: string | undefined): ProtectedResource {
  const { origin, pathname } = new URL(base);
  const prefix = pathname.replace(/\/$/, '');
  return {
    url: `${origin}${prefix}${path}`,
    metadataUrl: issuer === undefined ? undefined : `${origin}${metadataPath(`${prefix}${path}`)}`,
  };
}

export const metadataPath = (path: string) => `/.well-known/oauth-protected-resource${path}`;

/** The metadata document, for clients that look for the authorization server. */
export function metadata({ url }: ProtectedResource, issuer: string): Response {
  return Response.json(
    {
      resource: url,
      authorization_servers: [issuer],
      scopes_supported: REQUESTABLE,
      bearer_methods_supported: ['header'],
      resource_name: 'FinSpace MCP',
    },
    { headers: { 'cache-control': 'public, max-age=3600', 'access-control-allow-origin': '*' } },
  );
}

/** The response to a request without a token, or with an invalid one. */
export function unauthorized({ metadataUrl }: ProtectedResource, problem?: string): Rejection {
  const challenge = challengeWith({
    ...(problem === undefined ? {} : { error: 'invalid_token', error_description: problem }),
    scope: 'finspace:read',
    resource_metadata: metadataUrl,
  });
  return reject(401, problem ?? 'A bearer token is needed.', { 'www-authenticate': challenge });
}

/** The response to a request whose token lacks a scope; `scopes` are those that its next token should have. */
export function insufficientScope({ metadataUrl }: ProtectedResource, scopes: readonly string[]): Rejection {
  const scope = scopes.join(' ');
  const problem = `The token lacks a scope: request a token with ${scope}`;
  const challenge = challengeWith({
    error: 'insufficient_scope',
    scope,
    resource_metadata: metadataUrl,
    error_description: problem,
  });
  return reject(403, problem, { 'www-authenticate': challenge });
}

const challengeWith = (given: Record<string, string | undefined>) =>
  `Bearer ${Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')}`;
