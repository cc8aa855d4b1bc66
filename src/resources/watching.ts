import { type Looking, looking } from './looking.ts';

/** Watches a resource for a principal until the returned function is called. All watchers of a resource share its polls. */
export type Watching = (uri: string, principal: string) => () => void;

/** Maximum polled resources of all subscribers together, and maximum resources that wait to be polled. */
const MOST_LOOKED_AT = 100;
const MOST_WAITING = 1_000;

interface Watched {
  readonly uri: string;
  /** Its watchers, by principal, with the number of their subscriptions. */
  readonly watchers: Map<string, number>;
  /** Undefined while it waits. */
  stop?: (() => void) | undefined;
}

/**
 * Polls a bounded number of resources, shared among principals: at the limit, a new one evicts one of the principal that holds
 * most, so that no principal can occupy all. Evicted resources wait for a free slot. `found` is called after each change.
 */
export function watching(found: (uri: string) => void, pace: Looking): Watching {
  const known = new Map<string, Watched>();
  const lookedAt = new Set<Watched>();

  /** Number of polled resources by principal. */
  const held = new Map<string, number>();

  const count = (principal: string, more: number) => held.set(principal, (held.get(principal) ?? 0) + more);
  /** The count of its watcher; with several watchers, the lowest count. */
  const share = ({ watchers }: Watched) => {
    let least = Number.POSITIVE_INFINITY;
    for (const principal of watchers.keys()) least = Math.min(least, held.get(principal) ?? 0);
    return least;
  };
  const begin = (one: Watched) => {
    lookedAt.add(one);
    for (const principal of one.watchers.keys()) count(principal, 1);
    one.stop = looking(one.uri, () => found(one.uri), pace);
  };
  const end = (one: Watched) => {
    lookedAt.delete(one);
    for (const principal of one.watchers.keys()) count(principal, -1);
    one.stop?.();
    one.stop = undefined;
  };
  /**
   * When too many wait, one is dropped from the principal that holds most: its latest, or the new one if no principal holds more.
   */
  const forgetOverflow = (latest: Watched) => {
    if (known.size - lookedAt.size <= MOST_WAITING) return;
    const gives = heaviest([latest, ...known.values()], (one) => (one.stop === undefined ? share(one) : undefined));
    if (gives !== undefined) known.delete(gives.uri);
  };
  /** Starts polling if a slot is free, or if another principal holds more than the watcher would. */
  const admit = (one: Watched) => {
    if (lookedAt.size >= MOST_LOOKED_AT) {
      const gives = heaviest(lookedAt, share);
      if (gives === undefined || share(gives) <= share(one) + 1) return;
      end(gives);
      forgetOverflow(gives);
    }
    begin(one);
  };
  const admitNext = () => {
    const next = heaviest(known.values(), (one) => (one.stop === undefined ? -share(one) : undefined));
    if (next !== undefined) admit(next);
  };
  const come = (one: Watched, principal: string) => {
    const before = one.watchers.get(principal) ?? 0;
    one.watchers.set(principal, before + 1);
    if (one.stop === undefined) admit(one);
    else if (before === 0) count(principal, 1);
    if (one.stop === undefined) forgetOverflow(one);
  };
  const go = (one: Watched, principal: string) => {
    const left = (one.watchers.get(principal) ?? 0) - 1;
    if (left > 0) return one.watchers.set(principal, left);
    if (one.stop !== undefined) count(principal, -1);
    one.watchers.delete(principal);
    if (held.get(principal) === 0) held.delete(principal);
    if (one.watchers.size === 0) {
      end(one);
      if (known.get(one.uri) === one) known.delete(one.uri);
    }
    return admitNext();
  };

  return (uri, principal) => {
    const one: Watched = known.get(uri) ?? { uri, watchers: new Map() };
    known.set(uri, one);
    come(one, principal);
    let over = false;
    return () => {
      if (!over) go(one, principal);
      over = true;
    };
  };
}

/** The first of the heaviest; items without weight do not count. */
function heaviest<T>(all: Iterable<T>, weight: (one: T) => number | undefined): T | undefined {
  let found: T | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const one of all) {
    const own = weight(one) ?? most;
    if (own > most) [found, most] = [one, own];
  }
  return found;
}
