import { ERRORS } from '../../operations/errors.ts';
import { DoorError } from '../door-error.ts';
import type { Fate } from '../fate.ts';
import { ConnectionReset } from './connection-reset.ts';
import type { Fault } from './source.ts';

/**
 * Answers a request as a fault wants it. Throws `ConnectionReset` where the connection is to break without a reply; a
 * truncated reply is one whose body breaks off with the same error.
 */
export async function inflicted(
  { delayMs, error, message, reset, truncate, failure }: Fault,
  pause: (milliseconds: number) => Promise<unknown>,
  answer: (fate: Fate | undefined) => Promise<Response>,
): Promise<Response> {
  if (delayMs > 0) await pause(delayMs);
  if (error !== undefined) {
    throw new DoorError(ERRORS[error].status, `${error}Exception`, message ?? 'A fault that was asked for.');
  }
  if (reset === 'before') throw new ConnectionReset();
  const response = await answer(failure);
  if (reset === 'after') throw new ConnectionReset();
  return truncate === undefined ? response : truncated(response, truncate);
}

async function truncated(response: Response, bytes: number): Promise<Response> {
  const whole = new Uint8Array(await response.arrayBuffer());
  const chunks = [whole.subarray(0, bytes)].filter(({ length }) => length > 0);
  const body = new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk === undefined) controller.error(new ConnectionReset());
      else controller.enqueue(chunk);
    },
  });
  const headers = new Headers(response.headers);
  headers.set('content-length', String(whole.length));
  const broken = new Response(body, { status: response.status, headers });
  ARRIVED.set(broken, whole.slice(0, bytes));
  return broken;
}

const ARRIVED = new WeakMap<Response, Uint8Array>();

/** The bytes of a truncated reply that arrive; undefined for any other reply. */
export const arrivedOf = (response: Response): Uint8Array | undefined => ARRIVED.get(response);
