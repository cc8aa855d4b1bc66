import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { poll } from '../../src/resources/poll.ts';
import { closeAll } from '../http/support.ts';
import { createEnvironment, did } from '../support/session-calls.ts';
import { manualTimers, type Subscribing, sharedWorld, subscribe, WATCHERS } from './watchers.ts';

afterEach(closeAll);

/** Enough time for a notification to arrive that was sent. */
const ON_THE_WIRE_MS = 100;
const UPDATED = 'notifications/resources/updated';
let edits = 0;
/** Changes an environment, differently each time. */
const edit = (session: Subscribing, environmentId: string) => {
  edits += 1;
  return did(session, 'update_kx_environment', { environmentId, description: `edit ${edits}` });
};

describe.each(WATCHERS)('changes over $name', ({ open, modern }) => {
  const fixture = async () => {
    const world = sharedWorld();
    const place = await open(world);
    const session = await place.connect();
    const { environmentId } = await createEnvironment(session);
    return { world, ...place, session, environmentId, uri: `finspace://kx/environments/${environmentId}` };
  };

  test('are reported at once after our own calls, and for no other resources', async () => {
    const { session, environmentId, uri } = await fixture();
    const { heard } = await subscribe(session, modern, uri);
    // The standing stream of an older client over HTTP may open only now; earlier notifications are not repeated.
    await expect
      .poll(async () => {
        await edit(session, environmentId);
        return heard;
      })
      .toContain(`${UPDATED} ${uri}`);
    // The same edit also changed the list of environments and the topology, to which this client did not subscribe.
    expect(new Set(heard)).toEqual(new Set([`${UPDATED} ${uri}`]));
  });

  test('of our own are reported once, and not again when they are polled', async () => {
    const { timers, session, environmentId, uri } = await fixture();
    const { heard } = await subscribe(session, modern, uri);
    await expect.poll(() => timers.pending().length).toBe(1);
    // The standing stream of an older client over HTTP may open only now; earlier notifications are not repeated.
    await expect
      .poll(async () => {
        await edit(session, environmentId);
        return heard.length;
      })
      .toBeGreaterThan(0);
    await expect.poll(() => timers.pending().length).toBe(1);
    await pause(ON_THE_WIRE_MS);
    const before = heard.length;
    await edit(session, environmentId);
    await expect.poll(() => heard.length).toBe(before + 1);
    for (let polls = 0; polls < 2; polls += 1) {
      await expect.poll(() => timers.pending().length).toBe(1);
      timers.pass();
    }
    await expect.poll(() => timers.pending().length).toBe(1);
    await pause(ON_THE_WIRE_MS);
    expect(heard.length).toBe(before + 1);
  });

  test('by other clients are found by polling, with one poll for all subscribers', async () => {
    const { world, timers, connect, session, environmentId, uri } = await fixture();
    const other = await (await open(world)).connect();
    const one = await subscribe(session, modern, uri);
    const two = await subscribe(await connect(), modern, uri);
    await expect.poll(() => timers.pending().length).toBeGreaterThan(0);
    await expect
      .poll(async () => {
        await edit(other, environmentId);
        timers.pass();
        return [one.heard, two.heard].map((heard) => heard.includes(`${UPDATED} ${uri}`));
      })
      .toEqual([true, true]);
    await pause(ON_THE_WIRE_MS);
    await expect.poll(() => timers.pending().length).toBe(1);
  });

  test('are no longer polled for when the last subscriber unsubscribes or disconnects', async () => {
    const { timers, connect, session, uri } = await fixture();
    const one = await subscribe(session, modern, uri);
    const second = await connect();
    await subscribe(second, modern, uri);
    await expect.poll(() => timers.pending().length).toBeGreaterThan(0);
    await one.stop();
    await second.transport?.terminateSession?.();
    await second.close();
    await expect.poll(() => timers.pending()).toEqual([]);
  });
});

describe.each(WATCHERS.filter(({ modern }) => modern))('a stream over $name', ({ open }) => {
  test('learns which resources it can subscribe to', async () => {
    const { connect } = await open({ ...sharedWorld(), toolsets: ['kx-environment'] });
    const session = await connect();
    const uri = 'finspace://kx/environments';
    const requested = [uri, `${uri}/e1/clusters`, 'https://example.com/', uri];
    const subscription = await session.listen?.({ resourceSubscriptions: requested, resourcesListChanged: true });
    expect(subscription?.honoredFilter).toEqual({ resourceSubscriptions: [uri], resourcesListChanged: true });
  });
});

describe('polling', () => {
  const pollStates = (states: (string | Error)[]) => {
    const timers = manualTimers();
    let changes = 0;
    let reads = 0;
    const stateOf = async () => {
      const state = states[Math.min(reads, states.length - 1)] ?? '';
      reads += 1;
      if (state instanceof Error) throw state;
      return state;
    };
    const changed = () => {
      changes += 1;
    };
    const { stop, refresh } = poll('finspace://x', () => changed(), {
      stateOf,
      everyMs: 1_000,
      now: () => 0,
      ...timers,
    });
    const next = async () => {
      await Promise.resolve();
      await Promise.resolve();
      const [ms] = timers.pending();
      timers.pass();
      return ms;
    };
    return { next, refresh, stop, timers, changes: () => changes };
  };

  test('slows down to five minutes while it fails, and recovers', async () => {
    const failing = pollStates([...Array.from({ length: 12 }, () => new Error('no answer')), 'a']);
    const pauses: (number | undefined)[] = [];
    for (let index = 0; index < 14; index += 1) pauses.push(await failing.next());
    expect(pauses.slice(0, 3)).toEqual([2_000, 4_000, 8_000]);
    expect(Math.max(...pauses.map(Number))).toBe(300_000);
    expect(pauses.at(-1)).toBe(1_000);
    expect(failing.changes()).toBe(0);
    failing.stop();
  });

  test('reports a change once, even one that happened while polls failed', async () => {
    const seen = pollStates(['a', 'a', new Error('no answer'), 'b', 'b']);
    for (let index = 0; index < 6; index += 1) await seen.next();
    expect(seen.changes()).toBe(1);
    seen.stop();
    expect(seen.timers.pending()).toEqual([]);
  });

  test('reports a change once that a refresh and the poll under way at that time have read', async () => {
    const seen = pollStates(['a', 'b', 'b', 'b', 'c']);
    await pause();
    seen.timers.pass();
    seen.refresh();
    await pause();
    expect(seen.changes()).toBe(1);
    seen.timers.pass();
    await pause();
    expect(seen.changes()).toBe(1);
    seen.timers.pass();
    await pause();
    expect(seen.changes()).toBe(2);
    seen.stop();
  });

  test('reports a refresh that fails or is stopped, because the change may still be new to subscribers', async () => {
    const seen = pollStates(['a', new Error('no answer')]);
    await pause();
    seen.refresh();
    await pause();
    expect(seen.changes()).toBe(1);
    seen.refresh();
    seen.stop();
    await pause();
    expect(seen.changes()).toBe(2);
    expect(seen.timers.pending()).toEqual([]);
  });
});
