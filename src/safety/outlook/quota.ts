import type { OperationName } from '../../operations/index.ts';
import { toolName } from '../../operations/naming.ts';
import type { Quotas } from '../../operations/quotas.ts';
import type { Ground } from './ground.ts';
import type { Remark } from './outlook.ts';

/** A use of something that is limited, and how much more of it is wanted. */
interface Use {
  /** As the service calls it: `volumes per environment`. */
  readonly what: string;
  readonly limit: (quotas: Quotas) => number;
  readonly used: number;
  readonly more?: number;
  /** Where to look for what can go. */
  readonly lister: OperationName;
}

/** How far a quota is used, and whether what is wanted is within it. */
export function room({ quotas }: Ground, { what, limit: limitOf, used, more = 1, lister }: Use): Remark {
  if (more === 0) return {};
  if (quotas === undefined) return { quotas: [`${what}: ${used}`], unchecked: [`the quota of ${what}`] };
  const limit = limitOf(quotas);
  if (limit === Infinity) return { quotas: [`${what}: ${used}, no limit`] };
  const line = `${what}: ${used} of ${limit}`;
  if (used + more <= limit) return { quotas: [line] };
  const item = { kind: 'quota', name: what, detail: `${used} of ${limit} used, ${more} more requested` };
  const first =
    more > limit
      ? 'Request less, or have a person raise the quota.'
      : `Delete what is not needed (${toolName(lister)}, find_kx_problems), or have a person raise the quota.`;
  return { quotas: [line], blockers: [{ item, first }] };
}
