import { createEntities } from './create-entities.ts';
import type { CompositeTool } from './dependencies.ts';
import { FLEET_TOOLS } from './fleet/index.ts';
import { planChange } from './plan-change.ts';
import { tagEntities } from './tag-entities.ts';
import { tearDown } from './tear-down.ts';

/** The tools besides those of the operations, in the order of the list. */
export const COMPOSITE_TOOLS: readonly CompositeTool[] = [
  planChange,
  createEntities,
  tagEntities,
  tearDown,
  ...FLEET_TOOLS,
];

export function compositeNamed(name: string): CompositeTool | undefined {
  return COMPOSITE_TOOLS.find((tool) => tool.name === name);
}
