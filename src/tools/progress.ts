import type { ServerContext } from '@modelcontextprotocol/server';

/** How long one call may go on, in milliseconds; a client that asked for progress is patient. */
export const patienceOf = ({ mcpReq }: ServerContext): number =>
  mcpReq._meta?.progressToken === undefined ? 45_000 : 600_000;

/** Tells the client how far a call is, if it asked to be told. Each report counts one further than the last. */
export function progressOf({ mcpReq }: ServerContext, total?: number): (message: string) => Promise<void> {
  const progressToken = mcpReq._meta?.progressToken;
  let progress = 0;
  return async (message) => {
    progress += 1;
    if (progressToken === undefined) return;
    const known = total === undefined ? {} : { total };
    await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, message, ...known } });
  };
}
