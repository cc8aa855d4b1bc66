/** Counts a wrong token by the address that it came from. False when there were too many. */
type Guess = (peer: string) => boolean;

const MOST_WRONG = 10;
const WINDOW_MS = 10 * 60_000;
const MOST_PEERS = 10_000;

/** Ten wrong tokens within ten minutes, then no more until the first of them is ten minutes old. */
export function guesses(now: () => number): Guess {
  const byPeer = new Map<string, number[]>();
  return (peer) => {
    const recent = (byPeer.get(peer) ?? []).filter((time) => time > now() - WINDOW_MS);
    if (recent.length >= MOST_WRONG) return false;
    byPeer.delete(peer);
    byPeer.set(peer, [...recent, now()]);
    if (byPeer.size > MOST_PEERS) byPeer.delete(byPeer.keys().next().value as string);
    return true;
  };
}
