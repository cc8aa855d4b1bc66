import type { CallToolResult, InputRequiredResult, ServerContext, ToolAnnotations } from '@modelcontextprotocol/server';
import type * as z from 'zod';
import type { ReplyCache } from '../inventory/reply-cache.ts';
import type { OperationName } from '../operations/index.ts';
import { lazy } from '../operations/operation.ts';
import type { DeletionTimes } from '../safety/deletions.ts';
import type { Gate } from '../safety/gate.ts';
import type { Planner } from '../safety/plan.ts';
import type { Caller, Restrictions } from '../safety/policy.ts';
import type { SecretSink } from '../safety/secrets.ts';
import type { Task, TaskReport } from './task.ts';

/** Shared by the tool calls of one caller. */
export interface ToolDependencies extends Planner {
  readonly restrictions: Restrictions;
  readonly caller: Caller;
  readonly gate: Gate;
  /** Whether a form that the client shows can count as consent; by default, every form can. */
  readonly trustsForms?: (() => Promise<boolean>) | undefined;
  /** By how many milliseconds the clock of the backend is ahead of this machine's. */
  readonly aheadMs?: (() => Promise<number>) | undefined;
  /** Replies of earlier reads, for tools that only read. */
  readonly cache?: ReplyCache | undefined;
  /** When this server deleted entities. */
  readonly deletionTimes?: (() => Promise<DeletionTimes>) | undefined;
  /** Where a credential goes instead of to the model. */
  readonly secrets: SecretSink;
  /** Called with unexpected errors; clients see no details of them. */
  readonly onerror: (error: unknown) => void;
  /** Resolves to what opens the approval page at a plan's code and returns its link; to undefined if no page can be opened. */
  readonly pageOpener?: (() => Promise<((code: string) => Promise<string>) | undefined>) | undefined;
}

export type ToolResult = CallToolResult | InputRequiredResult;

/** One `tools/call` in progress. */
export interface Exchange {
  readonly context: ServerContext;
  /** Whether the client can show a form to a person, and whether it can show a link (URL elicitation). */
  readonly showsForms: boolean;
  readonly showsLinks: boolean;
  /** Identifies the client: by its connection, or else by the name that it gives. */
  readonly client: string;
  /** How long `wait_for_kx_entity` waits, in milliseconds, in place of its default; 0 for a client that polls a task instead. */
  readonly patienceMs?: number;
  /**
   * Answers the request, and lets the call continue as a task; resolves to undefined if the call has to end with its request. Absent if
   * the client does not support tasks.
   */
  readonly continueAsTask?: (report: TaskReport) => Promise<Task | undefined>;
}

/** A tool over several operations. */
export interface CompositeTool<I extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly title: string;
  /** Its documentation, as the summary of an operation. */
  readonly description: string;
  /** More words by which people search for it; they feed only the search catalog. */
  readonly keywords?: string;
  readonly annotations: ToolAnnotations;
  /** Strict; built on first use. */
  readonly input: () => I;
  /** The operations that it needs; it is offered only if all of them are. */
  readonly needs: readonly OperationName[];
  /** Throws FinspaceError for calls that the backend rejects. */
  readonly run: (deps: ToolDependencies, input: z.output<I>, exchange: Exchange) => Promise<ToolResult>;
}

/** Declares a composite tool and keeps the types of its input. */
export function compositeTool<I extends z.ZodObject>(tool: CompositeTool<I>): CompositeTool {
  return { ...tool, input: lazy(tool.input) } as unknown as CompositeTool;
}
