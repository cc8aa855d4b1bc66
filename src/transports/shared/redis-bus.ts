import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';
import type { Redis } from 'ioredis';

/** Change events over a channel. An event that Redis does not deliver is lost; clients read again when their caches expire. */
export function redisBus(
  redis: Redis,
  subscriber: Redis,
  channel: string,
  onerror: (error: Error) => void,
): ServerEventBus {
  const listeners = new Set<(event: ServerEvent) => void>();
  subscriber.subscribe(channel).catch(onerror);
  subscriber.on('message', (from: string, text: string) => {
    if (from !== channel) return;
    const event = JSON.parse(text) as ServerEvent;
    for (const listener of listeners) listener(event);
  });
  return {
    publish: (event) => void redis.publish(channel, JSON.stringify(event)).catch(onerror),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
