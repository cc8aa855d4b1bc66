import { labels, route } from '../operations/http.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from '../operations/index.ts';

/** A resource template made from a read operation: its URI is the operation's path. */
export interface ResourceKind {
  readonly operation: OperationName;
  readonly uriTemplate: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
}

const SHOWN: readonly [OperationName, string][] = [
  ['ListKxEnvironments', 'kdb environments'],
  ['GetKxEnvironment', 'kdb environment'],
  ['ListKxClusters', 'Clusters of a kdb environment'],
  ['GetKxCluster', 'Cluster'],
];

/** Every resource that this server has, lists before the entities in them. */
export const RESOURCE_KINDS: readonly ResourceKind[] = SHOWN.map(([operation, title]) => ({
  operation,
  uriTemplate: `finspace:/${route(operationNamed(operation)).path}`,
  name: operation,
  title,
  description: operationNamed(operation).summary,
}));

/** The kind that a URI belongs to and the values of its variables; undefined when it belongs to none. */
export function resourceAt(uri: string): { kind: ResourceKind; input: Record<string, string> } | undefined {
  for (const kind of RESOURCE_KINDS) {
    const values = matcher(kind).exec(uri)?.slice(1);
    if (values === undefined) continue;
    try {
      const names = labels(operationNamed(kind.operation));
      return { kind, input: Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(values[at] ?? '')])) };
    } catch {
      return undefined;
    }
  }
  return undefined;
}

const matcher = ({ uriTemplate }: ResourceKind) => new RegExp(`^${uriTemplate.replaceAll(/\{\w+\}/g, '([^/?#]+)')}$`);

/** The URI of an entity or list. */
export function uriOf({ uriTemplate }: ResourceKind, input: Record<string, string>): string {
  return uriTemplate.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(input[name] ?? ''));
}

/** The read operation that shows the entity that a label names, such as `GetKxCluster` for `clusterName`. */
export function getterOf(label: string): OperationName | undefined {
  return OPERATION_NAMES.find((name) => name.startsWith('Get') && operationNamed(name).http.endsWith(`{${label}}`));
}
