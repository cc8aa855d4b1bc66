import type { OperationName } from '../../operations/index.ts';
import { hexOf } from '../random.ts';
import type { FaultPlan, FaultRule } from './rules.ts';

export type Fault = Pick<FaultRule, 'error' | 'message' | 'reset' | 'truncate' | 'failure'> & {
  readonly delayMs: number;
};

/** What befalls the next request for an operation, if anything does. */
export type FaultSource = (operation: OperationName) => Fault | undefined;

/**
 * Draws faults from rules. Each rule counts the requests that match it, from the start of the process. Of several rules that
 * strike one request, the delays add up and of everything else the first wins.
 */
export function faultSource({ seed, rules }: FaultPlan): FaultSource {
  const counts = rules.map(() => 0);
  return (operation) => {
    const struck = rules.filter((rule, index) => {
      if (rule.operation !== '*' && rule.operation !== operation) return false;
      const count = (counts[index] ?? 0) + 1;
      counts[index] = count;
      return rule.probability === undefined
        ? count % (rule.every ?? 1) === 0
        : fraction(`${seed}/${index}/${count}`) < rule.probability;
    });
    if (struck.length === 0) return undefined;
    const ending = struck.find(({ error, reset, truncate }) => (error ?? reset ?? truncate) !== undefined) ?? {};
    const failure = struck.find((rule) => rule.failure !== undefined)?.failure;
    return { ...ending, failure, delayMs: struck.reduce((sum, { delayMs = 0 }) => sum + delayMs, 0) };
  };
}

const fraction = (text: string) => Number.parseInt(hexOf(text).slice(0, 12), 16) / 2 ** 48;
