import type { ServerFactory, Watch } from '../server.ts';

/** Starts to watch the resources that a caller's stream requests. */
export type WatchFor = ServerFactory['watch'];

/** A message for its receiver, and a function to call when the stream that it opened has ended. */
export interface WatchedMessage<M> {
  readonly message: M;
  end(): void;
}

/**
 * Starts to watch what a `subscriptions/listen` requests, and removes from the message what its sender may not read, so that the
 * SDK, which keeps the stream, acknowledges the rest. Other messages stay unchanged, and so do those that the SDK will reject.
 */
export function watchSubscriptions<M>(
  message: M,
  watch: (uris: readonly string[]) => Watch | undefined,
): WatchedMessage<M> {
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

/** Whether a message opens a stream of change events, whose response comes only when the stream ends. */
export function isListen(message: unknown): message is Listen {
  return (message as { method?: unknown } | null | undefined)?.method === 'subscriptions/listen';
}
