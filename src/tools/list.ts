import { OPERATION_NAMES, type OperationName } from '../operations/index.ts';
import { operationOf } from '../operations/naming.ts';
import { once } from '../operations/operation.ts';
import { type Caller, type Restrictions, withheld, withheldTool } from '../safety/policy.ts';
import { COMPOSITE_TOOLS, compositeNamed } from './composites.ts';
import { describeComposite, describeTool, type ListedTool, outputSchema } from './describe.ts';

/** The tools as computed by the build, so that a start builds no schema; absent when running from source. */
declare const EMBEDDED_TOOLS: readonly ListedTool[] | undefined;

/** The 50 tools of the operations, then the others, always in the same order. */
export const describedTools = once((): readonly ListedTool[] =>
  typeof EMBEDDED_TOOLS === 'undefined'
    ? [...OPERATION_NAMES.map(describeTool), ...COMPOSITE_TOOLS.map(describeComposite)]
    : EMBEDDED_TOOLS,
);

/** The tools that this server lists to a caller: the offered ones, and those for which the caller can get a token. */
export function listedTools(restrictions: Restrictions, caller: Caller, outputSchemas: boolean): ListedTool[] {
  const { refusal, unlisted = refusal } = caller;
  return offeredTools(restrictions, { ...caller, refusal: unlisted }, outputSchemas);
}

/** The tools that this server offers to a caller. */
export function offeredTools(restrictions: Restrictions, caller: Caller, outputSchemas: boolean): ListedTool[] {
  const offered = (name: OperationName) => withheld(name, restrictions, caller) === undefined;
  return describedTools().flatMap((tool) => {
    const operation = operationOf(tool.name);
    const composite = compositeNamed(tool.name);
    if (composite !== undefined) return withheldTool(composite, restrictions, caller) === undefined ? [tool] : [];
    if (operation === undefined) return [];
    if (!offered(operation)) return [];
    return [outputSchemas ? { ...tool, outputSchema: outputSchema(operation) } : tool];
  });
}
