import type { OperationName } from '../../../src/operations/index.ts';
import { withoutUndefined } from '../../../src/without-undefined.ts';
import type { Members } from './backend.ts';

/** A call that violates one condition and no other. */
export interface StatedCondition {
  readonly operation: OperationName;
  readonly input: Members;
  /** The argument, or value, that every refusal names. */
  readonly argument: string;
  /** The sentences of texts for agents that state the condition. */
  readonly sentences: readonly string[];
}

/** The ids of the entities that the calls refer to. */
export interface StatedWorld {
  readonly environmentId: string;
  readonly failed: string;
  readonly completed: string;
  readonly browser: string;
}

/** Builds the rows of an operation from a valid call and the change that each row makes to it. */
export const rowsOf =
  (operation: OperationName, base: Members) =>
  (argument: string, input: Members, ...sentences: string[]): StatedCondition => ({
    operation,
    input: withoutUndefined({ ...base, ...input }),
    argument,
    sentences: sentences.map((sentence) => `${operation} ${sentence}`),
  });

export const TRADES = { databaseName: 'trades' };
