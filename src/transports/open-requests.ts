type Id = string | number;

/** The unanswered requests of one connection. `idle` does not wait for requests that wait for the client. */
export interface OpenRequests {
  begin(id: Id): void;
  /** A request opens a stream of change events, which `end` ends. It never counts as unanswered. */
  openStream(id: Id, end: () => void): void;
  hasStream(id: Id): boolean;
  /** A request was answered or cancelled, or its stream has ended. */
  end(id: Id): void;
  /** This server asks the client something, on behalf of one of the client's requests. */
  askClient(id: unknown, onBehalfOf: unknown): void;
  clientAnswered(id: unknown): void;
  /** Whether a request of this server with such an id is open. */
  awaitsClient(id: unknown): boolean;
  /** Resolves when every request is answered or waits for the client, or after `close`. */
  idle(): Promise<void>;
  /** Ends all streams. */
  close(): void;
  readonly unanswered: number;
}

/** A connection without requests. */
export function openRequests(): OpenRequests {
  const open = new Set<Id>();
  const streams = new Map<Id, () => void>();
  /**
   * The ids of requests of this server that the client has not answered, each with the client's request that it belongs to. Some
   * clients return a number as text.
   */
  const requestsToClient = new Map<string, unknown>();
  let idleResolvers: (() => void)[] = [];
  let closed = false;
  const isIdle = () => {
    const waitingForClient = new Set(requestsToClient.values());
    return closed || [...open].every((id) => waitingForClient.has(id));
  };
  const notify = () => {
    if (idleResolvers.length === 0 || !isIdle()) return;
    for (const resolve of idleResolvers) resolve();
    idleResolvers = [];
  };
  return {
    begin: (id) => void open.add(id),
    openStream: (id, end) => void streams.set(id, end),
    hasStream: (id) => streams.has(id),
    end: (id) => {
      open.delete(id);
      streams.get(id)?.();
      streams.delete(id);
      notify();
    },
    askClient: (id, onBehalfOf) => {
      requestsToClient.set(String(id), onBehalfOf);
      notify();
    },
    clientAnswered: (id) => void requestsToClient.delete(String(id)),
    awaitsClient: (id) => requestsToClient.has(String(id)),
    idle: () => (isIdle() ? Promise.resolve() : new Promise((resolve) => idleResolvers.push(resolve))),
    close: () => {
      closed = true;
      for (const end of streams.values()) end();
      streams.clear();
      notify();
    },
    get unanswered() {
      return open.size;
    },
  };
}
