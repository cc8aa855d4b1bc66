import { FinspaceError } from '../operations/failure.ts';
import type { Call, OperationName } from '../operations/index.ts';
import { arnParts } from './arn.ts';
import type { Members } from './plan-parts.ts';
import { createsEnvironment } from './policy.ts';

/**
 * A Call limited to some environments: it refuses others, named by id or inside an ARN, filters lists of environments, and
 * creates no environment.
 */
export function limitToEnvironments(call: Call, allowed: readonly string[]): Call {
  return async (name, input, options) => {
    const outside = environmentIdsIn(input as Members).find((id) => !allowed.includes(id));
    if (outside !== undefined) throw outsideError(name, allowed);
    if (createsEnvironment(name)) throw outsideError(name, allowed);
    const output = await call(name, input, options);
    const { environments } = output as { environments?: { environmentId?: string }[] };
    if (environments === undefined) return output;
    return {
      ...output,
      environments: environments.filter(({ environmentId }) => allowed.includes(String(environmentId))),
    };
  };
}

/** The ids of all environments in the arguments; for an ARN without one, an id that no environment has. */
function environmentIdsIn(input: Members): string[] {
  const inArns = ['resourceArn', 'userArn'].flatMap((member) => {
    const arn = input[member];
    return arn === undefined ? [] : [arnParts(arn)?.[0]?.id ?? ''];
  });
  return input['environmentId'] === undefined ? inArns : [String(input['environmentId']), ...inArns];
}

const outsideError = (operation: OperationName, allowed: readonly string[]) =>
  new FinspaceError({
    operation,
    code: 'Withheld',
    detail: `The operator limits this server to the environments ${allowed.join(', ')}.`,
    retryable: false,
    advice: 'Work within these environments, or have the person who runs this server change --environments.',
  });
