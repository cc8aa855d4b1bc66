import { createHash } from 'node:crypto';
import { ResourceNotFoundError } from '@modelcontextprotocol/server';
import { topologyUri } from '../inventory/uris.ts';
import { resourceAt } from './catalog.ts';
import type { ResourceEnvironment } from './environment.ts';
import { readResource } from './read.ts';

/** How often resources are looked at, and the time by which that goes. */
export interface Pace {
  /** Milliseconds between two looks. */
  readonly everyMs: number;
  readonly now: () => number;
  /** Does something after so many milliseconds, unless the returned function is called before. */
  readonly later: (work: () => void, ms: number) => () => void;
}

export interface Looking extends Pace {
  /** The state of a resource, equal for as long as it has not changed. Rejects when it cannot be read for now. */
  readonly stateOf: (uri: string, signal: AbortSignal) => Promise<string>;
}

const SLOWEST_MS = 300_000;
/** A look that takes long is repeated less often, so that looking never takes more than a small part of the time. */
const PAUSE_PER_LOOK = 9;

/** Looks at a resource until the returned function is called: more slowly after failures; `changed` hears when it differs. */
export function looking(uri: string, changed: () => void, { stateOf, everyMs, now, later }: Looking): () => void {
  const over = new AbortController();
  let last: string | undefined;
  let failures = 0;
  let cancel = () => {};
  const look = async () => {
    const began = now();
    try {
      const seen = await stateOf(uri, over.signal);
      if (over.signal.aborted) return;
      if (last !== undefined && seen !== last) changed();
      last = seen;
      failures = 0;
    } catch {
      failures += 1;
    }
    const pause = Math.max(everyMs * 2 ** Math.min(failures, 20), PAUSE_PER_LOOK * (now() - began));
    if (!over.signal.aborted) cancel = later(look, Math.min(pause, SLOWEST_MS));
  };
  void look();
  return () => {
    over.abort();
    cancel();
  };
}

/** What has to differ for a resource to count as changed. A picture ages by itself; its topology does not. */
export function readState(environment: ResourceEnvironment): Looking['stateOf'] {
  return async (uri, signal) => {
    const found = resourceAt(uri);
    const read = found?.kind.topology === undefined ? uri : topologyUri(found.input['environmentId'] ?? '');
    try {
      const { contents } = await readResource(environment, read, signal, { extent: 'state' });
      const texts = contents.map((content) => ('text' in content ? content.text : ''));
      return createHash('sha256')
        .update(texts.join('').replace(/"readAt":"[^"]*"/, ''))
        .digest('base64');
    } catch (error) {
      if (error instanceof ResourceNotFoundError) return 'not there';
      throw error;
    }
  };
}
