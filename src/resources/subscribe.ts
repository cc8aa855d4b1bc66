import {
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
  type ServerEvent,
} from '@modelcontextprotocol/server';
import { offeredTo } from '../safety/policy.ts';
import { resourceAt } from './catalog.ts';
import type { Changes } from './changes.ts';
import type { ResourceDependencies } from './dependencies.ts';
import { notFound } from './not-found.ts';
import { readResource } from './read.ts';

/** Limit for one connection or stream. */
const MAX_SUBSCRIPTIONS = 200;
/** Maximum URIs of one request that are looked at; the others are ignored. */
const MAX_REQUESTED = 1_000;

/** Whether a caller may read a resource with this URI, even if none exists yet. */
function mayWatch(deps: ResourceDependencies, uri: string): boolean {
  const kind = resourceAt(uri)?.kind;
  return kind !== undefined && offeredTo(deps)(kind.operation);
}

/** The resources that a stream is notified of: those that its caller may read, watched until the stream ends. */
export interface Watch {
  readonly uris: readonly string[];
  end(): void;
}

/** Starts to watch the resources that a 2026-07-28 stream requests; the transport keeps its subscription. */
export function watchFor(deps: ResourceDependencies, changes: Changes, requested: readonly string[]): Watch {
  const uris = requested
    .slice(0, MAX_REQUESTED)
    .filter((uri) => mayWatch(deps, uri))
    .slice(0, MAX_SUBSCRIPTIONS);
  const ends = uris.map((uri) => changes.watch(uri, deps.caller.principal));
  return { uris, end: () => ends.forEach((end) => void end()) };
}

const tooMany = () =>
  new ProtocolError(
    ProtocolErrorCode.InvalidRequest,
    `A connection can subscribe to at most ${MAX_SUBSCRIPTIONS} resources: unsubscribe from another one first.`,
  );

/** A connection, and how its requests get a handler. */
interface Subscriber {
  readonly server: Server;
  readonly on: Server['setRequestHandler'];
  readonly receivesAllEvents: boolean;
}

/**
 * Notifies a connection of changes. A 2025-era client subscribes to resources one by one; nothing is polled for a client that does
 * not. A connection that `receivesAllEvents` gets every event, because its transport drops those that the client did not subscribe to.
 */
export function handleSubscriptions(
  { server, on, receivesAllEvents }: Subscriber,
  depsOf: (context: ServerContext) => ResourceDependencies,
  changes: Changes,
): void {
  const watched = new Map<string, () => void>();
  const send = (event: ServerEvent) => {
    if (event.kind === 'resources_list_changed') server.sendResourceListChanged().catch(() => {});
    if (event.kind === 'resource_updated' && (receivesAllEvents || watched.has(event.uri)))
      server.sendResourceUpdated({ uri: event.uri }).catch(() => {});
  };
  let leaveEvents = receivesAllEvents ? changes.subscribe(send) : undefined;
  const stopEvents = () => {
    leaveEvents?.();
    leaveEvents = undefined;
  };
  on('resources/subscribe', async ({ params: { uri } }, context) => {
    const deps = depsOf(context);
    if (!mayWatch(deps, uri)) throw notFound(uri);
    await readResource(deps, uri, context.mcpReq.signal);
    // Other requests may have subscribed meanwhile.
    if (watched.size >= MAX_SUBSCRIPTIONS && !watched.has(uri)) throw tooMany();
    leaveEvents ??= changes.subscribe(send);
    if (!watched.has(uri)) watched.set(uri, changes.watch(uri, deps.caller.principal));
    return {};
  });
  const unwatch = (uri: string) => {
    watched.get(uri)?.();
    watched.delete(uri);
    if (watched.size === 0 && !receivesAllEvents) stopEvents();
  };
  on('resources/unsubscribe', ({ params: { uri } }) => {
    unwatch(uri);
    return {};
  });
  // Handlers are loaded after the transport has set its own hook, which releases the server of a request.
  const { onclose } = server;
  server.onclose = () => {
    for (const uri of watched.keys()) unwatch(uri);
    stopEvents();
    onclose?.();
  };
}
