import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';
import { topologyUri } from '../inventory/uris.ts';
import { FinspaceError } from '../operations/failure.ts';
import { type Call, operationNamed } from '../operations/index.ts';
import { resourceAt, urisTouchedBy } from './catalog.ts';
import type { ResourceEnvironment } from './environment.ts';
import { readResource } from './read.ts';

export interface ChangeOptions {
  /** Milliseconds between two looks at a resource that somebody subscribes to. */
  readonly everyMs: number;
}

/** Tells subscribers that a resource changed: after calls through here, and, while they subscribe, when looking finds it. */
export interface Changes extends ServerEventBus {
  /** The same Call; after each mutation subscribers of what it touched are told. */
  readonly call: (call: Call) => Call;
  /** Looks at a resource from time to time, once for all who watch it, until the returned function is called. */
  watch(environment: ResourceEnvironment, uri: string): () => void;
}

/** With more than so many resources watched, the others tell of changes made through this server only. */
const MOST_WATCHED = 100;
const SLOWEST_MS = 300_000;
const LISTING = new Set(['create', 'destroy']);

export function changes({ everyMs }: ChangeOptions): Changes {
  const listeners = new Set<(event: ServerEvent) => void>();
  const watched = new Map<string, { count: number; stop: () => void }>();
  const publish = (event: ServerEvent) => {
    for (const listener of listeners) listener(event);
  };
  return {
    publish,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    call: (call) => async (name, input, options) => {
      const { risk } = operationNamed(name);
      const output = await call(name, input, options);
      if (listeners.size === 0 || risk === 'read' || risk === 'reveal') return output;
      for (const uri of urisTouchedBy(name, input as Record<string, unknown>))
        publish({ kind: 'resource_updated', uri });
      if (LISTING.has(risk)) publish({ kind: 'resources_list_changed' });
      return output;
    },
    watch(environment, uri) {
      const present = watched.get(uri);
      if (present === undefined && watched.size >= MOST_WATCHED) return () => {};
      const watcher = present ?? { count: 0, stop: look(environment, uri, everyMs, publish) };
      watcher.count += 1;
      watched.set(uri, watcher);
      let over = false;
      return () => {
        if (over) return;
        over = true;
        watcher.count -= 1;
        if (watcher.count > 0) return;
        watcher.stop();
        watched.delete(uri);
      };
    },
  };
}

/** Reads a resource again and again, more slowly after failures, and tells when it reads differently from the last time. */
function look(
  environment: ResourceEnvironment,
  uri: string,
  everyMs: number,
  publish: (event: ServerEvent) => void,
): () => void {
  const over = new AbortController();
  let last: string | undefined;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  const again = async () => {
    try {
      const seen = await stateOf(environment, uri, over.signal);
      if (last !== undefined && seen !== last) publish({ kind: 'resource_updated', uri });
      last = seen;
      failures = 0;
    } catch {
      failures += 1;
    }
    if (!over.signal.aborted) timer = setTimeout(again, Math.min(everyMs * 2 ** failures, SLOWEST_MS)).unref();
  };
  void again();
  return () => {
    over.abort();
    clearTimeout(timer);
  };
}

/** What has to differ for a resource to count as changed. A picture ages by itself; its topology does not. */
async function stateOf(environment: ResourceEnvironment, uri: string, signal: AbortSignal): Promise<string> {
  const found = resourceAt(uri);
  const read = found?.kind.topology === undefined ? uri : topologyUri(found.input['environmentId'] ?? '');
  try {
    const { contents } = await readResource(environment, read, signal);
    return contents
      .map((content) => ('text' in content ? content.text : ''))
      .join('')
      .replace(/"readAt":"[^"]*"/, '');
  } catch (error) {
    if (error instanceof FinspaceError || signal.aborted) throw error;
    return `unreadable: ${error instanceof Error ? error.name : ''}`;
  }
}
