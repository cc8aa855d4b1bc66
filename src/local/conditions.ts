import type { Condition } from '../operations/conditions/condition.ts';
import { type Broken, brokenAmong, brokenConditions } from '../operations/conditions/index.ts';
import type { Input, OperationName } from '../operations/index.ts';
import { Refusal, violation } from './refusal.ts';

/** Throws a `Refusal` for the first unmet condition on a request alone. */
export const requireConditions = <N extends OperationName>(name: N, input: Input<N>): void =>
  refuseFirst(brokenConditions(name, input));

/** The same for some conditions. */
export const requireAll = <Request>(conditions: readonly Condition<Request>[], request: Request): void =>
  refuseFirst(brokenAmong(conditions, request));

function refuseFirst([first]: readonly Broken[]): void {
  if (first === undefined) return;
  const { member, says, isValue } = first;
  throw new Refusal('Validation', isValue ? violation(member, says) : says);
}
