import * as z from 'zod';
import { agentInput } from '../../../src/operations/derive.ts';
import { OPERATION_NAMES, operationNamed } from '../../../src/operations/index.ts';

/** Words with which texts state a condition on a call. */
const CONDITION =
  /\b(only|not (?:with|for)|required|requires|must|needs?|at (?:least|most)|exactly|more than|cannot be|unique|one (?:node|per)|multiple|inside|fails)\b/i;

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** The descriptions in a schema, with their paths. */
function descriptions({ description, properties = {}, items }: Schema, path: string): [string, string][] {
  return [
    ...(description === undefined ? [] : [[path, description] as [string, string]]),
    ...Object.entries(properties).flatMap(([name, inner]) =>
      descriptions(inner, path === '' ? name : `${path}.${name}`),
    ),
    ...(items === undefined ? [] : descriptions(items, path)),
  ];
}

/** `CreateKxVolume volumeType: the only type`, for each sentence of a text that agents read and that states a condition. */
export function statedConditions(): string[] {
  const found = OPERATION_NAMES.filter((name) => operationNamed(name).risk !== 'read').flatMap((name) => {
    const operation = operationNamed(name);
    const schema = z.toJSONSchema(agentInput(operation), { io: 'input', unrepresentable: 'any' }) as Schema;
    return [['summary', operation.summary] as const, ...descriptions(schema, '')].flatMap(([path, text]) =>
      text
        .split(/(?<=[.;])\s+/)
        .filter((sentence) => CONDITION.test(sentence))
        .map((sentence) => `${name} ${path}: ${sentence}`),
    );
  });
  return [...new Set(found)];
}
