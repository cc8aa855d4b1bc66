import { type Looking, looking } from './looking.ts';

/** Watches a resource for a principal, with one look for all who do, until the returned function is called. */
export type Watching = (uri: string, principal: string) => () => void;

/** Resources looked at for all subscribers together, and those that may wait for a look. */
const MOST_LOOKED_AT = 100;
const MOST_WAITING = 1_000;

interface Watched {
  readonly uri: string;
  /** Who watches it, and how often. */
  readonly watchers: Map<string, number>;
  /** Undefined while it waits. */
  stop?: (() => void) | undefined;
}

/**
 * Looks at a bounded number of resources, shared out among principals: when more are watched, one of whoever has most gives way, so that
 * nobody can take all. What is not looked at waits for a place. `found` hears of each change.
 */
export function watching(found: (uri: string) => void, pace: Looking): Watching {
  const known = new Map<string, Watched>();
  const lookedAt = new Set<Watched>();

  /** How many resources are looked at for each principal. */
  const held = new Map<string, number>();

  const count = (principal: string, more: number) => held.set(principal, (held.get(principal) ?? 0) + more);
  /** What its watcher has; of several, the one who has least. */
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
  /** When too many wait, one of whoever has most is forgotten: the latest, which begins to wait now, if nobody has more. */
  const forgetOverflow = (latest: Watched) => {
    if (known.size - lookedAt.size <= MOST_WAITING) return;
    const gives = heaviest([latest, ...known.values()], (one) => (one.stop === undefined ? share(one) : undefined));
    if (gives !== undefined) known.delete(gives.uri);
  };
  /** Begins to look where there is room, or where somebody has more than whoever wants it would have. */
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

/** The first of those that weigh most; what has no weight does not count. */
function heaviest<T>(all: Iterable<T>, weight: (one: T) => number | undefined): T | undefined {
  let found: T | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const one of all) {
    const own = weight(one) ?? most;
    if (own > most) [found, most] = [one, own];
  }
  return found;
}
