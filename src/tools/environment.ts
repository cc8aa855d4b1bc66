import type { CallToolResult, InputRequiredResult, ServerContext, ToolAnnotations } from '@modelcontextprotocol/server';
import type * as z from 'zod';
import type { Call, OperationName } from '../operations/index.ts';
import { once } from '../operations/operation.ts';
import type { Quotas } from '../operations/quotas.ts';
import type { Deletions } from '../safety/deletions.ts';
import type { Gate } from '../safety/gate.ts';
import type { Planner } from '../safety/plan.ts';
import type { Caller, Restrictions } from '../safety/policy.ts';
import type { SecretSink } from '../safety/secrets.ts';

/** What the tool calls of one caller share. */
export interface ToolEnvironment extends Planner {
  readonly call: Call;
  readonly restrictions: Restrictions;
  readonly caller: Caller;
  readonly gate: Gate;
  /** Whether a form that its client shows can be consent; every form can where this is missing. */
  readonly formsCount?: (() => Promise<boolean>) | undefined;
  /** The limits of the backend; undefined where it does not tell them. */
  readonly quotas?: (() => Promise<Quotas | undefined>) | undefined;
  /** What this server had deleted until now. */
  readonly deletions?: (() => Promise<Deletions>) | undefined;
  /** Where a credential goes instead of to the model. */
  readonly secrets: SecretSink;
  /** Told of errors that no code expected; nothing of them reaches a client. */
  readonly onInternal: (error: unknown) => void;
  /** The way to open the approval page at a plan's code, which gives its link; undefined where there is no page to open. */
  readonly pageOpener?: (() => Promise<((code: string) => Promise<string>) | undefined>) | undefined;
}

export type ToolResult = CallToolResult | InputRequiredResult;

/** One `tools/call` on its way: the SDK's context, and whether the client can put a form before a person. */
export interface Exchange {
  readonly context: ServerContext;
  readonly showsForms: boolean;
  /** Names the client by its connection, or by what it calls itself where it has none. */
  readonly client: string;
  /** The same for a link (URL elicitation). */
  readonly showsLinks: boolean;
}

/** A tool that is not one operation: it answers what no single operation can. */
export interface CompositeTool<I extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly title: string;
  /** Its documentation, as the summary of an operation. */
  readonly description: string;
  /** As those of an operation. */
  readonly keywords?: string;
  readonly annotations: ToolAnnotations;
  /** Strict; built on first use. */
  readonly input: () => I;
  /** The operations that it makes use of; it is offered only where all of them are. */
  readonly needs: readonly OperationName[];
  /** Throws FinspaceError for what the backend refuses. */
  readonly run: (environment: ToolEnvironment, input: z.output<I>, exchange: Exchange) => Promise<ToolResult>;
}

/** Declares a composite tool and keeps the types of its input. */
export function compositeTool<I extends z.ZodObject>(tool: CompositeTool<I>): CompositeTool {
  return { ...tool, input: once(tool.input) } as unknown as CompositeTool;
}
