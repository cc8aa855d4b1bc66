import { setTimeout as wait } from 'node:timers/promises';
import type { Service } from '../operations/exchange.ts';
import type { OperationName } from '../operations/index.ts';
import { callerOf } from './caller.ts';
import type { Credential } from './credentials.ts';
import { DEFAULT_ACCOUNT } from './defaults.ts';
import { dispatch } from './dispatch.ts';
import { applyFault } from './faults/apply-fault.ts';
import { ConnectionReset } from './faults/connection-reset.ts';
import type { FaultSource } from './faults/source.ts';
import { type Lifecycle, PACE } from './lifecycle.ts';
import { parseInput } from './parsing.ts';
import type { PlannedFailure } from './planned-failure.ts';
import { type Random, systemRandom, uuid } from './random.ts';
import { failure, success } from './replies.ts';
import { findRoute, splitTarget } from './routing.ts';
import { ServiceError } from './service-error.ts';
import type { WorldStore } from './store.ts';
import { validateInput } from './validation.ts';
import { WireError } from './wire-error.ts';

export interface ServiceOptions {
  /** Milliseconds since the epoch; the clock of the machine by default. */
  readonly now?: (() => number) | undefined;
  readonly lifecycle: Lifecycle;
  readonly account?: string | undefined;
  /** The accepted credentials; any if undefined. */
  readonly credentials?: readonly Credential[] | undefined;
  readonly faults?: FaultSource | undefined;
  /** Waits for the delays of faults. */
  readonly pause?: ((milliseconds: number) => Promise<unknown>) | undefined;
  readonly random?: Random | undefined;
  /** Called for each error that became an InternalServerException. */
  readonly onError?: ((error: unknown, operation: OperationName | undefined) => void) | undefined;
}

/**
 * The FinSpace-compatible service on a store: takes one request of the AWS wire protocol and returns one reply. Rejects only when
 * a fault breaks the connection.
 */
export function service(store: WorldStore, options: ServiceOptions): Service {
  const { now = Date.now, lifecycle, random = systemRandom, onError, faults, pause = wait } = options;
  const { account = DEFAULT_ACCOUNT, credentials } = options;
  const pace = PACE[lifecycle];

  return async (request) => {
    const requestId = uuid(random);
    let name: OperationName | undefined;
    try {
      const caller = callerOf(request, account, credentials, now());
      const [path, query] = splitTarget(request.target);
      const route = findRoute(request.method, path);
      name = route.name;
      const input = validateInput(name, parseInput(query, request.body, route));
      const { world, role } = caller;
      const answer = async (plannedFailure?: PlannedFailure) =>
        success(
          await dispatch(store, route.name, input, { world, role, machineClock: now, pace, random, plannedFailure }),
          requestId,
        );
      const fault = faults?.(name);
      return await (fault === undefined ? answer() : applyFault(fault, pause, answer));
    } catch (error) {
      if (error instanceof ConnectionReset) throw error;
      if (!(error instanceof ServiceError || error instanceof WireError)) onError?.(error, name);
      return failure(error, name, requestId);
    }
  };
}
