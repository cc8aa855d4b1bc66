import { describe, expect, it } from 'vitest';
import { type FormSlot, formSlots, networkOf } from '../../src/transports/http/form-slots.ts';
import { requestLimit } from '../../src/transports/http/request-limit.ts';

describe('slots for sign-in forms', () => {
  const room = (most: number) => {
    const all = formSlots(requestLimit(most));
    const held: [string, FormSlot][] = [];
    const come = (peer: string) => {
      const place = all.take(peer);
      if (place !== undefined) held.push([peer, place]);
      return place;
    };
    /** The addresses whose forms are still being read. */
    const still = () => held.filter(([, { reading }]) => !reading.stopSignal.aborted).map(([peer]) => peer);
    return { all, come, still };
  };

  it('are taken from the address that holds most, so that one address cannot lock others out', () => {
    const { all, come, still } = room(4);
    for (const peer of ['slow', 'slow', 'slow', 'ann', 'ben', 'eve']) expect(come(peer)).toBeDefined();
    expect(still()).toEqual(['slow', 'ann', 'ben', 'eve']);
    expect(all.inFlight).toBe(4);
  });

  it('are not taken from an address that holds fewer than the new one would', () => {
    const { come, still } = room(3);
    for (const peer of ['ann', 'ben', ...Array(20).fill('slow')]) expect(come(peer)).toBeDefined();
    expect(still()).toEqual(['ann', 'ben', 'slow']);
  });

  it('are kept by completed forms, and freed once', () => {
    const { all, come, still } = room(2);
    const [one, two] = [come('ann'), come('ann')];
    one?.reading.onEnd();
    come('ben');
    expect(still()).toEqual(['ann', 'ben']);
    two?.leave();
    expect(all.inFlight).toBe(2);
    one?.leave();
    one?.leave();
    expect(all.inFlight).toBe(1);
  });

  it('are refused while all forms in them are complete, and when the server stops', async () => {
    const { all, come, still } = room(1);
    const only = come('ann');
    only?.reading.onEnd();
    expect(come('ben')).toBeUndefined();
    const drained = all.drain();
    expect(all.draining).toBe(true);
    only?.leave();
    await drained;
    expect(come('ben')).toBeUndefined();
    expect(still()).toEqual(['ann']);
  });

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    [undefined, ''],
  ])('count %s as %s', (address, counted) => {
    expect(networkOf(address)).toBe(counted);
  });
});
