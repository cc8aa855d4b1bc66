import type * as z from 'zod';
import { counted } from '../kinds/amounts.ts';
import { constraintText } from '../kinds/rules.ts';
import { serviceInput } from '../operations/derive.ts';
import { type OperationName, operationNamed } from '../operations/index.ts';
import { prototypeKeyIssues } from '../operations/prototype-keys.ts';
import { ServiceError } from './service-error.ts';

/** The input without unknown members. Throws a `ServiceError` that names up to ten invalid members, and the rules that they violate. */
export function validateInput(name: OperationName, input: Record<string, unknown>): object {
  const schema = serviceInput(operationNamed(name));
  const { data, error } = schema.safeParse(input);
  const issues = [...prototypeKeyIssues(schema, input), ...(error?.issues ?? [])];
  if (data !== undefined && issues.length === 0) return data;
  const violations = issues.slice(0, MAX_ERRORS).map((issue) => constraintText(pathOf(issue), rule(issue)));
  throw new ServiceError(
    'Validation',
    `${counted('validation error', issues.length)} detected: ${violations.join('; ')}`,
  );
}

const MAX_ERRORS = 10;
const MAX_STEP_LENGTH = 128;

/** The path in the input; keys of a map may have any length. */
const pathOf = ({ path }: z.core.$ZodIssue) => path.map((step) => String(step).slice(0, MAX_STEP_LENGTH)).join('.');

/** The rule, with the wording of AWS services. */
function rule(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.endsWith('received undefined')
        ? 'Member must not be null'
        : `Member must be of type ${issue.expected}`;
    case 'too_small':
      return `Member must have ${measureOf(issue.origin)} greater than or equal to ${issue.minimum}`;
    case 'too_big':
      return `Member must have ${measureOf(issue.origin)} less than or equal to ${issue.maximum}`;
    case 'invalid_format':
      return `Member must satisfy regular expression pattern: ${issue.pattern?.replace(/^\/|\/\w*$/g, '')}`;
    case 'invalid_value':
      return `Member must satisfy enum value set: [${issue.values.join(', ')}]`;
    case 'invalid_key':
      return `Map keys must satisfy constraint: [${issue.issues.map(rule).join(', ')}]`;
    default:
      return issue.message;
  }
}

const measureOf = (origin: string) => (['string', 'array', 'map'].includes(origin) ? 'length' : 'value');
