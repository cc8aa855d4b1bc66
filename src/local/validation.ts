import type * as z from 'zod';
import { serviceInput } from '../operations/derive.ts';
import { type OperationName, operationNamed } from '../operations/index.ts';
import { Refusal } from './refusal.ts';

/** The input without unknown members. Throws a `Refusal` that names each member that breaks a rule, and the rule. */
export function validated(name: OperationName, input: Record<string, unknown>): object {
  const { data, error } = serviceInput(operationNamed(name)).safeParse(input);
  if (error === undefined) return data;
  const broken = error.issues
    .slice(0, MOST)
    .map((issue) => `Value at '${issue.path.join('.')}' failed to satisfy constraint: ${rule(issue)}`);
  const count = `${error.issues.length} validation error${error.issues.length === 1 ? '' : 's'} detected`;
  throw new Refusal('Validation', `${count}: ${broken.join('; ')}`);
}

const MOST = 10;

function rule(issue: z.core.$ZodIssue): string {
  return issue.message.endsWith('received undefined') ? 'Member must not be null' : issue.message;
}
