import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';
import { type Call, operationNamed } from '../operations/index.ts';
import { urisTouchedBy } from './catalog.ts';
import type { Looking } from './looking.ts';
import { type Watching, watching } from './watching.ts';

export interface ChangeOptions extends Looking {
  /** What carries events to other replicas and back; without it they stay in this process. */
  readonly bus?: ServerEventBus | undefined;
}

/** Tells subscribers that a resource changed: after calls through here, and, while they subscribe, when looking finds it. */
export interface Changes extends ServerEventBus {
  /** The same Call; after each mutation subscribers of what it touched are told. */
  readonly call: (call: Call) => Call;
  /** Looks at a resource from time to time. What it has no room for tells of changes made through this server only. */
  readonly watch: Watching;
}

const LISTING = new Set(['create', 'destroy']);

export function changes({ bus, ...pace }: ChangeOptions): Changes {
  const listeners = new Set<(event: ServerEvent) => void>();
  let leaveBus: (() => void) | undefined;
  const tell = (event: ServerEvent) => {
    for (const listener of listeners) listener(event);
  };
  const publish = (event: ServerEvent) => (bus === undefined ? tell(event) : bus.publish(event));
  return {
    publish,
    // Every replica looks for its own subscribers, so what one finds by looking is not for the others.
    watch: watching((uri) => tell({ kind: 'resource_updated', uri }), pace),
    subscribe(listener) {
      listeners.add(listener);
      leaveBus ??= bus?.subscribe(tell);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        leaveBus?.();
        leaveBus = undefined;
      };
    },
    call: (call) => async (name, input, options) => {
      const { risk } = operationNamed(name);
      const output = await call(name, input, options);
      const nobodyHears = listeners.size === 0 && bus === undefined;
      if (nobodyHears || risk === 'read' || risk === 'reveal') return output;
      for (const uri of urisTouchedBy(name, input as Record<string, unknown>))
        publish({ kind: 'resource_updated', uri });
      if (LISTING.has(risk)) publish({ kind: 'resources_list_changed' });
      return output;
    },
  };
}
