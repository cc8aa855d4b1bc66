import { type Poll, type PollOptions, poll } from './poll.ts';

/** Watches a resource for a principal until the returned function is called. All watchers of a resource share its polls. */
export type Subscribe = (uri: string, principal: string) => () => void;

/** Maximum polled resources of all subscribers together, and maximum resources that wait to be polled. */
const MAX_POLLED = 100;
const MAX_WAITING = 1_000;

interface WatchedResource {
  readonly uri: string;
  /** Its watchers, by principal, with the number of their subscriptions. */
  readonly watchers: Map<string, number>;
  /** Undefined while it waits. */
  poll?: Poll | undefined;
}

/**
 * Polls a bounded number of resources, shared among principals. At the limit, a new resource evicts one of the principal that holds most,
 * if its own principal holds fewer even with the new one. So no principal can occupy all slots. Other new resources and evicted ones wait
 * for a free slot. Calls `onChange` after each change.
 */
export function subscriptions(onChange: (uri: string) => void, options: PollOptions) {
  const watched = new Map<string, WatchedResource>();
  const held = holdings();
  const slots = pollSlots(watched, held, (uri) => poll(uri, () => onChange(uri), options));
  const add = (resource: WatchedResource, principal: string) => {
    const before = resource.watchers.get(principal) ?? 0;
    resource.watchers.set(principal, before + 1);
    if (resource.poll === undefined) slots.admit(resource);
    else if (before === 0) held.add(principal, 1);
  };
  const remove = (resource: WatchedResource, principal: string) => {
    const left = (resource.watchers.get(principal) ?? 0) - 1;
    if (left > 0) return resource.watchers.set(principal, left);
    if (resource.poll !== undefined) held.add(principal, -1);
    resource.watchers.delete(principal);
    if (resource.watchers.size === 0) {
      slots.end(resource);
      if (watched.get(resource.uri) === resource) watched.delete(resource.uri);
    }
    return slots.admitNext();
  };
  const watch: Subscribe = (uri, principal) => {
    const resource: WatchedResource = watched.get(uri) ?? { uri, watchers: new Map() };
    watched.set(uri, resource);
    add(resource, principal);
    let isEnded = false;
    return () => {
      if (!isEnded) remove(resource, principal);
      isEnded = true;
    };
  };
  /** Reads a resource and reports it as changed; false if it is not polled. */
  const refresh = (uri: string) => {
    const polled = watched.get(uri)?.poll;
    polled?.refresh();
    return polled !== undefined;
  };
  return { watch, refresh };
}

/** The number of polled resources by principal. */
function holdings() {
  const held = new Map<string, number>();
  return {
    add: (principal: string, more: number) => {
      const count = (held.get(principal) ?? 0) + more;
      if (count === 0) held.delete(principal);
      else held.set(principal, count);
    },
    /** The count of the principal that watches a resource; with several watchers, the lowest count. */
    lowestCount: ({ watchers }: WatchedResource) => {
      let least = Number.POSITIVE_INFINITY;
      for (const principal of watchers.keys()) least = Math.min(least, held.get(principal) ?? 0);
      return least;
    },
  };
}

/** The slots of polled resources, among all `watched` ones; `start` begins to poll one. */
function pollSlots(
  watched: Map<string, WatchedResource>,
  { add, lowestCount }: ReturnType<typeof holdings>,
  start: (uri: string) => Poll,
) {
  const polled = new Set<WatchedResource>();
  const begin = (resource: WatchedResource) => {
    polled.add(resource);
    for (const principal of resource.watchers.keys()) add(principal, 1);
    resource.poll = start(resource.uri);
  };
  const end = (resource: WatchedResource) => {
    polled.delete(resource);
    for (const principal of resource.watchers.keys()) add(principal, -1);
    resource.poll?.stop();
    resource.poll = undefined;
  };
  /** When too many wait, one is dropped from the principal that holds most: its latest, or the new one if no principal holds more. */
  const dropOverflow = (latest: WatchedResource) => {
    if (watched.size - polled.size <= MAX_WAITING) return;
    const latestFirst = [latest, ...[...watched.values()].toReversed()];
    const dropped = heaviest(latestFirst, (resource) =>
      resource.poll === undefined ? lowestCount(resource) : undefined,
    );
    if (dropped !== undefined) watched.delete(dropped.uri);
  };
  /** Starts polling if a slot is free, or if another principal holds more than the watcher would; otherwise, it waits. */
  const admit = (resource: WatchedResource) => {
    if (polled.size >= MAX_POLLED) {
      const evicted = heaviest(polled, lowestCount);
      if (evicted === undefined || lowestCount(evicted) <= lowestCount(resource) + 1) return dropOverflow(resource);
      end(evicted);
      dropOverflow(evicted);
    }
    begin(resource);
  };
  const admitNext = () => {
    const next = heaviest(watched.values(), (resource) =>
      resource.poll === undefined ? -lowestCount(resource) : undefined,
    );
    if (next !== undefined) admit(next);
  };
  return { admit, admitNext, end };
}

/** The first of the heaviest; items without weight do not count. */
function heaviest<T>(all: Iterable<T>, weight: (item: T) => number | undefined): T | undefined {
  let found: T | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const item of all) {
    const itemWeight = weight(item);
    if (itemWeight === undefined || itemWeight <= most) continue;
    [found, most] = [item, itemWeight];
  }
  return found;
}
