import { OPERATION_NAMES, type OperationName } from '../operations/index.ts';
import { lazy } from '../operations/operation.ts';
import { COMPOSITE_TOOLS } from './composites.ts';
import { describeComposite, describeTool, type ListedTool } from './describe.ts';

/** A tool as it is listed, and the operations that have to be offered for it. */
export interface CatalogTool {
  readonly tool: ListedTool;
  readonly needs: readonly OperationName[];
}

/**
 * The tools of the operations, then the others, always in the same order. The build replaces this module with its value as JSON, so that a
 * start builds no schema.
 */
export const toolCatalog = lazy((): readonly CatalogTool[] => [
  ...OPERATION_NAMES.map((name) => ({ tool: describeTool(name), needs: [name] })),
  ...COMPOSITE_TOOLS.map((composite) => ({ tool: describeComposite(composite), needs: composite.needs })),
]);
