import { unmetConditions } from '../operations/conditions/index.ts';
import type { Quotas } from '../operations/quotas.ts';
import type { AnyChange, AnyRequestedChange } from './index.ts';
import type { Problem, RuleResult, Use } from './model.ts';
import { Unreadable } from './reader.ts';
import { conditionProblem } from './rules.ts';

/** The first condition or rule for which the local service rejects a change; undefined when all are met. Quotas: {@link firstExceeded}. */
export async function firstProblem(change: AnyChange, requested: AnyRequestedChange): Promise<Problem | undefined> {
  const [unmet] = unmetConditions(requested.operation, requested.input);
  if (unmet !== undefined) return conditionProblem(unmet);
  for (const rule of change.rules) {
    const result = rule(requested);
    const found = result instanceof Promise ? await result : result;
    const problem = found === undefined || 'error' in found ? found : found[0];
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The use of a quota that a change counts against. */
export interface UsedQuota extends Use {
  /** Undefined if it was not counted, or cannot be read. */
  readonly used: number | undefined;
  /** Undefined if unknown. */
  readonly limit: number | undefined;
}

/** The first quota that a change would exceed. Only quotas with a limit are counted. */
export async function firstExceeded(
  change: AnyChange,
  requested: AnyRequestedChange,
  quotas: Quotas,
): Promise<(Use & { readonly limit: number }) | undefined> {
  for (const use of (await change.quotas?.(requested)) ?? []) {
    const limit = use.quota.limit(quotas);
    if (use.more === 0 || limit === Infinity) continue;
    if (((await use.quota.used(requested.read, requested.key)) ?? 0) + use.more > limit) return { ...use, limit };
  }
  return undefined;
}

/** Checks all conditions, rules and quotas of a change at once; `countsAll` as for {@link checkQuotas}. */
export async function checkChange(
  change: AnyChange,
  requested: AnyRequestedChange,
  quotas: Quotas | undefined,
  countsAll: boolean,
) {
  const unmet = unmetConditions(requested.operation, requested.input).map(conditionProblem);
  const check = (rules: AnyChange['rules'] = []) =>
    Promise.all(rules.map((rule) => readOrUnchecked<RuleResult>(() => rule(requested))));
  const [found, warned, used] = await Promise.all([
    check(change.rules),
    check(change.unworkable),
    checkQuotas(change, requested, quotas, countsAll),
  ]);
  return {
    problems: [...unmet, ...found.flatMap(({ value }) => value ?? [])],
    warnings: warned.flatMap(({ value }) => value ?? []),
    quotas: used.quotas,
    unchecked: [...[...found, ...warned, used].flatMap(({ unchecked }) => unchecked), ...(change.unchecked ?? [])],
  };
}

/** Reads the use of all quotas that a change uses more of. Those with no limit or an unknown one are counted only if `countsAll` is set. */
export async function checkQuotas(
  change: AnyChange,
  requested: AnyRequestedChange,
  quotas: Quotas | undefined,
  countsAll: boolean,
) {
  const uses = await readOrUnchecked(async () => (await change.quotas?.(requested)) ?? []);
  const results = await Promise.all(
    (uses.value ?? [])
      .filter(({ more }) => more !== 0)
      .map(async (use) => {
        const limit = quotas === undefined ? undefined : use.quota.limit(quotas);
        const isWanted = countsAll || (limit !== undefined && limit !== Infinity);
        const { value: used, unchecked } = await readOrUnchecked(() =>
          isWanted ? use.quota.used(requested.read, requested.key) : undefined,
        );
        const quota: UsedQuota = { ...use, used, limit };
        return { quota, unchecked };
      }),
  );
  return {
    quotas: results.map(({ quota }) => quota),
    unchecked: [...uses.unchecked, ...results.flatMap(({ unchecked }) => unchecked)],
  };
}

/** The result of a read, or the checks that are skipped because the read is denied or incomplete. */
export async function readOrUnchecked<T>(
  work: () => T | Promise<T>,
): Promise<{ readonly value: T | undefined; readonly unchecked: readonly string[] }> {
  try {
    return { value: await work(), unchecked: [] };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { value: undefined, unchecked: [error.unchecked] };
  }
}
