import type { Tool } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { agentInput, highestRisk, lenientOutput } from '../operations/derive.ts';
import { type OperationName, operationNamed } from '../operations/index.ts';
import { toolName, toolTitle } from '../operations/naming.ts';
import { POLICY } from '../safety/policy.ts';
import type { CompositeTool } from './environment.ts';

type JsonSchema = Tool['inputSchema'];

/** A tool as `tools/list` shows it. */
export interface ListedTool extends Tool {
  readonly title: string;
  readonly description: string;
}

/** The tool made from an operation. */
export function describeTool(name: OperationName): ListedTool {
  const operation = operationNamed(name);
  const { asks } = POLICY[operation.risk];
  const { hints } = POLICY[highestRisk(operation)];
  return {
    name: toolName(name),
    title: toolTitle(name),
    description: asks ? `${operation.summary} A person approves.` : operation.summary,
    inputSchema: briefSchema(agentInput(operation)),
    annotations: hints,
  };
}

/** A composite tool as it is listed. */
export function describeComposite({ name, title, description, annotations, input }: CompositeTool): ListedTool {
  return { name, title, description, inputSchema: briefSchema(input()), annotations };
}

function briefSchema(input: z.ZodObject): JsonSchema {
  return brief(z.toJSONSchema(input, { io: 'input' })) as JsonSchema;
}

/** The schema of `structuredContent`: the API's output with timestamps in ISO 8601; members may come that it does not name. */
export function outputSchema(name: OperationName): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(lenientOutput(operationNamed(name)), { io: 'output' });
  return schema as JsonSchema;
}

/**
 * What a model needs to write arguments: types, members, which are required, enums and the descriptions of fields whose names
 * do not say enough. Lengths, bounds and patterns are enforced at the call, where the error teaches the rule; shipping them
 * in every list would more than double its tokens.
 */
const KEPT = new Set(['type', 'properties', 'required', 'items', 'enum', 'description', 'additionalProperties']);

function brief(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(brief);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([keyword, value]) => KEPT.has(keyword) && value !== false)
      .map(([keyword, value]) => [
        keyword,
        keyword === 'properties' ? eachMember(value) : keyword === 'required' ? value : brief(value),
      ]),
  );
}

const eachMember = (properties: object) =>
  Object.fromEntries(Object.entries(properties).map(([member, schema]) => [member, brief(schema)]));
