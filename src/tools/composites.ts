import type { CompositeTool } from './environment.ts';
import { planChange } from './plan-change.ts';

/** The tools beside the 50, in the order in which they are listed. */
export const COMPOSITE_TOOLS: readonly CompositeTool[] = [planChange];

/** The composite tool of a name. */
export function compositeNamed(name: string): CompositeTool | undefined {
  return COMPOSITE_TOOLS.find((tool) => tool.name === name);
}
