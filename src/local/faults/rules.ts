import * as z from 'zod';
import { readJsonFile } from '../../json-file.ts';
import { ERRORS, type ErrorName } from '../../operations/errors.ts';
import { OPERATION_NAMES, OPERATIONS, type OperationName } from '../../operations/index.ts';
import { StatusReason } from '../../operations/shapes.ts';
import { StoreError } from '../../sqlite/store-error.ts';
import { parseOrExplain } from '../../wording.ts';

/** The `errorType` in a changeset's `errorInfo`. */
export const ERROR_TYPES = OPERATIONS.GetKxChangeset.output().shape.errorInfo.unwrap().shape.errorType;

const REASON_RULE = 'expects 1 to 250 letters, digits, spaces and any of _ - .';
const isStatusReason = (text: string) => StatusReason().safeParse(text).success;

/** The operations whose work can fail later. */
const FAILING: ReadonlySet<string> = new Set<OperationName | '*'>([
  '*',
  'CreateKxEnvironment',
  'UpdateKxEnvironmentNetwork',
  'DeleteKxEnvironment',
  'CreateKxCluster',
  'DeleteKxCluster',
  'DeleteKxClusterNode',
  'CreateKxChangeset',
  'CreateKxDataview',
  'UpdateKxDataview',
  'CreateKxScalingGroup',
  'DeleteKxScalingGroup',
  'CreateKxVolume',
  'UpdateKxVolume',
  'DeleteKxVolume',
  'CreateEnvironment',
  'DeleteEnvironment',
]);

const Rule = z
  .strictObject({
    operation: z.enum(['*', ...OPERATION_NAMES] as ['*', ...OperationName[]]),
    /** Applies to every n-th matching request; to every one if neither this nor `probability` is given. */
    every: z.int().min(1).optional(),
    probability: z.number().min(0).max(1).optional(),
    /** Waits this many milliseconds before the request is handled. */
    delayMs: z.int().min(0).max(600_000).optional(),
    /** Rejects the request with a modelled error; the request has no effect. */
    error: z.enum(Object.keys(ERRORS) as ErrorName[]).optional(),
    message: z.string().max(1000).optional(),
    /** Breaks the connection before or after the request takes effect. */
    reset: z.enum(['before', 'after']).optional(),
    /** Breaks the connection after this many bytes of the reply's body. */
    truncate: z.int().min(0).optional(),
    /** The request succeeds, and the work that it starts fails later. */
    failure: z
      .strictObject({ reason: z.string().refine(isStatusReason, REASON_RULE), errorType: ERROR_TYPES })
      .optional(),
  })
  .refine(
    ({ every, probability }) => every === undefined || probability === undefined,
    'every and probability cannot be combined',
  )
  .refine(
    ({ error, reset, truncate }) => [error, reset, truncate].filter((it) => it !== undefined).length <= 1,
    'only one of error, reset and truncate can happen to a request',
  )
  .refine(
    ({ error, reset, truncate, delayMs, failure }) => (error ?? reset ?? truncate ?? delayMs ?? failure) !== undefined,
    'needs at least one of error, delayMs, reset, truncate and failure',
  )
  .refine(({ message, error }) => message === undefined || error !== undefined, 'message needs error')
  .refine(
    ({ operation, failure }) => failure === undefined || FAILING.has(operation),
    `failure works only for operations that start something that can fail: ${[...FAILING].join(', ')}`,
  )
  .refine(
    ({ operation, failure }) => failure?.errorType === undefined || ['*', 'CreateKxChangeset'].includes(operation),
    'failure.errorType works only for CreateKxChangeset',
  );

const FaultFile = z.strictObject({
  /** Seed of the probabilities: the same seed selects the same requests. */
  seed: z.union([z.string(), z.int()], 'expects a string or a whole number').default('faults'),
  rules: z.array(Rule).min(1).max(200),
});

export type FaultRule = z.output<typeof Rule>;
export type FaultPlan = z.output<typeof FaultFile>;

/** Reads a file of fault rules. Throws `StoreError`, one line that names the file and the first error in it. */
export function readFaults(path: string): FaultPlan {
  const content = readJsonFile(path, (why, cause) => new StoreError(`${path}: ${why}`, { cause }));
  return faultPlan(content, path);
}

/** Checks fault rules; `source` names them in the error. */
export function faultPlan(content: unknown, source: string): FaultPlan {
  const { data, problem } = parseOrExplain(FaultFile, content);
  if (problem !== undefined) throw new StoreError(`${source}: ${problem}`);
  return data;
}
