/** A call that continues after its request was answered, as every process that uses the store sees it. */
export interface StoredTask {
  /** Whether a process still runs it. */
  readonly isRunning: boolean;
  readonly created: number;
  /** When its process last reported. */
  readonly updated: number;
  /** What its process last reported: text that the store does not read. */
  readonly report: string;
}

/** What the process of a task must do: go on, stop for its caller, or stop because others see the task as interrupted. */
export type TaskOrder = 'continue' | 'cancel' | 'interrupted';

/** The tasks of all processes that use a store. */
export interface Tasks {
  /** Records a task with its first report. Returns its time of creation; durable when it resolves. */
  begin(id: string, owner: string, report: string): Promise<number>;
  /** Shows that the task runs, with a new report if there is one. */
  renew(id: string, report?: string): Promise<TaskOrder>;
  /** Ends a task with its last report. A task that others saw as interrupted keeps the report that they saw. */
  end(id: string, report: string): Promise<void>;
  /**
   * The task of an owner; undefined if there is none. A task whose process has not reported for `TASK_LEASE_MS` is interrupted from now
   * on: its process can make no further change.
   */
  find(id: string, owner: string): Promise<StoredTask | undefined>;
  /** Requests that a task stops. Returns whether the owner has such a task. */
  cancel(id: string, owner: string): Promise<boolean>;
}

/** After this long without a report, a task counts as interrupted. Its process reports several times as often. */
export const TASK_LEASE_MS = 30_000;

/** How long tasks are kept, since they began. */
export const TASKS_KEPT_MS = 24 * 3_600_000;
