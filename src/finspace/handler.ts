import type { HttpRequest, HttpResponse } from '@smithy/protocol-http';
import type { RequestHandler } from '@smithy/types';
import type { Ending } from './ending.ts';

/** Limits of one call, in milliseconds and bytes. */
export interface Limits {
  /** DNS lookup, connection and TLS handshake. */
  readonly connectMs: number;
  /** One attempt, from the wait for a connection to the last byte of the response. */
  readonly attemptMs: number;
  /** The whole call, with all attempts and the pauses between them. */
  readonly callMs: number;
  readonly maxResponseBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  connectMs: 2_000,
  attemptMs: 10_000,
  callMs: 30_000,
  maxResponseBytes: 16 * 1024 * 1024,
};

/** What a handler receives besides the request. */
export interface AttemptOptions {
  readonly ending?: Ending;
  /** Called just before the request is sent: from then on it may take effect. */
  readonly onSend?: () => void;
}

/** Sends one request and reads its whole response, or rejects; keeps no timer, listener or busy socket afterwards. */
export type Handler = RequestHandler<HttpRequest, HttpResponse>;
