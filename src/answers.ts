import { randomUUID } from 'node:crypto';
import {
  type CallToolResult,
  CLIENT_INFO_META_KEY,
  type Server,
  type ServerContext,
  type ServerEventBus,
} from '@modelcontextprotocol/server';
import { digest } from './digest.ts';
import { readApp } from './extensions/apps/read.ts';
import { declaredBy, isOf2025 } from './extensions/capabilities.ts';
import { servedSkills } from './extensions/skills.ts';
import { type TaskRuns, taskRuns } from './extensions/task-runs.ts';
import { supportsTasks, taskFor, taskHandlers, waitArguments } from './extensions/tasks.ts';
import { replyCache } from './inventory/reply-cache.ts';
import type { OnDemandMethod } from './methods.ts';
import type { Call } from './operations/index.ts';
import { getPrompt, listPrompts, requirePrompt } from './prompts/index.ts';
import { changes } from './resources/changes.ts';
import { completeVariable, requireTemplate } from './resources/complete.ts';
import { requireFirstPage } from './resources/cursor.ts';
import { listResources, listTemplates } from './resources/list.ts';
import { type Pace, readState } from './resources/poll.ts';
import { readResource } from './resources/read.ts';
import { handleSubscriptions, type Watch, watchFor } from './resources/subscribe.ts';
import type { BackendLocation } from './safety/backend-location.ts';
import { type Caller, LOCAL_CALLER, type Restrictions } from './safety/policy.ts';
import type { RecoveryKits } from './safety/recovery.ts';
import { FOREIGN_STATE, ForeignSignatureError, type StateSigner } from './safety/state-signer.ts';
import type { Tasks } from './safety/tasks.ts';
import { callTool } from './tools/call.ts';
import { callOf2025 } from './tools/call-2025.ts';
import type { Exchange, ToolDependencies } from './tools/dependencies.ts';
import { progressOf } from './tools/progress.ts';
import type { callSearchTool, searchTools } from './tools/search/index.ts';
import { toolsNote } from './tools/tools-note.ts';

/** What determines what a client is shown before it calls anything. */
export interface ServerProfile {
  readonly backendLocation: Pick<BackendLocation, 'backend' | 'region'>;
  readonly restrictions: Restrictions;
  /** Whether all tools are listed, or only the tools that find the others. */
  readonly catalog: 'tools' | 'search';
  readonly outputSchemas: boolean;
}

/** What one process serves; shared by all connections. */
export interface ServerDependencies extends Omit<ToolDependencies, 'caller'>, Omit<ServerProfile, 'backendLocation'> {
  readonly kits: Pick<RecoveryKits, 'list' | 'read'>;
  readonly signer: StateSigner;
  readonly tasks: Tasks;
  /** As in ReplyCacheOptions. */
  readonly worldInstance?: (() => Promise<string | undefined>) | undefined;
  /** Carries change events between replicas. */
  readonly bus?: ServerEventBus | undefined;
  /** How often watched resources are polled. */
  readonly pace: Pace;
}

interface SearchMode {
  readonly searchTools: typeof searchTools;
  readonly callSearchTool: typeof callSearchTool;
}

const MAX_COMPLETIONS = 100;

type On = Server['setRequestHandler'];
type Handler = (request: unknown, context: ServerContext) => unknown;

/** One connection as its requests are answered. */
export interface Connection {
  readonly server: Server;
  /** The caller of a request. The token of each request decides what it may do, not that of the first request of a session. */
  readonly callerOf: (context: Pick<ServerContext, 'http'>) => Caller;
  readonly receivesAllEvents: boolean;
}

/** Answers the requests whose methods `methods.ts` lists. What all connections share is computed once. */
export interface Answers {
  handlers(connection: Connection): ReadonlyMap<OnDemandMethod, Handler>;
  /** The tools of `--catalog search`; undefined where all tools are listed. */
  searchTools(caller: Caller): Promise<ReturnType<typeof searchTools> | undefined>;
  nonceIn(state: string): string;
  /** Carries change events to streams. */
  readonly changes: ServerEventBus;
  /** Starts to watch the resources that a caller's stream requests. */
  watch(caller: Caller, uris: readonly string[]): Watch;
  /** Stops calls that continue after their requests were answered. */
  stop(): Promise<void>;
}

