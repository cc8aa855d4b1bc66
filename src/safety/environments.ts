import { FinspaceError } from '../operations/failure.ts';
import type { Call, OperationName } from '../operations/index.ts';
import { placesIn } from './arn.ts';
import type { Members } from './finding.ts';
import { makesEnvironment } from './policy.ts';

/**
 * A Call limited to some environments: it refuses others, named by id or inside an ARN, filters lists of environments, and
 * creates no environment.
 */
export function withinEnvironments(call: Call, allowed: readonly string[]): Call {
  return async (name, input, options) => {
    const outside = namedIn(input as Members).find((id) => !allowed.includes(id));
    if (outside !== undefined) throw withheld(name, allowed);
    if (makesEnvironment(name)) throw withheld(name, allowed);
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
function namedIn(input: Members): string[] {
  const inArns = ['resourceArn', 'userArn'].flatMap((member) => {
    const arn = input[member];
    return arn === undefined ? [] : [placesIn(arn)?.[0]?.id ?? ''];
  });
  return input['environmentId'] === undefined ? inArns : [String(input['environmentId']), ...inArns];
}

const withheld = (operation: OperationName, allowed: readonly string[]) =>
  new FinspaceError({
    operation,
    code: 'Withheld',
    detail: `The operator limits this server to the environments ${allowed.join(', ')}.`,
    retryable: false,
    advice: 'Work within these environments, or have the person who runs this server change --environments.',
  });
