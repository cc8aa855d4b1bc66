import {
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Answer, Decision, Reply } from '../safety/gate.ts';
import type { ToolResult } from './environment.ts';
import { progressOf } from './progress.ts';
import { refused } from './result.ts';

/** The form in which a person approves, or the refusal, that a decision other than to run amounts to. */
export function notYet(decision: Exclude<Decision, { kind: 'run' }>, context: ServerContext): ToolResult {
  if (decision.kind === 'refuse') return refused(...decision.lines);
  const { nonce, shown } = decision.question;
  const { noun, text } = shown;
  whileOpen(nonce, context);
  const form: InputRequiredResult = inputRequired({
    inputRequests: {
      approval: inputRequired.elicit({
        message: text,
        requestedSchema: {
          type: 'object',
          properties: {
            name: { type: 'string', title: `Name of the ${noun}`, description: 'Typed exactly, to approve' },
          },
          required: ['name'],
        },
      }),
    },
    requestState: decision.state,
  });
  return form;
}

/** The form that came back with this round, if one did. The nonce was unsealed by the server before this runs. */
export function replyIn(context: ServerContext): Reply | undefined {
  const nonce = context.mcpReq.requestState<string>();
  if (nonce === undefined) return undefined;
  answered(nonce);
  return { nonce, answer: answerIn(context) };
}

/** The answer comes from the client: anything but a well-formed accept with a typed name is a refusal. */
function answerIn({ mcpReq }: ServerContext): Answer {
  const response = inputResponse(mcpReq.inputResponses, 'approval');
  if (response.kind !== 'elicit') return { action: 'cancel' };
  if (response.action !== 'accept') return { action: response.action };
  const typed = (response.content as Record<string, unknown> | undefined)?.['name'];
  return { action: 'accept', typed: typeof typed === 'string' ? typed : '' };
}

const HEARTBEAT_MS = 10_000;
const heartbeats = new Map<string, NodeJS.Timeout>();

/** In the 2025 era the call stays open while the person reads, so the client is told every ten seconds that it is not stuck. */
function whileOpen(nonce: string, context: ServerContext): void {
  const { envelope, signal } = context.mcpReq;
  if (envelope !== undefined) return;
  const report = progressOf(context);
  const beat = setInterval(() => report('waiting for a person to approve').catch(() => answered(nonce)), HEARTBEAT_MS);
  beat.unref();
  heartbeats.set(nonce, beat);
  signal.addEventListener('abort', () => answered(nonce), { once: true });
}

function answered(nonce: string): void {
  clearInterval(heartbeats.get(nonce));
  heartbeats.delete(nonce);
}
