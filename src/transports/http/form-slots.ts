import type { ReadingLimits } from '../../approval-page/fields.ts';
import type { RequestLimit } from './request-limit.ts';

/** A slot for one form of a visitor. */
export interface FormSlot {
  readonly reading: ReadingLimits;
  leave(): void;
}

/** Slots for forms of people who are not signed in, limited in number and shared among their addresses. */
export interface FormSlots extends Pick<RequestLimit, 'inFlight' | 'draining' | 'drain'> {
  /** A slot for a visitor at an address; undefined when there is none. */
  take(peer: string): FormSlot | undefined;
}

interface HeldSlot {
  readonly peer: string;
  readonly stop: AbortController;
  /** While the form is arriving, another visitor may get its slot. */
  isArriving: boolean;
}

/**
 * As many slots as the limit admits. When all are in use, a new form evicts one of the address that holds most: the one that has
 * been arriving longest. Slow forms therefore cannot lock out others, not even behind the same proxy.
 */
export function formSlots(limit: RequestLimit): FormSlots {
  /** In order of age. */
  const taken = new Set<HeldSlot>();
  const leave = (slot: HeldSlot) => {
    if (taken.delete(slot)) limit.leave();
  };
  const evict = (peer: string) => {
    const counts = new Map([[peer, 1]]);
    for (const slot of taken) counts.set(slot.peer, (counts.get(slot.peer) ?? 0) + 1);
    const heldWith = (slot: HeldSlot) => counts.get(slot.peer) ?? 0;
    const [first, ...others] = [...taken].filter(({ isArriving }) => isArriving);
    if (first === undefined) return;
    const evicted = others.reduce((found, slot) => (heldWith(slot) > heldWith(found) ? slot : found), first);
    leave(evicted);
    evicted.stop.abort();
  };
  return {
    take: (peer) => {
      const slot: HeldSlot = { peer, stop: new AbortController(), isArriving: true };
      if (!limit.enter()) {
        if (limit.draining) return undefined;
        evict(peer);
        if (!limit.enter()) return undefined;
      }
      taken.add(slot);
      const onEnd = () => {
        slot.isArriving = false;
      };
      return { reading: { stopSignal: slot.stop.signal, onEnd }, leave: () => leave(slot) };
    },
    get inFlight() {
      return limit.inFlight;
    },
    get draining() {
      return limit.draining;
    },
    drain: () => limit.drain(),
  };
}

/** The part of an address that identifies one machine: with IPv6, the first 64 bits. */
export function networkOf(address = ''): string {
  const [plain = ''] = address.split('%');
  if (!plain.includes(':') || plain.includes('.')) return plain.replace(/^.*:/, '');
  const [before = [], after = []] = plain.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}
