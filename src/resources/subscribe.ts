import { ResourceNotFoundError, type Server, type ServerContext, type ServerEvent } from '@modelcontextprotocol/server';
import { resourceAt } from './catalog.ts';
import type { Changes } from './changes.ts';
import type { ResourceEnvironment } from './environment.ts';
import { readResource } from './read.ts';

const MOST_SUBSCRIPTIONS = 200;

/** What a connection is told of changes. */
export interface Subscriptions {
  /**
   * To be called with each tool call: over stdio in the era of 2026-07-28 subscriptions are kept outside of the server, which
   * therefore tells of every change that a call may bring and leaves it to the stream to drop what nobody asked for.
   */
  tellAll(context: ServerContext): void;
}

/** Lets a 2025-era connection subscribe to resources one by one; nothing is kept or watched for one that does not. */
export function takeSubscriptions(server: Server, environment: ResourceEnvironment, changes: Changes): Subscriptions {
  const watched = new Map<string, () => void>();
  let unlisten: (() => void) | undefined;
  let isTellingAll = false;
  const tell = (event: ServerEvent) => {
    if (event.kind === 'resources_list_changed') server.sendResourceListChanged().catch(() => {});
    if (event.kind === 'resource_updated' && (isTellingAll || watched.has(event.uri)))
      server.sendResourceUpdated({ uri: event.uri }).catch(() => {});
  };
  server.setRequestHandler('resources/subscribe', async ({ params: { uri } }, { mcpReq }) => {
    if (resourceAt(uri) === undefined || watched.size >= MOST_SUBSCRIPTIONS) throw new ResourceNotFoundError(uri);
    await readResource(environment, uri, mcpReq.signal);
    unlisten ??= changes.subscribe(tell);
    if (!watched.has(uri)) watched.set(uri, changes.watch(environment, uri));
    return {};
  });
  const end = (uri: string) => {
    watched.get(uri)?.();
    watched.delete(uri);
    if (watched.size > 0 || isTellingAll) return;
    unlisten?.();
    unlisten = undefined;
  };
  server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }) => {
    end(uri);
    return {};
  });
  server.onclose = () => {
    isTellingAll = false;
    for (const uri of [...watched.keys(), '']) end(uri);
  };
  return {
    tellAll({ http, mcpReq }) {
      if (http !== undefined || mcpReq.envelope === undefined) return;
      isTellingAll = true;
      unlisten ??= changes.subscribe(tell);
    },
  };
}
