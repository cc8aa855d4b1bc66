import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** Change events under test, alone in their store. */
export interface EventsUnderTest {
  readonly events: ServerEventBus;
  /** Another process's view of the same events; undefined if they stay in one process. */
  readonly another: (() => Promise<ServerEventBus>) | undefined;
  readonly close: () => Promise<void>;
}

const changed = (uri: string): ServerEvent => ({ kind: 'resource_updated', uri });

/** What carries change events to subscribers, in each store. */
export function itKeepsTheEventsContract(name: string, start: () => Promise<EventsUnderTest>): void {
  describe(`change events in ${name}`, () => {
    let under: EventsUnderTest;
    beforeEach(async () => {
      under = await start();
    });
    afterEach(() => under.close());

    it('reach every subscriber, in order', async () => {
      const { events, another = async () => events } = under;
      const views = [events, events, await another()];
      const heard = views.map((view) => {
        const uris: string[] = [];
        view.subscribe((event) => void uris.push('uri' in event ? event.uri : event.kind));
        return uris;
      });
      const sent = Array.from({ length: 50 }, (_, at) => `finspace://é"'\u2028/${at}`);
      for (const uri of sent) events.publish(changed(uri));
      events.publish({ kind: 'resources_list_changed' });
      for (const uris of heard) await expect.poll(() => uris).toEqual([...sent, 'resources_list_changed']);
    });

    it('no longer reach a subscriber that unsubscribed', async () => {
      const { events } = under;
      const [left, stayed]: [ServerEvent[], ServerEvent[]] = [[], []];
      const leave = events.subscribe((event) => void left.push(event));
      events.subscribe((event) => void stayed.push(event));
      leave();
      events.publish(changed('finspace://one'));
      await expect.poll(() => stayed).toHaveLength(1);
      expect(left).toEqual([]);
    });
  });
}
