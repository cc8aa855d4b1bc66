import { createHash } from 'node:crypto';
import { ResourceNotFoundError } from '@modelcontextprotocol/server';
import { topologyUri } from '../inventory/uris.ts';
import { resourceAt } from './catalog.ts';
import type { ResourceDependencies } from './dependencies.ts';
import { readResource } from './read.ts';

/** How often resources are polled, and the timer for it. */
export interface Pace {
  /** Milliseconds between two polls. */
  readonly everyMs: number;
  readonly now: () => number;
  /** Runs a function after a number of milliseconds. The returned function cancels it. */
  readonly schedule: (work: () => void, ms: number) => () => void;
}

export interface PollOptions extends Pace {
  /** The state of a resource; equal values mean no change. Rejects when it cannot be read now. */
  readonly stateOf: (uri: string, signal: AbortSignal) => Promise<string>;
}

const MAX_PAUSE_MS = 300_000;
/** Pause after a poll, in multiples of its duration, so that slow polls take only a small share of the time. */
const PAUSE_PER_POLL = 9;

export interface Poll {
  /** After a call that changes it: reads the resource now, or after the read in progress, and then calls `onChange`, whatever was read. */
  refresh(): void;
  stop(): void;
}

/**
 * Polls a resource until `stop`, more slowly after failures. Calls `onChange` once for all changes between two reads. All calls of
 * `refresh` during a read share the next read.
 */
export function poll(uri: string, onChange: () => void, { stateOf, everyMs, now, schedule }: PollOptions): Poll {
  const ending = new AbortController();
  let last: string | undefined;
  let failures = 0;
  let isReading = false;
  let isRefreshDue = false;
  let cancel = () => {};
  /** Whether the state differs from the last one; false if it could not be read, or if a refresh will read it again. */
  const findChange = async (isRefresh: boolean) => {
    try {
      const state = await stateOf(uri, ending.signal);
      failures = 0;
      if (isRefreshDue && !isRefresh) return false;
      const isNew = last !== undefined && state !== last;
      last = state;
      return isNew && !ending.signal.aborted;
    } catch {
      failures += 1;
      return false;
    }
  };
  const read = async () => {
    isReading = true;
    const began = now();
    const isRefresh = isRefreshDue;
    isRefreshDue = false;
    const isChanged = await findChange(isRefresh);
    if (isChanged || isRefresh) onChange();
    isReading = false;
    if (isRefreshDue) return void read();
    const pause = Math.max(everyMs * 2 ** Math.min(failures, 20), PAUSE_PER_POLL * (now() - began));
    if (!ending.signal.aborted) cancel = schedule(read, Math.min(pause, MAX_PAUSE_MS));
  };
  void read();
  return {
    refresh: () => {
      isRefreshDue = true;
      if (isReading) return;
      cancel();
      void read();
    },
    stop: () => {
      ending.abort();
      cancel();
    },
  };
}

/**
 * Reads a digest of the content that decides whether a resource has changed, without the time of the read. For a picture or flowchart, it
 * is that of the topology as JSON, because a picture shows the current time.
 */
export function readState(deps: ResourceDependencies): PollOptions['stateOf'] {
  return async (uri, signal) => {
    const found = resourceAt(uri);
    const target = found?.kind.topologyForm === undefined ? uri : topologyUri(found.input['environmentId'] ?? '');
    try {
      const { contents } = await readResource(deps, target, signal, { extent: 'state' });
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
