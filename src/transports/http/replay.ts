import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server';

const MAX_EVENTS = 64;
const MAX_CHARACTERS = 128 * 1024;

interface Stored {
  readonly id: string;
  readonly stream: string;
  readonly message: JSONRPCMessage;
  readonly characters: number;
}

/** The latest messages of one session, so that a client can fetch what it missed after a broken connection. Bounded. */
export function replayBuffer(): EventStore {
  let kept: Stored[] = [];
  let characters = 0;
  let count = 0;
  const find = (id: string) => kept.findIndex((event) => event.id === id);

  return {
    storeEvent: async (stream, message) => {
      count += 1;
      const event = { id: `${stream}.${count}`, stream, message, characters: JSON.stringify(message).length };
      characters += event.characters;
      kept.push(event);
      let drop = 0;
      while (kept.length - drop > MAX_EVENTS || (characters > MAX_CHARACTERS && drop < kept.length)) {
        characters -= (kept[drop] as Stored).characters;
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