export function answersWith(shared: ServerDependencies): Answers {
  const cache = replyCache({ now: shared.pace.now, worldInstance: shared.worldInstance });
  const search = shared.catalog === 'search' ? import('./tools/search/index.ts') : undefined;
  // Polling only shows that something changed, so one poll serves callers with different rights.
  const feed = changes({
    bus: shared.bus,
    stateOf: readState({ ...shared, cache, caller: LOCAL_CALLER }),
    ...shared.pace,
  });
  const deps = { ...shared, cache, call: feed.notifying(cache.invalidating(shared.call)) };
  const skills = servedSkills(toolsNote(shared, LOCAL_CALLER));
  const runs = taskRuns(shared.tasks, shared.onerror);
  return {
    stop: runs.stop,
    changes: feed,
    watch: (caller, uris) => watchFor({ ...shared, caller }, feed, uris),
    nonceIn: (state) => nonceIn(shared.signer, state),
    searchTools: async (caller) => (await search)?.searchTools({ ...deps, caller }),
    handlers: ({ server, callerOf, receivesAllEvents }) => {
      const handlers = new Map<OnDemandMethod, Handler>(Object.entries(skills.handlers) as [OnDemandMethod, Handler][]);
      const on = ((method: OnDemandMethod, handler: Handler) => handlers.set(method, handler)) as unknown as On;
      const depsOf: DependenciesOf = (context) => {
        const caller = callerOf(context);
        const call: Call = (name, input, options) =>
          deps.call(name, input, { fairnessKey: caller.principal, ...options });
        return { ...deps, caller, call };
      };
      answerCalls({ connection: randomUUID(), server, search, depsOf, runs, on });
      answerResources(on, depsOf, skills.read);
      handleSubscriptions({ server, on, receivesAllEvents }, depsOf, feed);
      answerPrompts(on, depsOf);
      answerCompletions(on, depsOf);
      return handlers;
    },
  };
}

type DependenciesOf = (context: Pick<ServerContext, 'http'>) => ServerDependencies & ToolDependencies;

interface Calls {
  /** The id of the connection. */
  readonly connection: string;
  readonly server: Server;
  readonly search: Promise<SearchMode> | undefined;
  readonly depsOf: DependenciesOf;
  readonly runs: TaskRuns;
  readonly on: On;
}

/** How long a call may wait, and how it may continue. */
type Continuation = Pick<Exchange, 'patienceMs' | 'continueAsTask'>;

function answerCalls({ connection, server, search, depsOf, runs, on }: Calls): void {
  const runCall = async (params: CallParams, context: ServerContext, continuation: Continuation = {}) => {
    const run = (await search)?.callSearchTool ?? callTool;
    const deps = depsOf(context);
    // For clients of MCP 2025-11-25 and older, a form or a link makes a second round.
    const makeRound = async (roundContext: ServerContext) => {
      const exchange = {
        context: roundContext,
        client: clientOf(roundContext, connection),
        ...displayOf(server, roundContext),
        ...continuation,
      };
      return withTargetName(deps.backendLocation, await run(deps, params, exchange));
    };
    return isOf2025(context)
      ? callOf2025(context, (state) => nonceIn(deps.signer, state), makeRound)
      : makeRound(context);
  };
  const callWithoutWaiting = (params: CallParams, context: ServerContext) =>
    runCall(params, context, { patienceMs: 0 }) as Promise<CallToolResult>;
  const ownerOf = (context: ServerContext) => {
    const { caller, backendLocation } = depsOf(context);
    return digest([backendLocation.target, caller.principal]);
  };
  const declared = (context: ServerContext) => declaredBy(server, context);
  on('tools/call', async ({ params }, context) => {
    if (isOf2025(context) || !supportsTasks(declared(context))) return runCall(params, context);
    const waiting = waitArguments(params);
    if (waiting !== undefined)
      return taskFor(waiting, await callWithoutWaiting(params, context), new Date()) as CallToolResult;
    return runs.run(ownerOf(context), context, (detached, continueAsTask) =>
      runCall(params, detached, { continueAsTask }),
    );
  });
  const tasks = taskHandlers({ runs, ownerOf, declaredBy: declared, callWithoutWaiting });
  // The SDK has no types for the methods of extensions.
  for (const [method, handler] of Object.entries(tasks)) on(method as 'ping', handler as never);
}

