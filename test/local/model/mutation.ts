import type { OPERATIONS, OperationName } from '../../../src/operations/index.ts';

type Declared = typeof OPERATIONS;

/** An operation that changes anything. */
export type Mutation = {
  [N in OperationName]: Declared[N]['risk'] extends 'read' | 'reveal' ? never : N;
}[OperationName];
