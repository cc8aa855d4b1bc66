import { randomUUID } from 'node:crypto';
import { type StoredTask, TASK_LEASE_MS, TASKS_KEPT_MS, type Tasks } from '../safety/tasks.ts';
import type { ToolResult } from '../tools/dependencies.ts';
import { type Task, type TaskReport, TaskStopped } from '../tools/task.ts';

/** How a task ended, as clients see it. */
export type Outcome =
  | { readonly status: 'completed'; readonly result: object }
  | { readonly status: 'cancelled'; readonly statusMessage: string }
  | { readonly status: 'failed'; readonly error: { readonly code: number; readonly message: string } };

/** What is stored of a task. */
interface StoredReport {
  /** Its progress while it runs. */
  readonly message?: string;
  /** How it ended; while it runs, the outcome that it has if its process dies now. */
  readonly outcome: Outcome;
}

/** A task that this process runs. */
export interface Run extends Task {
  readonly id: string;
  /** The task as the reply to its call. */
  readonly createdTask: ToolResult;
  stop(why: string): void;
  /** Renews the lease of the task, and stops the task if it must not continue. */
  renew(): Promise<void>;
  /** Stores how the task ended. */
  end(outcome: Outcome): Promise<void>;
  /** Resolves when `end` has stored the outcome, or could not. */
  readonly ended: Promise<void>;
}

interface RunOptions {
  readonly tasks: Tasks;
  readonly owner: string;
  readonly report: TaskReport;
  readonly control: { abort(reason: TaskStopped): void };
  readonly onerror: (error: unknown) => void;
}

const PATIENCE_MS = 2 * 3_600_000;
const RENEW_MS = TASK_LEASE_MS / 6;
const POLL_MS = 3_000;

/** Why a task ends as `cancelled`. */
export const CANCELLED = 'The task was cancelled.';
const INTERRUPTED = 'The task counts as interrupted, because its server was out of reach for too long.';
const NOT_STORED = 'The progress of the task could not be stored.';

/** Stores a new task, and renews its lease until it ends. Rejects if it cannot be stored. */
export async function beginTask({ tasks, owner, report, control, onerror }: RunOptions): Promise<Run> {
  const id = randomUUID();
  const firstReport = textOf(report);
  const created = await tasks.begin(id, owner, firstReport);
  const view = taskView(id, { isRunning: true, created, updated: created, report: firstReport });
  let resolveEnded = () => {};
  const ended = new Promise<void>((resolve) => {
    resolveEnded = resolve;
  });
  const stop = (why: string) => control.abort(new TaskStopped(why));
  const renew = async (newReport?: string) => {
    const order = await tasks.renew(id, newReport);
    if (order !== 'continue') stop(order === 'cancel' ? CANCELLED : INTERRUPTED);
  };
  const renewal = setInterval(() => void renew().catch(onerror), RENEW_MS).unref();
  return {
    id,
    createdTask: { resultType: 'task', ...view } as unknown as ToolResult,
    patienceMs: PATIENCE_MS,
    report: (newReport) => renew(textOf(newReport)).catch(onerror),
    announce: (newReport) =>
      renew(textOf(newReport)).catch((error) => {
        onerror(error);
        stop(NOT_STORED);
      }),
    stop,
    renew: () => renew(),
    end: async (outcome) => {
      clearInterval(renewal);
      await tasks.end(id, JSON.stringify({ outcome } satisfies StoredReport)).catch(onerror);
      resolveEnded();
    },
    ended,
  };
}

const textOf = ({ message, resultIfInterrupted: result }: TaskReport) =>
  JSON.stringify({ message, outcome: completed(result) } satisfies StoredReport);

/** The outcome of a call that has a result. Clients check that the result is marked as complete, as in a response. */
export const completed = (result: object): Outcome => ({
  status: 'completed',
  result: { resultType: 'complete', ...result },
});

/** A stored task, as clients see it. */
export function taskView(id: string, { isRunning, created, updated, report }: StoredTask) {
  const { message, outcome } = JSON.parse(report) as StoredReport;
  return {
    taskId: id,
    ...(isRunning ? { status: 'working', statusMessage: message, pollIntervalMs: POLL_MS } : outcome),
    createdAt: new Date(created).toISOString(),
    lastUpdatedAt: new Date(updated).toISOString(),
    ttlMs: TASKS_KEPT_MS,
  };
}
