import type { ServerFactory, Watch } from '../server.ts';

/** Begins to watch what a caller's stream asks to hear of. */
export type WatchFor = ServerFactory['watch'];

/** A message as its receiver should get it, and what to call when the stream that it opened is over. */
export interface Listening<M> {
  readonly message: M;
  end(): void;
}

/**
 * Has what a `subscriptions/listen` asks for watched, and takes out of the message what its sender may not hear of, so that the
 * SDK, which keeps the stream, acknowledges the rest. Other messages stay as they are, and so do those that the SDK will refuse.
 */
export function listening<M>(message: M, watch: (uris: readonly string[]) => Watch | undefined): Listening<M> {
  const uris = isListen(message) ? message.params?.notifications?.resourceSubscriptions : undefined;
  if (!Array.isArray(uris) || !uris.every((uri) => typeof uri === 'string')) return { message, end: () => {} };
  const watched = watch([...new Set<string>(uris)]);
  if (watched === undefined) return { message, end: () => {} };
  const { params } = message as Listen;
  const notifications = { ...params?.notifications, resourceSubscriptions: watched.uris };
  return { message: { ...message, params: { ...params, notifications } }, end: watched.end };
}

interface Listen {
  readonly params?: { readonly notifications?: { readonly resourceSubscriptions?: unknown } };
}

/** Whether a message opens a stream of change events, which is answered only when the stream ends. */
export function isListen(message: unknown): message is Listen {
  return (message as { method?: unknown } | null | undefined)?.method === 'subscriptions/listen';
}
