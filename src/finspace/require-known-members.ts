import { FinspaceError } from '../operations/failure.ts';
import { type Call, type OperationName, operationNamed } from '../operations/index.ts';
import { changesNothing } from '../operations/operation.ts';
import { ENDPOINT_ADVICE } from './diagnosed-error.ts';

/**
 * A Call that rejects replies to reads without any member of the API, such as an error page in JSON, so that they do not count as
 * entities without settings or as empty lists. Only an empty reply may be an empty list.
 */
export const requireKnownMembers =
  (call: Call): Call =>
  async (name, input, options) => {
    const output = await call(name, input, options);
    if (changesNothing(operationNamed(name).risk) && !hasKnownMembers(name, output)) throw noKnownMembers(name);
    return output;
  };

/** Whether a reply has a member that the API defines for it. Some endpoints omit a list or tags if they are empty. */
function hasKnownMembers(name: OperationName, members: object): boolean {
  const given = Object.keys(members);
  const declared = operationNamed(name).output().shape;
  return given.length === 0 ? name.startsWith('List') : given.some((member) => member in declared);
}

const noKnownMembers = (operation: OperationName) =>
  new FinspaceError({
    operation,
    code: 'BadResponse',
    detail: 'The reply of the endpoint contains none of the members that the API defines for it.',
    retryable: false,
    advice: ENDPOINT_ADVICE,
  });