type CallParams = Parameters<typeof callTool>[1];

function answerResources(on: On, depsOf: DependenciesOf, readSkill: ReturnType<typeof servedSkills>['read']): void {
  on('resources/list', ({ params }, context) => listResources(depsOf(context), context.mcpReq.signal, params?.cursor));
  on('resources/templates/list', ({ params }, context) => {
    requireFirstPage(params);
    return listTemplates(depsOf(context));
  });
  on('resources/read', async ({ params }, context) => {
    const { mcpReq } = context;
    const read = () => readResource(depsOf(context), params.uri, mcpReq.signal, { report: progressOf(context) });
    const { contents, ...hinted } = readSkill(params.uri) ?? (await readApp(params.uri)) ?? (await read());
    return isOf2025(context) ? { contents } : { contents, ...hinted };
  });
}

function answerPrompts(on: On, depsOf: DependenciesOf): void {
  on('prompts/list', ({ params }) => {
    requireFirstPage(params);
    return { prompts: listPrompts() };
  });
  on('prompts/get', ({ params }, context) => {
    const deps = depsOf(context);
    return getPrompt(params.name, params.arguments, toolsNote(deps, deps.caller));
  });
}

function answerCompletions(on: On, depsOf: DependenciesOf): void {
  on('completion/complete', async ({ params: { argument, context: completionContext, ref } }, context) => {
    if (ref.type === 'ref/prompt') requirePrompt(ref.name);
    else requireTemplate(ref.uri);
    const variable = argument.name === 'targetEnvironmentId' ? 'environmentId' : argument.name;
    const found = await completeVariable(
      depsOf(context),
      { variable, template: ref.type === 'ref/resource' ? ref.uri : undefined },
      argument.value,
      completionContext?.arguments ?? {},
      context.mcpReq.signal,
    );
    const values = found.slice(0, MAX_COMPLETIONS);
    return { completion: { values, total: found.length, hasMore: found.length > values.length } };
  });
}

/**
 * The nonce in a signed state. A state of a replica with another key is distinguished from a forged one, so that the refusal
 * can say what to do.
 */
function nonceIn(signer: StateSigner, state: string): string {
  try {
    return signer.verify(state);
  } catch (error) {
    if (error instanceof ForeignSignatureError) return FOREIGN_STATE;
    throw error;
  }
}

/** A result that names its target if the server has named targets. */
const withTargetName = <R extends { _meta?: Record<string, unknown> | undefined }>(
  { target }: BackendLocation,
  result: R,
): R => (target === undefined ? result : { ...result, _meta: { ...result._meta, 'finspace-mcp/target': target } });

/** Identifies the client: by its connection, or over HTTP without a session by the name that it gives. */
function clientOf({ http, sessionId, mcpReq }: ServerContext, connection: string): string {
  if (sessionId !== undefined) return `session ${sessionId}`;
  if (http === undefined) return `connection ${connection}`;
  const envelope = mcpReq.envelope as { readonly [CLIENT_INFO_META_KEY]?: { readonly name?: unknown } } | undefined;
  return `name ${envelope?.[CLIENT_INFO_META_KEY]?.name}`;
}

/** What the client can show to its user. Forms are declared by `form`, or by an empty declaration, as before URL mode existed. */
function displayOf(server: Server, context: ServerContext): { showsForms: boolean; showsLinks: boolean } {
  const elicitation = declaredBy(server, context)?.elicitation;
  if (elicitation === undefined) return { showsForms: false, showsLinks: false };
  const showsLinks = 'url' in elicitation;
  return { showsForms: 'form' in elicitation || !showsLinks, showsLinks };
}
