import type { OperationName } from '../../operations/index.ts';
import { sha256Hex } from '../random.ts';
import type { FaultPlan, FaultRule } from './rules.ts';

export type Fault = Pick<FaultRule, 'error' | 'message' | 'reset' | 'truncate' | 'failure'> & {
  readonly delayMs: number;
};

/** The fault for the next request of an operation, if any. */
export type FaultSource = (operation: OperationName) => Fault | undefined;

/**
 * Selects faults by rules. Each rule counts its matching requests from the start of the process. If several rules apply to one
 * request, their delays add up; for everything else, the first rule wins.
 */
export function faultSource({ seed, rules }: FaultPlan): FaultSource {
  const counts = rules.map(() => 0);
  return (operation) => {
    const matching = rules.filter((rule, index) => {
      if (rule.operation !== '*' && rule.operation !== operation) return false;
      const count = (counts[index] ?? 0) + 1;
      counts[index] = count;
      return rule.probability === undefined
        ? count % (rule.every ?? 1) === 0
        : fraction(`${seed}/${index}/${count}`) < rule.probability;
    });
    if (matching.length === 0) return undefined;
    const outcome = matching.find(({ error, reset, truncate }) => (error ?? reset ?? truncate) !== undefined) ?? {};
    const failure = matching.find((rule) => rule.failure !== undefined)?.failure;
    return { ...outcome, failure, delayMs: matching.reduce((sum, { delayMs = 0 }) => sum + delayMs, 0) };
  };
}

const fraction = (text: string) => Number.parseInt(sha256Hex(text).slice(0, 12), 16) / 2 ** 48;
