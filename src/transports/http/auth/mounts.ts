import { oncePer } from '../../../once-per.ts';
import { LOCAL_CALLER } from '../../../safety/policy.ts';
import type { Mount } from '../app.ts';
import type { Endpoint } from '../endpoint.ts';
import { reject } from '../rejection.ts';
import type { Authenticate } from './authorize.ts';
import { insufficientScope, metadata, metadataPath, type ProtectedResource } from './resource.ts';
import {
  type AllowedScopes,
  type OperationsCalledBy,
  type Scope,
  type ScopedCaller,
  scopedCaller,
  scopesToRequest,
  withIncludedScopes,
} from './scopes.ts';

/** An endpoint that everyone who reaches it may use as the local user. */
export function openMount(endpoint: Endpoint, allowedScopes: AllowedScopes | undefined): Mount {
  const { principal } = LOCAL_CALLER;
  const scopes = allowedScopes?.(principal);
  const caller = scopes === undefined ? LOCAL_CALLER : scopedCaller({ principal, scopes });
  return {
    endpoint,
    authenticate: () => (allowedScopes !== undefined && scopes === undefined ? unknownTarget() : caller),
  };
}

/** An endpoint that requires tokens and limits callers to their scopes, and to those that its target allows. */
export function authorizedMount(
  endpoint: Endpoint,
  authenticate: Authenticate,
  resource: () => ProtectedResource,
  allowedScopes: AllowedScopes | undefined,
  operationsCalledBy: OperationsCalledBy,
): Mount {
  /** A caller with those of its scopes that the target allows; undefined if it may not use the target. */
  const narrowed = oncePer((caller: ScopedCaller): ScopedCaller | undefined => {
    if (allowedScopes === undefined) return caller;
    const scopes = allowedScopes(caller.principal);
    if (scopes === undefined) return undefined;
    const allowed = withIncludedScopes(scopes);
    const remaining = (given: ReadonlySet<Scope>) => [...given].filter((scope) => allowed.has(scope));
    return scopedCaller({
      principal: caller.principal,
      scopes: remaining(caller.scopes),
      attainable: remaining(caller.attainable),
    });
  });
  return {
    endpoint,
    authenticate: async (request) => {
      const caller = await authenticate(request, resource());
      return caller instanceof Response ? caller : (narrowed(caller) ?? unknownTarget());
    },
    authorize: (caller, body) => {
      const needed = scopesToRequest(body, caller as ScopedCaller, operationsCalledBy);
      if (needed === undefined) return undefined;
      const allowed = allowedScopes && withIncludedScopes(allowedScopes(caller.principal) ?? []);
      const closed = needed.filter((scope) => allowed?.has(scope) === false);
      return closed.length > 0 ? closedByTarget(closed) : insufficientScope(resource(), needed);
    },
  };
}

/** Without a challenge, because no other token would help. */
const closedByTarget = (scopes: readonly string[]) =>
  reject(
    403,
    `This named target does not allow you ${scopes.join(' ')}; its operator can ("allow" in the --targets file).`,
  );

/** Does not reveal whether the named target exists. */
const unknownTarget = () => reject(404, 'There is no such named target, or you have no access to it.');

/** The metadata of a resource, at every path where a client may look for it. */
export function metadataPages(path: string, resource: () => ProtectedResource, issuer: string) {
  const page = () => metadata(resource(), issuer);
  const paths = [path, new URL(resource().url).pathname];
  return Object.fromEntries(paths.map((each) => [metadataPath(each), page]));
}
