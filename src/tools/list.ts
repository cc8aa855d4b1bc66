import { operationOf } from '../operations/naming.ts';
import { type Caller, type Restrictions, toolRefusalReason } from '../safety/policy.ts';
import { type ListedTool, outputSchema } from './describe.ts';
import { toolCatalog } from './tool-catalog.ts';

/** All tools, always in the same order. */
export const describedTools = (): readonly ListedTool[] => toolCatalog().map(({ tool }) => tool);

/** The tools that this server lists to a caller: the offered ones, and those for which the caller can get a token. */
export function listedTools(restrictions: Restrictions, caller: Caller, outputSchemas: boolean): ListedTool[] {
  const { refusal, unlisted = refusal } = caller;
  return offeredTools(restrictions, { ...caller, refusal: unlisted }, outputSchemas);
}

/** The tools that this server offers to a caller. */
export function offeredTools(restrictions: Restrictions, caller: Caller, outputSchemas: boolean): ListedTool[] {
  return toolCatalog().flatMap(({ tool, needs }) => {
    if (toolRefusalReason({ name: tool.name, needs }, restrictions, caller) !== undefined) return [];
    const operation = outputSchemas ? operationOf(tool.name) : undefined;
    return [operation === undefined ? tool : { ...tool, outputSchema: outputSchema(operation) }];
  });
}
