import { brokenProblem } from '../kinds/rules.ts';
import { brokenConditions } from '../operations/conditions/index.ts';
import type { Input, OperationName } from '../operations/index.ts';
import { refuse } from './refusal.ts';

/** Throws a `Refusal` for the first condition on a request alone that it does not meet. */
export function requireConditions<N extends OperationName>(name: N, input: Input<N>): void {
  const [first] = brokenConditions(name, input);
  refuse(first && brokenProblem(first));
}
