import { type AuthInfo, Server, type ServerContext } from '@modelcontextprotocol/server';
import type { Answers, ServerProfile } from './answers.ts';
import { withApps } from './extensions/apps/links.ts';
import { declaredBy } from './extensions/capabilities.ts';
import { OF_EXTENSIONS, ON_DEMAND } from './methods.ts';
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
    // It depends on what the client supports.
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
const SHARED_HINTS = hints('public');
const OWN_HINTS = hints('private');

export type { Watch } from './resources/subscribe.ts';

/** Creates the server of a caller. If it `receivesAllEvents`, the transport drops changes without a subscription. */
export interface ServerFactory {
  (caller: Caller, connection?: { readonly receivesAllEvents: boolean }): Server;
  /** Loads what answers requests; `watch` works from then on. */
  ready(): Promise<void>;
  /** Starts to watch the resources that a caller's stream requests. */
  watch(caller: Caller, uris: readonly string[]): Watch;
}

/** Creates servers that list tools by themselves, and load `answers` when they have to answer something else. */
export function serverFactory(profile: ServerProfile, answers: () => Promise<Answers>): ServerFactory {
  let loaded: Answers | undefined;
  const load = lazy(async () => {
    loaded = await answers();
    return loaded;
  });
  /** Load the handlers of the connections that receive all events. */
  const loadReceivers: (() => Promise<unknown>)[] = [];

  const make = (caller: Caller, { receivesAllEvents } = { receivesAllEvents: false }): Server => {
    const server = newServer(profile, caller, load);
    const callerOf: CallerOf = ({ http }) => callerIn(http?.authInfo) ?? caller;
    listTools(server, profile, callerOf, load);
    const handlers = lazy(async () => (await load()).handlers({ server, callerOf, receivesAllEvents }));
    if (receivesAllEvents) {
      loadReceivers.push(handlers);
      // If `ready` has resolved already, it does not load these.
      if (loaded !== undefined) void handlers();
    }
    handleOnDemand(server, handlers);
    return server;
  };
  const ready = async () => void (await Promise.all([load(), ...loadReceivers.map((loadHandlers) => loadHandlers())]));
  const watch = (caller: Caller, uris: readonly string[]) => {
    if (loaded === undefined) throw new Error('what answers requests is not loaded');
    return loaded.watch(caller, uris);
  };
  return Object.assign(make, { ready, watch });
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
      cacheHints: caller === LOCAL_CALLER ? SHARED_HINTS : OWN_HINTS,
    },
  );
}

/** Lists the tools without loading what answers requests, unless the tools are searched. */
function listTools(server: Server, profile: ServerProfile, callerOf: CallerOf, load: () => Promise<Answers>): void {
  server.setRequestHandler('tools/list', async ({ params }, context) => {
    requireFirstPage(params);
    const { catalog, restrictions, outputSchemas } = profile;
    const found = catalog === 'search' ? await (await load()).searchTools(callerOf(context)) : undefined;
    const own = listedTools(restrictions, callerOf(context));
    const listed = outputSchemas ? own.map((await import('./tools/describe.ts')).withOutputSchema) : own;
    return { tools: found ?? withApps(listed, declaredBy(server, context)) };
  });
}

function handleOnDemand(server: Server, handlers: () => Promise<ReturnType<Answers['handlers']>>): void {
  for (const method of ON_DEMAND)
    server.setRequestHandler(
      method,
      async (request: unknown, context: ServerContext) => (await handlers()).get(method)?.(request, context) as never,
    );
  for (const method of OF_EXTENSIONS)
    server.setRequestHandler(
      method,
      { params: UNCHECKED },
      async (params, context) => (await handlers()).get(method)?.({ params }, context) as never,
    );
}

/** The caller whose token came with a request; undefined where the transport needs none. */
export const callerIn = (authInfo: AuthInfo | undefined): Caller | undefined =>
  authInfo?.extra?.['caller'] as Caller | undefined;
