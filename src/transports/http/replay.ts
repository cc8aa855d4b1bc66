import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server';

const MAX_EVENTS = 64;
const MAX_BYTES = 128 * 1024;

interface Stored {
  readonly id: string;
  readonly stream: string;
  readonly message: JSONRPCMessage;
  readonly bytes: number;
}

/** The latest messages of one session, so that a client can fetch what it missed after a broken connection. Bounded. */
export function replayBuffer(): EventStore {
  let kept: Stored[] = [];
  let bytes = 0;
  let count = 0;
  const find = (id: string) => kept.findIndex((event) => event.id === id);

  return {
    storeEvent: async (stream, message) => {
      count += 1;
      const event = { id: `${stream}.${count}`, stream, message, bytes: JSON.stringify(message).length };
      bytes += event.bytes;
      kept.push(event);
      let drop = 0;
      while (kept.length - drop > MAX_EVENTS || (bytes > MAX_BYTES && drop < kept.length)) {
        bytes -= (kept[drop] as Stored).bytes;
        drop += 1;
      }
      if (drop > 0) kept = kept.slice(drop);
      return event.id;
    },
    getStreamIdForEventId: async (id) => kept[find(id)]?.stream,
    replayEventsAfter: async (id, { send }) => {
      const at = find(id);
      const stream = kept[at]?.stream;
      if (stream === undefined) throw new Error('this event is no longer kept');
      for (const event of kept.slice(at + 1).filter((later) => later.stream === stream))
        await send(event.id, event.message);
      return stream;
    },
  };
}
