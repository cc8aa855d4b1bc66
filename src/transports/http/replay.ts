import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server';

const MAX_EVENTS = 64;
const MAX_CHARACTERS = 128 * 1024;

interface Stored {
  readonly number: number;
  readonly stream: string;
  readonly message: JSONRPCMessage;
  readonly characters: number;
}

/**
 * The latest messages of one session, so that a client can fetch what it missed after a broken connection. Bounded. A stream without
 * a response can be continued although the event that its client names is no longer kept.
 */
export function replayBuffer(): EventStore {
  let kept: Stored[] = [];
  let characters = 0;
  let count = 0;
  /** The streams whose response is still to come. */
  const open = new Set<string>();

  return {
    storeEvent: async (stream, message) => {
      count += 1;
      const event = { number: count, stream, message, characters: JSON.stringify(message).length };
      if ('result' in message || 'error' in message) open.delete(stream);
      else open.add(stream);
      characters += event.characters;
      kept.push(event);
      let drop = 0;
      while (kept.length - drop > MAX_EVENTS || (characters > MAX_CHARACTERS && drop < kept.length)) {
        characters -= (kept[drop] as Stored).characters;
        drop += 1;
      }
      if (drop > 0) kept = kept.slice(drop);
      return idOf(event);
    },
    getStreamIdForEventId: async (id) => {
      const { stream, number } = partsOf(id);
      return number <= count && (open.has(stream) || kept.some((event) => event.stream === stream))
        ? stream
        : undefined;
    },
    replayEventsAfter: async (id, { send }) => {
      const { stream, number } = partsOf(id);
      for (const event of kept.filter((later) => later.stream === stream && later.number > number))
        await send(idOf(event), event.message);
      return stream;
    },
  };
}

const idOf = ({ stream, number }: Pick<Stored, 'stream' | 'number'>) => `${stream}.${number}`;

function partsOf(id: string): Pick<Stored, 'stream' | 'number'> {
  const at = id.lastIndexOf('.');
  return { stream: id.slice(0, Math.max(0, at)), number: Number(id.slice(at + 1)) };
}
