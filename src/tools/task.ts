import type { CallToolResult } from '@modelcontextprotocol/server';

/** What a call shows while it runs as a task. */
export interface TaskReport {
  /** Its progress, in a sentence. */
  readonly message: string;
  /** The result that the call has if this process ends now. */
  readonly resultIfInterrupted: CallToolResult;
}

/** A call whose request is answered, and which continues as a task that its client polls. */
export interface Task {
  /** How long the call may take as a task. */
  readonly patienceMs: number;
  report(report: TaskReport): Promise<void>;
  /**
   * Reports before a change. If the task must not make it, the signal of the call is aborted when this resolves, with `TaskStopped` as
   * the reason.
   */
  announce(report: TaskReport): Promise<void>;
}

/** Why a task stops before it has finished. The message is for its caller. */
export class TaskStopped extends Error {
  override readonly name = 'TaskStopped';
}

/** Why an aborted call has not finished. */
export const stopReason = ({ reason }: AbortSignal): string =>
  reason instanceof TaskStopped ? reason.message : 'The call was cancelled.';
