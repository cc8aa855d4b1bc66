import { type Caller, type Restrictions, toolRefusalReason } from '../safety/policy.ts';
import type { ListedTool } from './describe.ts';
import { toolCatalog } from './tool-catalog.ts';

export const describedTools = (): readonly ListedTool[] => toolCatalog().map(({ tool }) => tool);

/** The tools that this server lists to a caller: the offered ones, and those for which the caller can get a token. */
export function listedTools(restrictions: Restrictions, caller: Caller): ListedTool[] {
  const { refusal, listingRefusal = refusal } = caller;
  return offeredTools(restrictions, { ...caller, refusal: listingRefusal });
}

export function offeredTools(restrictions: Restrictions, caller: Caller): ListedTool[] {
  return toolCatalog().flatMap(({ tool, needs }) =>
    toolRefusalReason({ name: tool.name, needs }, restrictions, caller) === undefined ? [tool] : [],
  );
}
