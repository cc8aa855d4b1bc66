import type { Tool } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { agentInput, highestRisk, lenientOutput } from '../operations/derive.ts';
import { type OperationName, operationNamed } from '../operations/index.ts';
import { operationOf, toolName, toolTitle } from '../operations/naming.ts';
import { POLICY } from '../safety/policy.ts';
import type { CompositeTool } from './dependencies.ts';

type JsonSchema = Tool['inputSchema'];

export interface ListedTool extends Tool {
  readonly title: string;
  readonly description: string;
}

export function describeTool(name: OperationName): ListedTool {
  const operation = operationNamed(name);
  const { needsApproval } = POLICY[operation.risk];
  const { hints } = POLICY[highestRisk(operation)];
  return {
    name: toolName(name),
    title: toolTitle(name),
    description: needsApproval ? `${operation.summary} A person must approve.` : operation.summary,
    inputSchema: briefSchema(agentInput(operation)),
    annotations: hints,
  };
}

export function describeComposite({ name, title, description, annotations, input }: CompositeTool): ListedTool {
  return { name, title, description, inputSchema: briefSchema(input()), annotations };
}

function briefSchema(input: z.ZodObject): JsonSchema {
  return brief(z.toJSONSchema(input, { io: 'input' })) as JsonSchema;
}

export function withOutputSchema(tool: ListedTool): ListedTool {
  const operation = operationOf(tool.name);
  return operation === undefined ? tool : { ...tool, outputSchema: outputSchema(operation) };
}

/** The schema of `structuredContent`: the API's output with timestamps in ISO 8601; additional members are allowed. */
function outputSchema(name: OperationName): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(lenientOutput(operationNamed(name)), { io: 'output' });
  return schema as JsonSchema;
}

/**
 * The keywords that describe how to write arguments, which the function calling of all large providers supports. Patterns and
 * lengths are enforced at the call, where the error has an example; with all keywords, the list would have about 75 % more tokens.
 */
const KEPT = new Set([
  ...['type', 'description', 'enum', 'properties', 'required', 'additionalProperties', 'items'],
  ...['minimum', 'maximum', 'minItems', 'maxItems'],
]);

function brief(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(brief);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([keyword, value]) => KEPT.has(keyword) && !isEmpty(value) && !isIntegerLimit(value))
      .map(([keyword, value]) => [keyword, keyword === 'properties' ? eachMember(value) : brief(value)]),
  );
}

/** Empty `properties` and unrestricted `additionalProperties` say nothing. */
const isEmpty = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** The limits of the API's and JavaScript's integers, which no real argument reaches. */
const isIntegerLimit = (value: unknown) => typeof value === 'number' && Math.abs(value) >= 2 ** 31 - 1;

/** Members may have the names of keywords. */
const eachMember = (properties: object) =>
  Object.fromEntries(Object.entries(properties).map(([member, schema]) => [member, brief(schema)]));
