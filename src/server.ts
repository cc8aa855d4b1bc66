import { type AuthInfo, Server, type ServerContext } from '@modelcontextprotocol/server';
import type { Answers, ServerProfile } from './answers.ts';
import { withApps } from './extensions/apps/links.ts';
import { declaredBy } from './extensions/capabilities.ts';
import { EXTENSION_METHODS, ON_DEMAND_METHODS } from './methods.ts';
import { lazy } from './operations/operation.ts';
import { requireFirstPage } from './resources/cursor.ts';
import type { Watch } from './resources/subscribe.ts';
import { type Caller, LOCAL_CALLER } from './safety/policy.ts';
import { instructionsFor } from './tools/instructions.ts';
import { listedTools } from './tools/list.ts';
import { VERSION } from './version.ts';

const HOUR_MS = 3_600_000;

/** How long clients may cache answers; answers that depend on the caller are private. */
const hints = (cacheScope: 'public' | 'private') =>
  ({
    // The list depends on what the client supports.
    'tools/list': { ttlMs: HOUR_MS, cacheScope: 'private' },
    'prompts/list': { ttlMs: HOUR_MS, cacheScope },
    'resources/templates/list': { ttlMs: HOUR_MS, cacheScope },
    'server/discover': { ttlMs: HOUR_MS, cacheScope },
    'resources/list': { ttlMs: 5_000, cacheScope: 'private' },
  }) as const;
/** What the server offers beyond the protocol: the runbooks as skills, and calls that take long as tasks. */
const EXTENSIONS = { 'io.modelcontextprotocol/skills': {}, 'io.modelcontextprotocol/tasks': {} };
/** For methods whose handlers check their parameters themselves. */
const UNCHECKED = {
  '~standard': { version: 1, vendor: 'finspace-mcp', validate: (value: unknown) => ({ value: value as object }) },
} as const;
const PUBLIC_HINTS = hints('public');
const PRIVATE_HINTS = hints('private');

export type { Watch } from './resources/subscribe.ts';

/**
 * Creates the server of a caller. On a connection that `receivesAllEvents`, the transport drops the events of resources that the client
 * did not subscribe to.
 */
export interface ServerFactory {
  (caller: Caller, connection?: { readonly receivesAllEvents: boolean }): Server;
  /** Loads what answers requests; `watch` works from then on. */
  load(): Promise<void>;
  /** Starts to watch the resources that a caller's stream requests. */
  watch(caller: Caller, uris: readonly string[]): Watch;
}

/** Creates servers that load `answers` for the first request that they cannot answer themselves. */
export function serverFactory(profile: ServerProfile, answers: () => Promise<Answers>): ServerFactory {
  let loaded: Answers | undefined;
  const load = lazy(async () => {
    loaded = await answers();
    return loaded;
  });
  /** For each connection that receives all events, a function that loads its handlers. */
  const handlerLoaders: (() => Promise<unknown>)[] = [];

  const make = (caller: Caller, { receivesAllEvents } = { receivesAllEvents: false }): Server => {
    const server = newServer(profile, caller, load);
    const callerOf: CallerOf = ({ http }) => callerIn(http?.authInfo) ?? caller;
    listTools(server, profile, callerOf, load);
    const handlers = lazy(async () => (await load()).handlers({ server, callerOf, receivesAllEvents }));
    if (receivesAllEvents) {
      handlerLoaders.push(handlers);
      // `loadAll` loads only the handlers of connections that exist when it is called.
      if (loaded !== undefined) void handlers();
    }
    handleOnDemand(server, handlers);
    return server;
  };
  const loadAll = async () =>
    void (await Promise.all([load(), ...handlerLoaders.map((loadHandlers) => loadHandlers())]));
  const watch = (caller: Caller, uris: readonly string[]) => {
    if (loaded === undefined) throw new Error('what answers requests is not loaded');
    return loaded.watch(caller, uris);
  };
  return Object.assign(make, { load: loadAll, watch });
}

type CallerOf = (context: Pick<ServerContext, 'http'>) => Caller;

function newServer(profile: ServerProfile, caller: Caller, load: () => Promise<Answers>): Server {
  return new Server(
    { name: 'finspace-mcp', title: 'FinSpace MCP', version: VERSION },
    {
      capabilities: {
        tools: {},
        resources: { subscribe: true, listChanged: true },
        prompts: {},
        completions: {},
        extensions: EXTENSIONS,
      },
      instructions: instructionsFor(profile, caller),
      requestState: { verify: async (state) => (await load()).nonceIn(state) },
      cacheHints: caller === LOCAL_CALLER ? PUBLIC_HINTS : PRIVATE_HINTS,
    },
  );
}

/** Lists the tools without loading what answers requests, unless the tools are searched. */
function listTools(server: Server, profile: ServerProfile, callerOf: CallerOf, load: () => Promise<Answers>): void {
  server.setRequestHandler('tools/list', async ({ params }, context) => {
    requireFirstPage(params);
    const { catalog, restrictions, outputSchemas } = profile;
    const found = catalog === 'search' ? await (await load()).searchTools(callerOf(context)) : undefined;
    const tools = listedTools(restrictions, callerOf(context));
    const listed = outputSchemas ? tools.map((await import('./tools/describe.ts')).withOutputSchema) : tools;
    return { tools: found ?? withApps(listed, declaredBy(server, context)) };
  });
}

function handleOnDemand(server: Server, handlers: () => Promise<ReturnType<Answers['handlers']>>): void {
  for (const method of ON_DEMAND_METHODS)
    server.setRequestHandler(
      method,
      async (request: unknown, context: ServerContext) => (await handlers()).get(method)?.(request, context) as never,
    );
  for (const method of EXTENSION_METHODS)
    server.setRequestHandler(
      method,
      { params: UNCHECKED },
      async (params, context) => (await handlers()).get(method)?.({ params }, context) as never,
    );
}

/** The caller whose token came with a request; undefined where the transport needs none. */
export const callerIn = (authInfo: AuthInfo | undefined): Caller | undefined =>
  authInfo?.extra?.['caller'] as Caller | undefined;
