import { ERRORS } from '../../operations/errors.ts';
import type { WireReply } from '../../operations/exchange.ts';
import type { PlannedFailure } from '../planned-failure.ts';
import { WireError } from '../wire-error.ts';
import { ConnectionReset } from './connection-reset.ts';
import type { Fault } from './source.ts';

/**
 * Replies to a request as a fault requires. Throws `WireError` for its error, or `ConnectionReset` if the connection must break without
 * a reply; a truncated reply breaks after a number of bytes.
 */
export async function applyFault(
  { delayMs, error, message, reset, truncate, failure }: Fault,
  pause: (milliseconds: number) => Promise<unknown>,
  answer: (plannedFailure: PlannedFailure | undefined) => Promise<WireReply>,
): Promise<WireReply> {
  if (delayMs > 0) await pause(delayMs);
  if (error !== undefined) {
    throw new WireError(ERRORS[error].status, `${error}Exception`, message ?? 'An injected fault.');
  }
  if (reset === 'before') throw new ConnectionReset();
  const reply = await answer(failure);
  if (reset === 'after') throw new ConnectionReset();
  if (truncate === undefined) return reply;
  const headers = { ...reply.headers, 'content-length': String(reply.body.length) };
  return { ...reply, headers, body: reply.body.subarray(0, truncate), broken: new ConnectionReset() };
}
