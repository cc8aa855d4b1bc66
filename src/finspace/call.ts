import { randomUUID } from 'node:crypto';
import type { FinspaceClient } from '@aws-sdk/client-finspace';
import { isIdempotent } from '../operations/derive.ts';
import { type Call, type OperationName, operationNamed } from '../operations/index.ts';
import { type ClientOptions, finspaceClient, handlerFor } from './client.ts';
import { type CommandInstance, command } from './command.ts';
import { failure } from './errors.ts';
import { orAborted } from './handler.ts';

/**
 * A Call over FinspaceClient. Reads, and mutations that carry a `clientToken`, are repeated after a passing failure; the six
 * mutations without one are sent once. A cancelled read is abandoned; a mutation that was sent is carried to its end.
 */
export function finspaceCall(options: ClientOptions): Call {
  const handler = handlerFor(options);
  const repeating = finspaceClient(options, handler, options.maxAttempts);
  const single = finspaceClient(options, handler, 1);

  return async (name, input, { signal } = {}) => {
    const { risk } = operationNamed(name);
    const idempotent = isIdempotent(operationNamed(name));
    const reads = risk === 'read' || risk === 'reveal';
    const members = idempotent && input.clientToken === undefined ? { ...input, clientToken: randomUUID() } : input;
    const deadline = AbortSignal.timeout(options.limits.callMs);
    const abort = reads && signal !== undefined ? AbortSignal.any([deadline, signal]) : deadline;
    try {
      if (signal?.aborted) throw cancelled();
      const sent = send(reads || idempotent ? repeating : single, name, members, abort);
      return (await orAborted(sent, abort)) as never;
    } catch (error) {
      throw failure(name, reads && signal?.aborted ? cancelled() : error);
    }
  };
}

const cancelled = () => new DOMException('cancelled', 'AbortError');

async function send(client: FinspaceClient, name: OperationName, input: object, abortSignal: AbortSignal) {
  const instance = command(name, input as Record<string, unknown>) as CommandInstance;
  const { $metadata, ...output } = (await client.send(instance as never, { abortSignal })) as object as Record<string, unknown>;
  return output;
}
