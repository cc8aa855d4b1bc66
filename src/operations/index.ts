import type * as z from 'zod';
import * as environment from './environment.ts';
import * as kxChangeset from './kx-changeset.ts';
import * as kxCluster from './kx-cluster.ts';
import * as kxDatabase from './kx-database.ts';
import * as kxDataview from './kx-dataview.ts';
import * as kxEnvironment from './kx-environment.ts';
import * as kxScalingGroup from './kx-scaling-group.ts';
import * as kxUser from './kx-user.ts';
import * as kxVolume from './kx-volume.ts';
import type { Operation } from './operation.ts';
import * as tags from './tags.ts';

/** The catalog: the operations of the FinSpace API 2021-03-12, by their AWS names, in the order in which tools are listed. */
export const OPERATIONS = {
  ...kxEnvironment,
  ...kxCluster,
  ...kxDatabase,
  ...kxChangeset,
  ...kxDataview,
  ...kxScalingGroup,
  ...kxVolume,
  ...kxUser,
  ...tags,
  ...environment,
};

export type OperationName = keyof typeof OPERATIONS;
export const OPERATION_NAMES = Object.keys(OPERATIONS) as OperationName[];

type Declared<N extends OperationName> = (typeof OPERATIONS)[N];

/** The arguments of an operation. `clientToken` is always optional: a `Call` generates one if the API accepts it. */
export type Input<N extends OperationName> = Omit<z.input<ReturnType<Declared<N>['input']>>, 'clientToken'> & {
  clientToken?: string;
};

/** The result of an operation, timestamps as ISO 8601. Every member may be missing: the API promises none. */
export type Output<N extends OperationName> = z.output<ReturnType<Declared<N>['output']>>;

export interface CallOptions {
  /** Abandons the call, unless it is a mutation that was already sent: that completes. */
  readonly signal?: AbortSignal | undefined;
  /** True if the call waits for its turn until `signal` aborts; otherwise it waits as long as a call may take. */
  readonly untilAborted?: boolean | undefined;
  /** The caller, for the journal. */
  readonly actor?: Actor | undefined;
  /** Where an endpoint admits few requests, calls with different keys take turns. */
  readonly fairnessKey?: string | undefined;
  /** One of many reads of a question, which lets mutations and single reads go first. */
  readonly isBackground?: boolean | undefined;
}

/** Who makes a call, and what else the journal records of it. */
export interface Actor {
  readonly principal: string;
  /** The name of the target before the call renames it. */
  readonly formerName?: string | undefined;
  /** The approval that the call consumed: its plan, the channel, and the person who gave it. */
  readonly approval?:
    | { readonly plan: string; readonly channel: string; readonly approver?: string | undefined }
    | undefined;
}

/** Runs one operation on some FinSpace endpoint. Rejects with `FinspaceError` (failure.ts) and nothing else. */
export type Call = <N extends OperationName>(name: N, input: Input<N>, options?: CallOptions) => Promise<Output<N>>;

/** Runs an operation whose name is known only at run time. */
export const callNamed = (call: Call, name: OperationName, input: object, options?: CallOptions) =>
  call(name, input as never, options) as Promise<Record<string, unknown>>;

/** The declaration of an operation, without the types of its schemas. */
export function operationNamed(name: OperationName): Operation {
  return OPERATIONS[name];
}
