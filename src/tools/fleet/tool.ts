import type { CallToolResult } from '@modelcontextprotocol/server';
import type * as z from 'zod';
import { type CompositeTool, compositeTool, type Exchange, type ToolDependencies } from '../dependencies.ts';
import { refused } from '../result.ts';
import { isOwnCursor, positionIn, WRONG_CURSOR } from './cursor.ts';
import { startDeadline } from './deadline.ts';
import { type FleetReader, fleetReader } from './fleet-reader.ts';
import { Unanswerable } from './unanswerable.ts';

interface FleetTool<I extends z.ZodObject, N extends string> extends Omit<CompositeTool<I>, 'annotations' | 'run'> {
  readonly name: N;
  readonly run: (
    reader: FleetReader,
    input: z.output<I>,
    exchange: Exchange,
    deps: ToolDependencies,
  ) => Promise<CallToolResult>;
}

/** Declares a read-only tool for one or several environments; the type of the result contains the name. */
export function fleetTool<I extends z.ZodObject, N extends string>({
  run,
  ...tool
}: FleetTool<I, N>): CompositeTool & { readonly name: N } {
  const composite = compositeTool<I>({
    ...tool,
    annotations: { readOnlyHint: true },
    run: async (deps, input, exchange) => {
      if (!isOwnCursor(input)) return refused(WRONG_CURSOR);
      const { signal, end } = startDeadline();
      const position = positionIn((input as { cursor?: string }).cursor ?? '') ?? {};
      try {
        return await run(fleetReader(deps, exchange, signal, position), input, exchange, deps);
      } catch (error) {
        if (error instanceof Unanswerable) return refused(error.message);
        throw error;
      } finally {
        end();
      }
    },
  });
  return { ...composite, name: tool.name };
}
