import { randomUUID } from 'node:crypto';
import {
  type AuthInfo,
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type ClientCapabilities,
  Server,
  type ServerContext,
  type ServerEventBus,
} from '@modelcontextprotocol/server';
import { getPrompt, listPrompts, requirePrompt } from './prompts/index.ts';
import { changes } from './resources/changes.ts';
import { completeVariable, requireTemplate } from './resources/complete.ts';
import { listResources, listTemplates, unknownCursor } from './resources/list.ts';
import { type Pace, readState } from './resources/looking.ts';
import { readResource } from './resources/read.ts';
import { takeSubscriptions, type Watch, watchFor } from './resources/subscribe.ts';
import type { Place } from './safety/place.ts';
import { type Caller, LOCAL_CALLER } from './safety/policy.ts';
import type { RecoveryKits } from './safety/recovery.ts';
import { FOREIGN_QUESTION, ForeignSealError, type Seal } from './safety/seal.ts';
import { callTool } from './tools/call.ts';
import { callOf2025 } from './tools/call-2025.ts';
import type { ToolEnvironment } from './tools/environment.ts';
import { instructionsFor } from './tools/instructions.ts';
import { listedTools } from './tools/list.ts';
import { progressOf } from './tools/progress.ts';
import { VERSION } from './version.ts';

/** What one process serves; shared by all connections. */
export interface ServerEnvironment extends Omit<ToolEnvironment, 'caller'> {
  /** Whether all tools are listed, or only the tools that find the others. */
  readonly catalog: 'tools' | 'search';
  readonly outputSchemas: boolean;
  readonly kits: Pick<RecoveryKits, 'list' | 'read'>;
  readonly seal: Seal;
  /** Carries change events between replicas. */
  readonly bus?: ServerEventBus | undefined;
  /** How often watched resources are polled. */
  readonly pace: Pace;
}

const HOUR_MS = 3_600_000;
const MOST_COMPLETIONS = 100;

/** How long clients may cache answers; answers that depend on the caller are private. */
const hints = (cacheScope: 'public' | 'private') =>
  ({
    'tools/list': { ttlMs: HOUR_MS, cacheScope },
    'prompts/list': { ttlMs: HOUR_MS, cacheScope },
    'resources/templates/list': { ttlMs: HOUR_MS, cacheScope },
    'server/discover': { ttlMs: HOUR_MS, cacheScope },
    'resources/list': { ttlMs: 5_000, cacheScope: 'private' },
  }) as const;
const SHARED_HINTS = hints('public');
const OWN_HINTS = hints('private');

export type { Watch } from './resources/subscribe.ts';

/** For transports that keep subscriptions themselves, as all do with 2026-07-28. */
interface Subscribable {
  /** Carries change events to streams. */
  readonly changes: ServerEventBus;
  /** Starts to watch the resources that a caller's stream requests. */
  watch(caller: Caller, uris: readonly string[]): Watch;
}

/** Creates the server of a caller. If it `hearsAll`, the transport drops changes without a subscription. */
export type ServerFactory = ((caller: Caller, connection?: { readonly hearsAll: boolean }) => Server) & Subscribable;

/** Creates servers for callers. What all of them share is computed once. */
export function serverFactory(shared: ServerEnvironment): ServerFactory {
  const search = shared.catalog === 'search' ? import('./tools/search/index.ts') : undefined;
  // Polling only shows that something changed, so one poll serves callers with different rights.
  const feed = changes({
    bus: shared.bus,
    stateOf: readState({ ...shared, caller: LOCAL_CALLER }),
    ...shared.pace,
  });
  const environment = { ...shared, call: feed.call(shared.call) };

  const make = (caller: Caller, { hearsAll } = { hearsAll: false }): Server => {
    const server = new Server(
      { name: 'finspace-mcp', title: 'FinSpace MCP', version: VERSION },
      {
        capabilities: { tools: {}, resources: { subscribe: true, listChanged: true }, prompts: {}, completions: {} },
        instructions: instructionsFor(shared, caller),
        requestState: { verify: (state) => questionIn(shared.seal, state) },
        cacheHints: caller === LOCAL_CALLER ? SHARED_HINTS : OWN_HINTS,
      },
    );
    const connection: Connection = {
      id: randomUUID(),
      server,
      search,
      environmentOf: ({ http }) => ({ ...environment, caller: callerIn(http?.authInfo) ?? caller }),
    };
    answerTools(connection);
    answerResources(connection);
    takeSubscriptions(server, connection.environmentOf, feed, hearsAll);
    answerPrompts(connection, shared.catalog);
    answerCompletions(connection);
    return server;
  };
  const watch = (caller: Caller, uris: readonly string[]) => watchFor({ ...shared, caller }, feed, uris);
  return Object.assign(make, { changes: feed, watch });
}

/** The caller whose token came with a request; undefined where the transport needs none. */
export const callerIn = (authInfo: AuthInfo | undefined): Caller | undefined =>
  authInfo?.extra?.['caller'] as Caller | undefined;

