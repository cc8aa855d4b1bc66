import type { OperationName } from '../operations/index.ts';
import { callerWorld, DEFAULT_ACCOUNT, DoorError } from './caller.ts';
import { dispatch } from './dispatch.ts';
import { type Lifecycle, PACE } from './lifecycle.ts';
import { parsed } from './parsing.ts';
import { type Random, systemRandom, uuid } from './random.ts';
import { Refusal } from './refusal.ts';
import { failure, success } from './replies.ts';
import { routed } from './routing.ts';
import type { Store } from './store.ts';
import { validated } from './validation.ts';

export interface ServiceOptions {
  /** Milliseconds since the epoch; the clock of the machine by default. */
  readonly now?: (() => number) | undefined;
  readonly lifecycle: Lifecycle;
  readonly account?: string | undefined;
  readonly random?: Random | undefined;
  /** Told of everything that became an InternalServerException. */
  readonly onError?: ((error: unknown, operation: OperationName | undefined) => void) | undefined;
}

/** The FinSpace-compatible service over a store: one request of the AWS wire protocol in, one reply out. Never rejects. */
export function service(store: Store, options: ServiceOptions): (request: Request) => Promise<Response> {
  const { now = Date.now, lifecycle, account = DEFAULT_ACCOUNT, random = systemRandom, onError } = options;
  const pace = PACE[lifecycle];

  return async (request) => {
    const requestId = uuid(random);
    let name: OperationName | undefined;
    try {
      const world = callerWorld(request, account);
      const route = routed(request.method, new URL(request.url).pathname);
      name = route.name;
      const input = validated(name, await parsed(request, route));
      const output = await dispatch(store, name, input, { world, now: now(), pace, random });
      return success(output, requestId);
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof DoorError)) onError?.(error, name);
      return failure(error, name, requestId);
    }
  };
}
