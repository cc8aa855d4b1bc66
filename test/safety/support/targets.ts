import { listPages } from '../../../src/inventory/pages.ts';
import type { OperationsWithRisk } from '../../../src/kinds/model.ts';
import { KIND_NAMES, lineage, NAMES } from '../../../src/kinds/names.ts';
import type { KindName } from '../../../src/kinds/views.ts';
import { type Call, OPERATION_NAMES, type OperationName, operationNamed } from '../../../src/operations/index.ts';
import type { Members } from './backend.ts';

/** The operations with a declared target, as types show them: all that change an entity, and a create that can destroy data. */
export type Targeted = OperationsWithRisk<KindName, 'update' | 'disrupt' | 'destroy' | 'network'> | 'CreateKxChangeset';

/** The operations with a declared target. */
export const TARGETED = OPERATION_NAMES.filter((name) => operationNamed(name).target !== undefined) as Targeted[];

/** The kind of the target of an operation: the kind that the operation is about, its parent or what is inside of it. */
export function targetKind(operation: Targeted): KindName {
  const { target, kind: declared } = operationNamed(operation);
  const own = declared as KindName;
  const kind = KIND_NAMES.find(
    (each) => NAMES[each].member === target?.member && (lineage(each).includes(own) || lineage(own).includes(each)),
  );
  if (kind === undefined) throw new Error(`No kind is identified by the target of ${operation}`);
  return kind;
}

export interface Request {
  readonly operation: OperationName;
  readonly input: Members;
}

/** Every deletion that could be requested in the kdb environments of a world. */
export async function possibleDeletions(call: Call): Promise<Request[]> {
  const all = async (name: OperationName, input: Members) =>
    (await listPages(call, name, input as never, 10_000)).items;
  const found: Request[] = [];
  for (const { environmentId } of await all('ListKxEnvironments', {})) {
    const inside = { environmentId };
    const each = async (lister: OperationName, operation: OperationName, member: string, input: Members = inside) => {
      const items = await all(lister, input);
      found.push(...items.map((item) => ({ operation, input: { ...input, [member]: item[member] } })));
      return items;
    };
    found.push({ operation: 'DeleteKxEnvironment', input: inside });
    for (const { clusterName } of await each('ListKxClusters', 'DeleteKxCluster', 'clusterName')) {
      const cluster = { ...inside, clusterName };
      await each('ListKxClusterNodes', 'DeleteKxClusterNode', 'nodeId', cluster);
    }
    for (const { databaseName } of await each('ListKxDatabases', 'DeleteKxDatabase', 'databaseName'))
      await each('ListKxDataviews', 'DeleteKxDataview', 'dataviewName', { ...inside, databaseName });
    await each('ListKxVolumes', 'DeleteKxVolume', 'volumeName');
    await each('ListKxScalingGroups', 'DeleteKxScalingGroup', 'scalingGroupName');
    await each('ListKxUsers', 'DeleteKxUser', 'userName');
  }
  return found;
}
