/** Counts wrong tokens by the address that they came from, so that nobody guesses on. */
export interface Guesses {
  /** Whether another token of this address is looked at. */
  may(peer: string): boolean;
  wrong(peer: string): void;
}

const MOST_WRONG = 10;
const WINDOW_MS = 10 * 60_000;
const MOST_PEERS = 10_000;

/** Ten wrong tokens within ten minutes, then none until the first of them is ten minutes old. */
export function guesses(now: () => number): Guesses {
  const byPeer = new Map<string, number[]>();
  const recent = (peer: string) => (byPeer.get(peer) ?? []).filter((time) => time > now() - WINDOW_MS);
  return {
    may: (peer) => recent(peer).length < MOST_WRONG,
    wrong: (peer) => {
      const times = [...recent(peer), now()];
      byPeer.delete(peer);
      byPeer.set(peer, times);
      if (byPeer.size > MOST_PEERS) byPeer.delete(byPeer.keys().next().value as string);
    },
  };
}
