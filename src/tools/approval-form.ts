import {
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Answer, Decision, Reply } from '../safety/gate.ts';
import type { ToolResult } from './environment.ts';
import { refused } from './result.ts';

/** The form in which a person approves, or the refusal, that a decision other than to run amounts to. */
export function notYet(decision: Exclude<Decision, { kind: 'run' }>): ToolResult {
  if (decision.kind === 'refuse') return refused(...decision.lines);
  const { noun, text } = decision.question.shown;
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
  return nonce === undefined ? undefined : { nonce, answer: answerIn(context) };
}

/** The answer comes from the client: anything but a well-formed accept with a typed name is a refusal. */
function answerIn({ mcpReq }: ServerContext): Answer {
  const response = inputResponse(mcpReq.inputResponses, 'approval');
  if (response.kind !== 'elicit') return { action: 'cancel' };
  if (response.action !== 'accept') return { action: response.action };
  const typed = (response.content as Record<string, unknown> | undefined)?.['name'];
  return { action: 'accept', typed: typeof typed === 'string' ? typed : '' };
}
