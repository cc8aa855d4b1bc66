import { expect } from 'vitest';
import type { Call } from '../../src/operations/index.ts';
import type { Members } from '../safety/support/backend.ts';
import type { RawClient } from '../safety/support/wire.ts';
import { typedIn } from '../support/typed.ts';

export const TOOL = 'tear_down_kx_environment';
/** What a client declares that supports forms and tasks. */
export const TASKS = { elicitation: { form: {} }, extensions: { 'io.modelcontextprotocol/tasks': {} } };

/** Lets everything run that is due now. */
export const runDueWork = async () => {
  for (let at = 0; at < 50; at += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** Deletions whose replies wait until a test releases them. */
export function heldDeletions() {
  const waiting: { release: () => void }[] = [];
  let isOpen = true;
  const around =
    (call: Call): Call =>
    async (name, input, options) => {
      const output = await call(name, input, options);
      if (name.startsWith('Delete') && !isOpen) await new Promise<void>((release) => waiting.push({ release }));
      return output;
    };
  return {
    around,
    hold: () => {
      isOpen = false;
    },
    waiting,
    open: () => {
      isOpen = true;
      for (const { release } of waiting) release();
    },
  };
}

/** Calls a tool. */
export const call = async (client: RawClient, name: string, given: Members, more: Members = {}) =>
  (await client.request('tools/call', { name, arguments: given, ...more })).result as Members;

/** Calls a tool, and types what the form requires. */
export const callApproved = async (client: RawClient, name: string, given: Members) => {
  const { resultType, inputRequests, requestState } = await call(client, name, given);
  expect(resultType).toBe('input_required');
  const { approval } = inputRequests as { approval: { params: { message: string } } };
  const answer = { action: 'accept', content: { name: typedIn(approval.params.message) } };
  return call(client, name, given, { requestState, inputResponses: { approval: answer } });
};

/** A task, as its client polls it. */
export const getTask = async (client: RawClient, taskId: unknown) =>
  (await client.request('tasks/get', { taskId })).result;

/** Waits until a task has ended, and returns it. */
export const ended = async (client: RawClient, taskId: unknown) => {
  await expect.poll(async () => (await getTask(client, taskId))?.['status']).not.toBe('working');
  return (await getTask(client, taskId)) as Members;
};

/** The structured result of a task that has completed. */
export const contentOf = (task: Members = {}) => (task['result'] as Members)['structuredContent'];
