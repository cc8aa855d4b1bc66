import { OPERATION_NAMES } from '../operations/index.ts';
import { operationOf } from '../operations/naming.ts';
import { once } from '../operations/operation.ts';
import { type Caller, type Restrictions, withheld } from '../safety/policy.ts';
import { describeTool, type ListedTool, outputSchema } from './describe.ts';

/** The tools as the build computed them, so that starting up builds no schema; absent when running from source. */
declare const EMBEDDED_TOOLS: readonly ListedTool[] | undefined;

/** The 50 tools, always in the same order. */
export const describedTools = once((): readonly ListedTool[] =>
  typeof EMBEDDED_TOOLS === 'undefined' ? OPERATION_NAMES.map(describeTool) : EMBEDDED_TOOLS,
);

/** The tools that this server offers to a caller. */
export function offeredTools(restrictions: Restrictions, caller: Caller, outputSchemas: boolean): ListedTool[] {
  return describedTools().flatMap((tool) => {
    const operation = operationOf(tool.name);
    if (operation === undefined || withheld(operation, restrictions, caller) !== undefined) return [];
    return [outputSchemas ? { ...tool, outputSchema: outputSchema(operation) } : tool];
  });
}
