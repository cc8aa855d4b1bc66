import { statusClass } from '../inventory/kinds.ts';
import { listMember } from '../operations/derive.ts';
import { operationNamed } from '../operations/index.ts';
import type { ResourceKind } from './catalog.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;

/** How long clients may cache something. The cache is private, because the content depends on the caller. */
export interface CacheHints {
  readonly ttlMs: number;
  readonly cacheScope: 'private';
}

/** For content that is the same for all callers, and changes only with the version of this server. */
export const PUBLIC_CACHE_HINTS = { ttlMs: HOUR, cacheScope: 'public' } as const;

/** For content that never changes once it exists. */
export const LASTING_CACHE_HINTS: CacheHints = { ttlMs: HOUR, cacheScope: 'private' };

/**
 * How long something may be cached: a second while anything in it is in a transitional status, an hour when nothing can change
 * it, a minute for tags, and otherwise less for lists and topologies than for single entities.
 */
export function cacheHintsFor({ operation, topologyForm }: ResourceKind, contents: object): CacheHints {
  const { kind } = operationNamed(operation);
  const isMany = topologyForm !== undefined || listMember(operationNamed(operation)) !== null;
  if (statusesIn(contents).some((status) => statusClass(status) === 'underway')) return privateFor(SECOND);
  if (kind === 'kx-changeset' && !isMany) return LASTING_CACHE_HINTS;
  if (kind === 'tags') return privateFor(60 * SECOND);
  return privateFor(isMany ? 5 * SECOND : 15 * SECOND);
}

const privateFor = (ttlMs: number): CacheHints => ({ ttlMs, cacheScope: 'private' });

/** The statuses of an entity, which GetEnvironment wraps, or of each entity in a list or topology. */
function statusesIn(contents: object & { environment?: unknown }): string[] {
  const status = (value: unknown) => {
    const found = (value as { status?: unknown } | null | undefined)?.status;
    return typeof found === 'string' ? [found] : [];
  };
  const listed = Object.values(contents).filter(Array.isArray).flat();
  return [contents, contents.environment, ...listed].flatMap(status);
}
