import { checkChange, checkQuotas, type UsedQuota } from '../kinds/check-change.ts';
import { type AnyChange, type AnyRequestedChange, changeOf, readRequestedChange } from '../kinds/index.ts';
import type { Impact, Item, Loss, Problem } from '../kinds/model.ts';
import { NAMES } from '../kinds/names.ts';
import { NODES_PER_CLUSTER } from '../kinds/quotas.ts';
import { Unreadable } from '../kinds/reader.ts';
import type { KindName } from '../kinds/views.ts';
import { type Call, type OperationName, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import type { Quotas } from '../operations/quotas.ts';
import { apiReader } from './api-reader.ts';
import type { Blocker } from './plan-parts.ts';
import { blockersOf } from './problem-text.ts';

export interface Preview extends Impact {
  readonly lost: readonly Loss[];
  readonly interrupted: readonly Item[];
  /** In the order in which they have to be dealt with. */
  readonly blockers: readonly Blocker[];
  /** Reasons to reject it that could not be checked. */
  readonly unchecked: readonly string[];
  /** What the service accepts although it cannot work. */
  readonly warnings: readonly Blocker[];
  /** Use of quotas: `volumes per environment: 3 of 5 in use`. */
  readonly quotas: readonly string[];
  /** The quotas with a known limit that other calls count against, too. */
  readonly sharedQuotas: readonly string[];
}

/** The limits of the backend, if known, and whether quotas are counted without them, too. */
export interface Limits {
  readonly quotas: Quotas | undefined;
  readonly countsAll: boolean;
}

/**
 * Checks all rules of a change and reads its impact. A read that is not allowed leaves rules unchecked; an impact that cannot be
 * read rejects, so that no one approves an unknown impact.
 */
export async function preview(
  kind: KindName | undefined,
  change: AnyChange,
  requested: AnyRequestedChange,
  { quotas, countsAll }: Limits,
): Promise<Preview> {
  const [checked, impact] = await Promise.all([
    checkChange(change, requested, quotas, countsAll),
    impactOf(change, requested),
  ]);
  const deleted = operationNamed(requested.operation).risk === 'destroy' ? kind : undefined;
  const all = [...checked.problems, ...checked.warnings];
  const blockersIn = (problems: readonly Problem[]) =>
    problems
      .filter(({ listedAsUnchecked }) => listedAsUnchecked === undefined)
      .flatMap((problem) => blockersOf(problem, deleted));
  const checks = checked.quotas.map(quotaCheck);
  return {
    ...impact,
    blockers: unique([...blockersIn(checked.problems), ...checks.flatMap((each) => each.blockers)]),
    warnings: unique(blockersIn(checked.warnings)),
    quotas: checks.flatMap(({ lines }) => lines),
    sharedQuotas: checked.quotas.filter(isShared).map(({ quota }) => quota.what),
    unchecked: [
      ...new Set([
        ...all.flatMap(({ listedAsUnchecked = [] }) => listedAsUnchecked),
        ...checks.flatMap((each) => each.unchecked),
        ...checked.unchecked,
      ]),
    ],
  };
}

/** The use of the quotas that a call counts against, and those that it would exceed. */
export async function quotasFor(
  { call, quotas }: { readonly call: Call; readonly quotas?: (() => Promise<Quotas | undefined>) | undefined },
  operation: OperationName,
  input: object,
): Promise<Pick<Preview, 'blockers' | 'quotas'>> {
  const definition = changeOf(operation);
  if (definition === undefined) return { blockers: [], quotas: [] };
  const requested = await readRequestedChange(apiReader(call), operation, input).catch(rethrowCause);
  const checks = (await checkQuotas(definition.change, requested, await quotas?.(), true)).quotas.map(quotaCheck);
  return {
    blockers: checks.flatMap((each) => each.blockers),
    quotas: checks.flatMap(({ lines }) => lines),
  };
}

const isShared = ({ quota, used, limit = Infinity }: UsedQuota) =>
  quota !== NODES_PER_CLUSTER && used !== undefined && limit !== Infinity;

/** The quotas that several calls count against: whether all fit is not checked, because counts do not include what earlier calls create. */
export function uncheckedTogether(previews: readonly Pick<Preview, 'sharedQuotas'>[]): string[] {
  const all = previews.flatMap(({ sharedQuotas }) => sharedQuotas);
  return all
    .filter((what, at) => all.indexOf(what) !== at)
    .map((what) => `the quota of ${what} for all steps together`);
}

/** The values without those whose JSON is that of an earlier one. */
export const unique = <T>(values: readonly T[]): T[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];

async function impactOf(change: AnyChange, requested: AnyRequestedChange) {
  const impact = change.impact?.({ ...requested, target: requested.target ?? {} });
  const {
    lost = [],
    interrupted = [],
    ...rest
  } = (await Promise.resolve(impact).catch(rethrowCause)) ?? ({} as Impact);
  return { lost, interrupted, ...rest };
}

/** Throws the error or, for a read that is not allowed, its cause. No one may approve a call whose target or impact is unknown. */
export function rethrowCause(error: unknown): never {
  throw error instanceof Unreadable ? error.cause : error;
}

/** The use of a quota, and whether the request fits. */
function quotaCheck({ quota: { what, kind, passes }, used, limit, more }: UsedQuota) {
  const none = { lines: [] as string[], blockers: [] as Blocker[], unchecked: [] as string[] };
  const notChecked = { ...none, unchecked: [`the quota of ${what}`] };
  if (used === undefined) return limit === Infinity ? none : notChecked;
  if (limit === undefined) return { ...notChecked, lines: [`${what}: ${used} in use`] };
  if (limit === Infinity) return { ...none, lines: [`${what}: ${used} in use, no limit`] };
  const line = `${what}: ${used} of ${limit} in use`;
  if (used + more <= limit) return { ...none, lines: [line] };
  const item = { kind: 'quota', name: what, detail: `${used} of ${limit} used, ${more} more requested` };
  if (more > limit) {
    const blocker = { item, first: 'Request less, or have a person raise the quota.', noStep: true as const };
    return { ...none, lines: [line], blockers: [blocker] };
  }
  const list = toolName(NAMES[kind].list);
  const lessUse = passes
    ? `Wait until fewer are in progress (${list})`
    : `Delete what is not needed (${list}, find_kx_problems)`;
  const first = `${lessUse}, or have a person raise the quota.`;
  return { ...none, lines: [line], blockers: [{ item, first }] };
}
