import type { CallToolResult } from '@modelcontextprotocol/server';
import type * as z from 'zod';
import type { CompositeTool, Exchange, ToolEnvironment } from '../environment.ts';
import { compositeTool } from '../environment.ts';
import { refused } from '../result.ts';
import { positionIn } from './cursor.ts';
import { NotThere } from './not-there.ts';
import { type Scene, sceneOf } from './scene.ts';
import { overtime } from './time.ts';

interface FleetTool<I extends z.ZodObject> extends Omit<CompositeTool<I>, 'annotations' | 'run'> {
  readonly run: (
    scene: Scene,
    input: z.output<I>,
    exchange: Exchange,
    environment: ToolEnvironment,
  ) => Promise<CallToolResult>;
}

/** Declares a read-only tool for one or several environments. */
export function fleetTool<I extends z.ZodObject>({ run, ...tool }: FleetTool<I>): CompositeTool {
  return compositeTool<I>({
    ...tool,
    annotations: { readOnlyHint: true },
    run: async (environment, input, exchange) => {
      const { signal, end } = overtime();
      const part = positionIn((input as { cursor?: string }).cursor ?? '') ?? {};
      try {
        return await run(sceneOf(environment, exchange, signal, part), input, exchange, environment);
      } catch (error) {
        if (error instanceof NotThere) return refused(error.message);
        throw error;
      } finally {
        end();
      }
    },
  });
}
