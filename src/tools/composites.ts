import type { CompositeTool } from './environment.ts';
import { FLEET_TOOLS } from './fleet/index.ts';
import { planChange } from './plan-change.ts';
import { tearDown } from './tear-down.ts';

/** The tools beside the 50, in the order in which they are listed. */
export const COMPOSITE_TOOLS: readonly CompositeTool[] = [planChange, tearDown, ...FLEET_TOOLS];

/** The composite tool of a name. */
export function compositeNamed(name: string): CompositeTool | undefined {
  return COMPOSITE_TOOLS.find((tool) => tool.name === name);
}
