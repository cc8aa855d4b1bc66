import { randomUUID } from 'node:crypto';
import type { InputRequiredResult, ServerContext } from '@modelcontextprotocol/server';
import { PLAN_OPEN_MS } from '../safety/ledger.ts';
import type { ToolResult } from './dependencies.ts';
import { progressOf } from './progress.ts';

type Round = (context: ServerContext) => Promise<ToolResult>;

const HEARTBEAT_MS = 10_000;

/**
 * Runs a call of the 2025 era, which stays open while its form or link is shown: asks the client, and continues with its answer.
 * An error, a timeout and a malformed answer count as no answer, so that the call is refused instead of failing. `nonceIn` verifies
 * a state and returns its nonce.
 */
export async function callOf2025(
  context: ServerContext,
  nonceIn: (state: string) => string,
  round: Round,
): Promise<ToolResult> {
  const result = await round(context);
  if (!isInputRequired(result)) return result;
  const inputResponses = await answersTo(result, context);
  const nonce = nonceIn(String(result.requestState));
  const requestState = <T>() => nonce as T;
  return round({ ...context, mcpReq: { ...context.mcpReq, inputResponses, requestState } });
}

const isInputRequired = (result: ToolResult): result is InputRequiredResult => 'inputRequests' in result;

async function answersTo({ inputRequests = {} }: InputRequiredResult, context: ServerContext) {
  const { mcpReq } = context;
  const stop = heartbeat(context);
  try {
    const requests = Object.entries(inputRequests).map(async ([key, request]) => {
      const answer = await mcpReq
        .send(elicitation(request as { params?: object }), { timeout: PLAN_OPEN_MS, signal: mcpReq.signal })
        .catch(() => undefined);
      return [key, answer] as const;
    });
    const answers = Object.fromEntries(await Promise.all(requests));
    mcpReq.signal.throwIfAborted();
    return answers;
  } finally {
    stop();
  }
}

/** The request of the 2025 era: with the mode of a form, or an id for a link. */
function elicitation({ params }: { readonly params?: object }) {
  const eraMembers = params !== undefined && 'url' in params ? { elicitationId: randomUUID() } : { mode: 'form' };
  return { method: 'elicitation/create', params: { ...params, ...eraMembers } } as never;
}

/** Reports progress every ten seconds, so that the call does not look stuck. */
function heartbeat(context: ServerContext): () => void {
  const report = progressOf(context);
  const stop = () => clearInterval(beat);
  const beat = setInterval(() => void report('waiting for a person to approve').catch(stop), HEARTBEAT_MS).unref();
  return stop;
}
