import type { Reading } from '../../approval-page/fields.ts';
import type { Load } from './load.ts';

/** Somebody's place for one form. */
export interface Place {
  readonly reading: Reading;
  leave(): void;
}

/** Places for the forms of people who have not signed in, bounded in number and shared out among the addresses that they come from. */
export interface Places extends Pick<Load, 'inFlight' | 'draining' | 'drain'> {
  /** A place for somebody from there; undefined when there is none. */
  take(peer: string): Place | undefined;
}

interface Taken {
  readonly peer: string;
  readonly stop: AbortController;
  /** Whether the form is still on its way; then its place may be given to somebody else. */
  reading: boolean;
}

/**
 * As many as the load admits. When all are taken, a newcomer gets that of whoever has most of them, the one whose form has been on its
 * way for longest; so that nobody keeps others out with slow forms, not even those who come through the same proxy.
 */
export function places(load: Load): Places {
  /** The longest taken first. */
  const taken = new Set<Taken>();
  const leave = (place: Taken) => {
    if (taken.delete(place)) load.leave();
  };
  const makeRoom = (newcomer: string) => {
    const held = new Map([[newcomer, 1]]);
    for (const { peer } of taken) held.set(peer, (held.get(peer) ?? 0) + 1);
    const most = (peer: string) => held.get(peer) ?? 0;
    const [first, ...others] = [...taken].filter(({ reading }) => reading);
    if (first === undefined) return;
    const gives = others.reduce((found, place) => (most(place.peer) > most(found.peer) ? place : found), first);
    leave(gives);
    gives.stop.abort();
  };
  return {
    take: (peer) => {
      const place: Taken = { peer, stop: new AbortController(), reading: true };
      if (!load.enter()) {
        if (load.draining) return undefined;
        makeRoom(peer);
        if (!load.enter()) return undefined;
      }
      taken.add(place);
      const ended = () => {
        place.reading = false;
      };
      return { reading: { stop: place.stop.signal, ended }, leave: () => leave(place) };
    },
    get inFlight() {
      return load.inFlight;
    },
    get draining() {
      return load.draining;
    },
    drain: () => load.drain(),
  };
}

/** What the addresses have in common that one machine can take at will: with IPv6 the first 64 bits. */
export function neighbourhood(address = ''): string {
  const [plain = ''] = address.split('%');
  if (!plain.includes(':') || plain.includes('.')) return plain.replace(/^.*:/, '');
  const [before = [], after = []] = plain.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}