interface Connection {
  readonly id: string;
  readonly server: Server;
  readonly search: Promise<typeof import('./tools/search/index.ts')> | undefined;
  /** What a request is served with. Its own token decides what it may do, not that of the first request of a session. */
  readonly environmentOf: (context: Pick<ServerContext, 'http'>) => ServerEnvironment & ToolEnvironment;
}

function answerTools({ id, server, search, environmentOf }: Connection): void {
  server.setRequestHandler('tools/list', async ({ params }, context) => {
    requireFirstPage(params);
    const environment = environmentOf(context);
    const { restrictions, caller, outputSchemas } = environment;
    return { tools: (await search)?.searchTools(environment) ?? listedTools(restrictions, caller, outputSchemas) };
  });
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const run = (await search)?.callSearchTool ?? callTool;
    const environment = environmentOf(context);
    const round = async (context: ServerContext) => {
      const exchange = { context, client: clientOf(context, id), ...shows(server, context) };
      return naming(environment.place, await run(environment, params, exchange));
    };
    const isOf2025 = context.mcpReq.envelope === undefined;
    return isOf2025 ? callOf2025(context, (state) => questionIn(environment.seal, state), round) : round(context);
  });
}

function answerResources({ server, environmentOf }: Connection): void {
  server.setRequestHandler('resources/list', ({ params }, context) =>
    listResources(environmentOf(context), context.mcpReq.signal, params?.cursor),
  );
  server.setRequestHandler('resources/templates/list', ({ params }, context) => {
    requireFirstPage(params);
    return listTemplates(environmentOf(context));
  });
  server.setRequestHandler('resources/read', async ({ params }, context) => {
    const { mcpReq } = context;
    const { contents, ...hinted } = await readResource(environmentOf(context), params.uri, mcpReq.signal, {
      report: progressOf(context),
    });
    return mcpReq.envelope === undefined ? { contents } : { contents, ...hinted };
  });
}

function answerPrompts({ server }: Connection, catalog: ServerEnvironment['catalog']): void {
  const start =
    catalog === 'search' ? 'Tools are found with find_tools and run with call_read_tool or call_write_tool.' : '';
  server.setRequestHandler('prompts/list', ({ params }) => {
    requireFirstPage(params);
    return { prompts: listPrompts() };
  });
  server.setRequestHandler('prompts/get', ({ params }) => getPrompt(params.name, params.arguments, start));
}

function answerCompletions({ server, environmentOf }: Connection): void {
  server.setRequestHandler('completion/complete', async ({ params: { argument, context, ref } }, request) => {
    if (ref.type === 'ref/prompt') requirePrompt(ref.name);
    else requireTemplate(ref.uri);
    const found = await completeVariable(
      environmentOf(request),
      { variable: argument.name, template: ref.type === 'ref/resource' ? ref.uri : undefined },
      argument.value,
      context?.arguments ?? {},
      request.mcpReq.signal,
    );
    const values = found.slice(0, MOST_COMPLETIONS);
    return { completion: { values, total: found.length, hasMore: found.length > values.length } };
  });
}

/** Throws ProtocolError for a cursor, where everything is on one page. */
function requireFirstPage(params: { readonly cursor?: string | undefined } | undefined): void {
  if (params?.cursor !== undefined) throw unknownCursor();
}

/**
 * The question in a sealed state. A state of a replica with another key is distinguished from a forged one, so that the refusal
 * can say what to do.
 */
function questionIn(seal: Seal, state: string): string {
  try {
    return seal.unseal(state);
  } catch (error) {
    if (error instanceof ForeignSealError) return FOREIGN_QUESTION;
    throw error;
  }
}

/** A result that names its target, where several are served. */
const naming = <R extends { _meta?: Record<string, unknown> | undefined }>({ target }: Place, result: R): R =>
  target === undefined ? result : { ...result, _meta: { ...result._meta, 'finspace-mcp/target': target } };

/** Identifies the client: by its connection, or over HTTP without a session by the name that it gives. */
function clientOf({ http, sessionId, mcpReq }: ServerContext, connection: string): string {
  if (sessionId !== undefined) return `session ${sessionId}`;
  if (http === undefined) return `connection ${connection}`;
  const envelope = mcpReq.envelope as { readonly [CLIENT_INFO_META_KEY]?: { readonly name?: unknown } } | undefined;
  return `name ${envelope?.[CLIENT_INFO_META_KEY]?.name}`;
}

/** What the client can show to its user. Forms are declared by `form`, or by an empty declaration, as before URL mode existed. */
function shows(server: Server, { mcpReq }: ServerContext): { showsForms: boolean; showsLinks: boolean } {
  const envelope = mcpReq.envelope as { readonly [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities } | undefined;
  const declared = envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities();
  const elicitation = declared?.elicitation;
  if (elicitation === undefined) return { showsForms: false, showsLinks: false };
  const showsLinks = 'url' in elicitation;
  return { showsForms: 'form' in elicitation || !showsLinks, showsLinks };
}
