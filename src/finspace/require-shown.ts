import { FinspaceError } from '../operations/failure.ts';
import { type Call, type OperationName, operationNamed } from '../operations/index.ts';
import { changesNothing } from '../operations/operation.ts';
import { WRONG_ENDPOINT } from './diagnosed-error.ts';

/**
 * A Call that rejects replies to reads that show nothing, such as an error page in JSON, so that they never count as entities without
 * settings or as empty lists.
 */
export const requireShown =
  (call: Call): Call =>
  async (name, input, options) => {
    const output = await call(name, input, options);
    if (changesNothing(operationNamed(name).risk) && !isShown(name, output)) throw nothingShown(name);
    return output;
  };

/** Whether members are what a read shows. Some endpoints omit a list or tags if they are empty. */
function isShown(name: OperationName, members: object): boolean {
  const given = Object.keys(members);
  const declared = operationNamed(name).output().shape;
  return given.length === 0 ? name.startsWith('List') : given.some((member) => member in declared);
}

const nothingShown = (operation: OperationName) =>
  new FinspaceError({
    operation,
    code: 'BadResponse',
    detail: 'The reply of the endpoint contains none of the members that the API defines for it.',
    retryable: false,
    advice: WRONG_ENDPOINT,
  });
