import type { ServerContext } from '@modelcontextprotocol/server';

/** Maximum duration, in milliseconds, of a call that makes several changes; longer if the client asked for progress. */
export const patienceOf = ({ mcpReq }: ServerContext): number =>
  mcpReq._meta?.progressToken === undefined ? 45_000 : 600_000;

/** Reports progress to the client if it asked for it. The count grows with each report. */
export function progressOf({ mcpReq }: ServerContext, total?: number): (message: string) => Promise<void> {
  const progressToken = mcpReq._meta?.progressToken;
  let progress = 0;
  return async (message) => {
    progress += 1;
    if (progressToken === undefined) return;
    const totalMember = total === undefined ? {} : { total };
    await mcpReq.notify({
      method: 'notifications/progress',
      params: { progressToken, progress, message, ...totalMember },
    });
  };
}
