import type { Input, OperationName } from '../index.ts';
import { NEW_CHANGESET } from './changesets.ts';
import { CODE_CHANGE, NEW_CLUSTER } from './clusters.ts';
import type { Condition } from './condition.ts';
import { NEW_DATAVIEW, SEGMENTS } from './dataviews.ts';
import { FEDERATION } from './environments.ts';
import { NETWORK_CHANGE } from './network.ts';
import { NEW_VOLUME } from './volumes.ts';

export interface UnmetCondition {
  readonly member: string;
  readonly says: string;
  readonly isValue: boolean;
}

type Table = { readonly [N in OperationName]?: readonly Condition<Input<N>>[] };

/** The conditions on each request alone, in the order in which the local service checks them. */
const CONDITIONS: Table = {
  CreateEnvironment: FEDERATION,
  CreateKxChangeset: NEW_CHANGESET,
  CreateKxCluster: NEW_CLUSTER,
  CreateKxDataview: NEW_DATAVIEW,
  CreateKxVolume: NEW_VOLUME,
  UpdateKxClusterCodeConfiguration: CODE_CHANGE,
  UpdateKxDataview: SEGMENTS,
  UpdateKxEnvironmentNetwork: NETWORK_CHANGE,
};

export const conditionsOn = <N extends OperationName>(name: N): readonly Condition<Input<N>>[] =>
  (CONDITIONS[name] ?? []) as readonly Condition<Input<N>>[];

/** All unmet conditions on a request alone, in that order. */
export const unmetConditions = <N extends OperationName>(name: N, input: Input<N>): UnmetCondition[] =>
  unmetAmong(conditionsOn(name), input);

export const unmetAmong = <Request>(conditions: readonly Condition<Request>[], request: Request): UnmetCondition[] =>
  conditions
    .filter(({ isMet }) => !isMet(request))
    .map(({ member, says, isValue }) => ({ member: textFor(member, request), says: textFor(says, request), isValue }));

const textFor = <Request>(text: string | ((request: Request) => string), request: Request) =>
  typeof text === 'string' ? text : text(request);
