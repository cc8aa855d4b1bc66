import { PUBLISHED_QUOTAS, type Quotas } from '../operations/quotas.ts';
import type { WorldSettings } from './transaction.ts';

const raised = <T extends object>(limits: T): T =>
  Object.fromEntries(
    Object.entries(limits).map(([name, limit]) => [name, typeof limit === 'number' ? Infinity : raised(limit)]),
  ) as T;

/** The published defaults, and the limits of a world without quotas. */
export const QUOTAS = { published: PUBLISHED_QUOTAS, raised: raised(PUBLISHED_QUOTAS) };

export const quotasOf = (settings: WorldSettings | undefined): Quotas => QUOTAS[settings?.quotas ?? 'published'];

export type QuotaSet = keyof typeof QUOTAS;

/** Why a call that would exceed a quota is refused. */
export const quotaWords = (limit: number, what: string): string =>
  `This would exceed the quota of ${limit} ${what}. This local world has the published quotas. To have no limits, a person can replace it, with all that it contains, by a new world: finspace-mcp world reset --world empty --quotas raised (--world chooses the contents: empty, demo or a world file).`;
