import { environmentIdsIn } from '../operations/arn.ts';
import { FinspaceError } from '../operations/failure.ts';
import type { Call, OperationName } from '../operations/index.ts';
import { createsEnvironment } from './policy.ts';

/**
 * A Call limited to some environments: it refuses others, named by id or inside an ARN, filters lists of environments, and
 * creates no environment.
 */
export function limitToEnvironments(call: Call, allowed: readonly string[]): Call {
  return async (name, input, options) => {
    const outside = environmentIdsIn(input).find((id) => !allowed.includes(id));
    if (outside !== undefined || createsEnvironment(name)) throw outsideError(name, allowed);
    const output = await call(name, input, options);
    const { environments } = output as { environments?: { environmentId?: string }[] };
    if (environments === undefined) return output;
    return {
      ...output,
      environments: environments.filter(({ environmentId }) => allowed.includes(String(environmentId))),
    };
  };
}

const outsideError = (operation: OperationName, allowed: readonly string[]) =>
  new FinspaceError({
    operation,
    code: 'Withheld',
    detail: `The operator limits this server to the environments ${allowed.join(', ')}.`,
    retryable: false,
    advice: 'Work within these environments, or have the person who runs this server change --environments.',
  });
