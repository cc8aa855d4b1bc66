import { isInDatabase, memberOf, statusClass } from '../inventory/kinds.ts';
import { listPages } from '../inventory/pages.ts';
import { type Input, type OperationName, operationNamed } from '../operations/index.ts';
import { MAX_NODES } from '../operations/kx-cluster-shapes.ts';
import { waitAdvice } from '../operations/naming.ts';
import type { Members } from '../operations/operation.ts';
import { readIfOffered } from '../safety/offered-read.ts';
import { toolRefusalReason } from '../safety/policy.ts';
import type { ToolDependencies } from './dependencies.ts';
import { MAX_ALSO, waitFor } from './fleet/wait-for.ts';
import { NODES, WAITABLE_KINDS, type WaitTarget } from './fleet/wait-target.ts';
import { briefSignal, type Lookup } from './identify.ts';

type Offering = Pick<ToolDependencies, 'restrictions' | 'caller'>;

export interface AcceptedCall {
  readonly operation: OperationName;
  readonly input: Members;
  readonly output: Members;
}

/**
 * What to do after accepted calls, of which all or none are deletes. `next` is the one call that waits for the first 50 changes that they
 * started, or a sentence if only another tool shows what is in progress. Empty if nothing is in progress, or if the caller is not
 * offered the tool that waits.
 */
export function followUp(accepted: readonly AcceptedCall[], { restrictions, caller }: Offering) {
  const underway = accepted.flatMap((call) => startedBy(call) ?? []);
  const [first] = underway;
  if (first === undefined || toolRefusalReason(waitFor, restrictions, caller) !== undefined) return {};
  if (typeof first === 'string') return { next: first };
  const { environment, until, ...target } = first;
  const also = underway
    .slice(1, 1 + MAX_ALSO)
    .flatMap((each) => (typeof each === 'string' ? [] : [waitTargetOf(each)]));
  const more = { ...(also.length === 0 ? {} : { also }), ...(until === undefined ? {} : { until }) };
  return { next: { tool: waitFor.name, arguments: { environment, ...target, ...more } } };
}

interface StartedChange extends WaitTarget {
  readonly environment: string;
  readonly until?: string;
}

const waitTargetOf = ({ environment: _, until: __, ...target }: StartedChange): WaitTarget => target;

/** An entity that a call leaves in a transitional status; a sentence if only another tool shows it. */
function startedBy({ operation, input, output }: AcceptedCall): StartedChange | string | undefined {
  const { settles, kind: own, target, risk } = operationNamed(operation);
  const isUnderway = settles !== undefined || statusClass(output['status'] as string | undefined) === 'underway';
  if (risk === 'read' || !isUnderway) return undefined;
  const kind = WAITABLE_KINDS.find((each) => own === `kx-${each}`);
  if (kind === undefined) return settles && waitAdvice(String(target?.noun), settles.end);
  const environment = String(input['environmentId'] ?? output['environmentId']);
  const member = memberOf(kind);
  return {
    environment,
    kind: settles?.of ?? kind,
    name: kind === 'environment' ? environment : String(input[member] ?? output[member]),
    ...(isInDatabase(kind) ? { database: String(input['databaseName']) } : {}),
    ...(settles?.end === 'DELETED' ? { until: settles.end } : {}),
  };
}

/** Reads the nodes of a cluster before one is deleted; the returned function then shows which node replaces it, if that is clear. */
export async function replacementFinder(
  lookup: Lookup,
  name: OperationName,
  input: Members,
): Promise<() => Promise<Members>> {
  if (operationNamed(name).settles?.of !== NODES) return async () => ({});
  const { environmentId, clusterName } = input as Input<'ListKxClusterNodes'>;
  const list = () =>
    listPages(lookup.deps.call, 'ListKxClusterNodes', { environmentId, clusterName }, MAX_NODES, {
      signal: briefSignal(lookup),
    });
  const nodes = () => readIfOffered(lookup.deps, 'ListKxClusterNodes', list);
  const before = await nodes();
  return async () => {
    const after = before && (await nodes());
    const old = new Set(before?.items.map(({ nodeId }) => nodeId));
    const [replacement, second] = after?.items.filter(({ nodeId }) => !old.has(nodeId)) ?? [];
    return replacement === undefined || second !== undefined ? {} : { replacement };
  };
}
