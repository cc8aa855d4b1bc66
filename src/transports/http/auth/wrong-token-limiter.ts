import { evictOldest } from '../../../evict-oldest.ts';

/** Counts a wrong token by its source address. Returns false after too many. */
type CountWrongToken = (peer: string) => boolean;

const MAX_WRONG = 10;
const WINDOW_MS = 10 * 60_000;
const MAX_PEERS = 10_000;

/** Ten wrong tokens within ten minutes; the next one is allowed when the first is ten minutes old. */
export function wrongTokenLimiter(now: () => number): CountWrongToken {
  const byPeer = new Map<string, number[]>();
  return (peer) => {
    const recent = (byPeer.get(peer) ?? []).filter((time) => time > now() - WINDOW_MS);
    if (recent.length >= MAX_WRONG) return false;
    byPeer.delete(peer);
    byPeer.set(peer, [...recent, now()]);
    evictOldest(byPeer, MAX_PEERS);
    return true;
  };
}
