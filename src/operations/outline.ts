import { OPERATION_NAMES, type OperationName, operationNamed } from './index.ts';
import { lazy, type Operation } from './operation.ts';

/**
 * The kind and risk of each operation, in the order in which tools are listed. The build replaces this file by its result, so that a start
 * does not load the catalog.
 */
export const operationOutlines = lazy(
  () =>
    Object.fromEntries(
      OPERATION_NAMES.map((name) => {
        const { kind, risk } = operationNamed(name);
        return [name, { kind, risk }];
      }),
    ) as Record<OperationName, Pick<Operation, 'kind' | 'risk'>>,
);
