import { setTimeout as pause } from 'node:timers/promises';
import {
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Tasks } from '../safety/tasks.ts';
import type { Exchange, ToolResult } from '../tools/dependencies.ts';
import { stopReason, type TaskReport } from '../tools/task.ts';
import { type Unfinished, unfinishedText } from '../tools/unfinished-text.ts';
import { beginTask, CANCELLED, completed, type Outcome, type Run, taskView } from './task-run.ts';

const { InternalError } = ProtocolErrorCode;

/** The calls that continue as tasks in this process, and a view of those in others. */
export interface TaskRuns {
  /** Makes a call, which may continue as a task; then the task is the result. */
  run(owner: string, context: ServerContext, call: TaskCall): Promise<ToolResult>;
  /** The task of an owner, as clients see it; undefined if there is none. */
  find(id: string, owner: string): Promise<object | undefined>;
  /** Stops a task before its next change, in whichever process it runs. Returns whether the owner has such a task. */
  cancel(id: string, owner: string): Promise<boolean>;
  /** Stops the tasks of this process before their next change. Resolves when their results are stored, or after ten seconds. */
  stop(): Promise<void>;
}

/** Makes a call in a context that no longer depends on the request once the call continues as a task. */
type TaskCall = (
  context: ServerContext,
  continueAsTask: NonNullable<Exchange['continueAsTask']>,
) => Promise<ToolResult>;

/** While this many tasks run, other calls end with their requests, as for clients without tasks. */
const MAX_RUNNING = 100;
const STOP_MS = 10_000;
const STOPPED = 'The server was stopped.';

/** The tasks of one process. */
export function taskRuns(tasks: Tasks, onerror: (error: unknown) => void): TaskRuns {
  const running = new Map<string, Run>();
  let isStopping = false;
  const begin = async (owner: string, report: TaskReport, control: Control) => {
    if (isStopping || control.signal.aborted || running.size >= MAX_RUNNING) return undefined;
    try {
      const task = await beginTask({ tasks, owner, report, control, onerror });
      running.set(task.id, task);
      void task.ended.then(() => running.delete(task.id));
      return task;
    } catch (error) {
      onerror(error);
      return undefined;
    }
  };
  /** Clients see no details of a store that does not answer. */
  const hideStoreErrors =
    <T>(work: (id: string, owner: string) => Promise<T>) =>
    (id: string, owner: string) =>
      work(id, owner).catch((error) => {
        onerror(error);
        throw new ProtocolError(InternalError, 'Tasks are unavailable now. Try again.');
      });
  return {
    run: (owner, context, call) => runCall(context, call, (report, control) => begin(owner, report, control)),
    find: hideStoreErrors(async (id, owner) => {
      // If this process was suspended for too long, its own task must not count as interrupted.
      await running.get(id)?.renew();
      const found = await tasks.find(id, owner);
      return found && taskView(id, found);
    }),
    cancel: hideStoreErrors(async (id, owner) => {
      const isFound = await tasks.cancel(id, owner);
      if (isFound) running.get(id)?.stop(CANCELLED);
      return isFound;
    }),
    stop: async () => {
      isStopping = true;
      const all = [...running.values()];
      for (const task of all) task.stop(STOPPED);
      await Promise.race([Promise.all(all.map(({ ended }) => ended)), pause(STOP_MS, undefined, { ref: false })]);
    },
  };
}

/** Makes a call. Resolves to its result or, once it continues as a task, to the task. */
function runCall(
  context: ServerContext,
  call: TaskCall,
  begin: (report: TaskReport, control: Control) => Promise<Run | undefined>,
): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const control = linkedTo(context.mcpReq.signal);
    const { signal } = control;
    let task: Run | undefined;
    const continueAsTask = async (report: TaskReport) => {
      task = await begin(report, control);
      if (task === undefined) return undefined;
      control.unlink();
      resolve(task.createdTask);
      return task;
    };
    call({ ...context, mcpReq: { ...context.mcpReq, signal } }, continueAsTask).then(
      (result) => (task === undefined ? resolve(result) : task.end(outcomeOf(result as CallToolResult, signal))),
      (error) => (task === undefined ? reject(error) : task.end(failureOf(error))),
    );
  });
}

type Control = ReturnType<typeof linkedTo>;

/** A controller that is aborted with another signal, until it is unlinked. */
function linkedTo(signal: AbortSignal) {
  const controller = new AbortController();
  const follow = () => controller.abort(signal.reason);
  if (signal.aborted) follow();
  else signal.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    abort: (reason: unknown) => controller.abort(reason),
    unlink: () => signal.removeEventListener('abort', follow),
  };
}

/** The outcome of a call. A call that was cancelled may have finished before. */
function outcomeOf(result: CallToolResult, signal: AbortSignal): Outcome {
  const content = (result.structuredContent ?? {}) as Partial<Unfinished> & { readonly finished?: unknown };
  if (stopReason(signal) !== CANCELLED || content.finished === true) return completed(result);
  const { requested, left } = content;
  if (requested !== undefined && left !== undefined)
    return { status: 'cancelled', statusMessage: unfinishedText({ why: CANCELLED, ...content, requested, left }) };
  const texts = result.content.map((block) => (block.type === 'text' ? block.text : ''));
  return { status: 'cancelled', statusMessage: texts.join('\n') };
}

function failureOf(error: unknown): Outcome {
  if (error instanceof ProtocolError) return { status: 'failed', error: { code: error.code, message: error.message } };
  return { status: 'failed', error: { code: InternalError, message: 'Internal error' } };
}
