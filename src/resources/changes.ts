import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';
import { type Call, operationNamed } from '../operations/index.ts';
import { changesNothing } from '../operations/operation.ts';
import { urisTouchedBy } from './catalog.ts';
import type { PollOptions } from './poll.ts';
import { type Subscribe, subscriptions } from './subscriptions.ts';

export interface ChangeOptions extends PollOptions {
  /** Carries events to other replicas and back; without it, events stay in this process. */
  readonly bus?: ServerEventBus | undefined;
}

/** Notifies subscribers of changed resources: after calls through this server or another replica, and when polling finds a change. */
export interface Changes extends ServerEventBus {
  /** A Call that notifies subscribers of changed resources after each successful change. */
  readonly notifying: (call: Call) => Call;
  /** Polls a resource. Beyond the limit of polled resources, subscribers are notified only after such calls. */
  readonly watch: Subscribe;
}

/** The risks of calls that may add or remove resources. */
const LIST_CHANGING_RISKS = new Set(['create', 'destroy']);

export function changes({ bus, ...pace }: ChangeOptions): Changes {
  const listeners = new Set<(event: ServerEvent) => void>();
  let leaveBus: (() => void) | undefined;
  const notify = (event: ServerEvent) => {
    for (const listener of listeners) listener(event);
  };
  // Every replica polls for its own subscribers, so a change found by polling is not published to others.
  const { watch, refresh } = subscriptions((uri) => notify({ kind: 'resource_updated', uri }), pace);
  // A polled resource is read before its subscribers are notified, so that no later poll reports the same change again.
  const receive = (event: ServerEvent) => {
    if (event.kind !== 'resource_updated' || !refresh(event.uri)) notify(event);
  };
  const publish = (event: ServerEvent) => (bus === undefined ? receive(event) : bus.publish(event));
  return {
    publish,
    watch,
    subscribe(listener) {
      listeners.add(listener);
      leaveBus ??= bus?.subscribe(receive);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        leaveBus?.();
        leaveBus = undefined;
      };
    },
    notifying: (call) => async (name, input, options) => {
      const { risk } = operationNamed(name);
      const output = await call(name, input, options);
      const nobodyHears = listeners.size === 0 && bus === undefined;
      if (nobodyHears || changesNothing(risk)) return output;
      for (const uri of urisTouchedBy(name, input as Record<string, unknown>))
        publish({ kind: 'resource_updated', uri });
      if (LIST_CHANGING_RISKS.has(risk)) publish({ kind: 'resources_list_changed' });
      return output;
    },
  };
}
