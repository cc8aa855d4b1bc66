import { LOCAL_CALLER } from '../../../safety/policy.ts';
import type { Mount } from '../app.ts';
import type { Endpoint } from '../endpoint.ts';
import { reject } from '../rejection.ts';
import type { Authorize } from './authorize.ts';
import { insufficientScope, metadata, metadataPath, type ProtectedResource } from './resource.ts';
import { type Admits, type Needs, type Scope, type ScopedCaller, scopedCaller, scopesToRequest } from './scopes.ts';

/** An endpoint that everyone who reaches it may use as the local user. */
export function openMount(endpoint: Endpoint, admits: Admits | undefined): Mount {
  const targetScopes = admits?.(LOCAL_CALLER.principal);
  const caller =
    targetScopes === undefined
      ? LOCAL_CALLER
      : scopedCaller({ principal: LOCAL_CALLER.principal, scopes: targetScopes });
  return {
    endpoint,
    authenticate: () => (admits !== undefined && targetScopes === undefined ? unknownTarget() : caller),
  };
}

/** An endpoint that requires tokens and limits callers to their scopes, and to those that its target allows. */
export function authorizedMount(
  endpoint: Endpoint,
  authorize: Authorize,
  resource: () => ProtectedResource,
  admits: Admits | undefined,
  needs: Needs,
): Mount {
  /** By caller only, because the scopes that a target allows a principal never change. */
  const narrowed = new WeakMap<ScopedCaller, ScopedCaller>();
  const narrow = (caller: ScopedCaller, targetScopes: readonly string[]) => {
    let cached = narrowed.get(caller);
    if (cached === undefined) {
      const allowed = scopedCaller({ principal: caller.principal, scopes: targetScopes }).scopes;
      const remaining = (scopes: ReadonlySet<Scope>) => [...scopes].filter((scope) => allowed.has(scope));
      cached = scopedCaller({
        principal: caller.principal,
        scopes: remaining(caller.scopes),
        attainable: remaining(caller.attainable),
      });
      narrowed.set(caller, cached);
    }
    return cached;
  };
  return {
    endpoint,
    authenticate: async (request) => {
      const caller = await authorize(request, resource());
      if (caller instanceof Response || admits === undefined) return caller;
      const targetScopes = admits(caller.principal);
      return targetScopes === undefined ? unknownTarget() : narrow(caller, targetScopes);
    },
    authorize: (caller, body) => {
      const needed = scopesToRequest(body, caller as ScopedCaller, needs);
      if (needed === undefined) return undefined;
      const { principal } = caller;
      const allowed = admits && scopedCaller({ principal, scopes: admits(principal) ?? [] }).scopes;
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

/** The same response as for a named target that does not exist. */
const unknownTarget = () => reject(404, 'There is no such named target, or you have no access to it.');

/** The metadata of a resource, at every path where a client may look for it. */
export function metadataPages(path: string, resource: () => ProtectedResource, issuer: string) {
  const page = () => metadata(resource(), issuer);
  const places = [path, new URL(resource().url).pathname].map(metadataPath);
  return Object.fromEntries(places.map((place) => [place, page]));
}
