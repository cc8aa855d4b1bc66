import { TOPOLOGY_FORMS, type TopologyForm, topologyUri } from '../inventory/uris.ts';
import { environmentIdIn } from '../operations/arn.ts';
import { labelsIn, route } from '../operations/http.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from '../operations/index.ts';
import { toolTitle } from '../operations/naming.ts';

/** How the URIs of resources of kdb environments begin. Deprecated environments have ids of another kind. */
export const KDB_PREFIX = 'finspace://kx/';

/**
 * A resource with a fixed URI, or a resource template. Most are derived from a read operation, and their URIs from its path; the others
 * show a topology.
 */
export interface ResourceKind {
  /** The operation that reads it, which the caller must be allowed to call. */
  readonly operation: OperationName;
  /** The form of the topology of an environment, which many operations read; absent on other resources. */
  readonly topologyForm?: TopologyForm;
  readonly uriTemplate: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
}

/** Segments of the API's paths, with the usual word for each. */
const SEGMENTS: Record<string, string> = { environment: 'environments', kxvolumes: 'volumes' };

const uriFor = (operation: OperationName) =>
  `finspace:/${route(operationNamed(operation))
    .path.split('/')
    .map((segment) => SEGMENTS[segment] ?? segment)
    .join('/')}`;

const READS = OPERATION_NAMES.filter((name) => operationNamed(name).risk === 'read');

/** The resources that follow from the catalog: read operations, sorted by URI, and topologies. Others have their own functions. */
export const RESOURCE_KINDS: readonly ResourceKind[] = [
  ...READS.map(
    (operation): ResourceKind => ({
      operation,
      uriTemplate: uriFor(operation),
      name: operation,
      title: sentence(toolTitle(operation).replace(/^\w+ /, '')),
      description: resourceDescription(operationNamed(operation).summary),
      mimeType: 'application/json',
    }),
  ).toSorted((a, b) => (a.uriTemplate < b.uriTemplate ? -1 : 1)),
  ...Object.entries(TOPOLOGY_FORMS).map(
    ([form, { mimeType, title }]): ResourceKind => ({
      operation: 'GetKxEnvironment',
      topologyForm: form as TopologyForm,
      uriTemplate: topologyUri('{environmentId}', form as TopologyForm),
      name: `Topology${form}`,
      title,
      description:
        'The entities of a kdb environment with their status and dependencies; of the changesets, only the newest, mounted and failed ones.',
      mimeType,
    }),
  ),
];

/** The content of a resource: the first sentence of its tool's description, without the verb and the tags, which only the tool adds. */
function resourceDescription(summary: string): string {
  return sentence(
    summary
      .replace(/^\w+ /, '')
      .replace(/(?<=\.) .*$/s, '')
      .replace(', tags', ''),
  );
}

function sentence(text: string): string {
  return text.startsWith('kdb') ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** The variables of a template, in order. */
export const variablesOf = ({ uriTemplate }: ResourceKind): string[] => labelsIn(uriTemplate);

const MATCHERS = RESOURCE_KINDS.map(
  (kind) => [kind, new RegExp(`^${literal(kind.uriTemplate).replaceAll(/\\\{\w+\\\}/g, '([^/?#]+)')}$`)] as const,
);

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Every URI of a resource is shorter: an ARN has at most 2,048 characters, of which few are escaped. */
const MAX_URI_LENGTH = 4_096;

/** The kind of resource at a URI, and the values of its variables; undefined if there is none. */
export function resourceAt(uri: string): { kind: ResourceKind; input: Record<string, string> } | undefined {
  if (uri.length > MAX_URI_LENGTH) return undefined;
  for (const [kind, matcher] of MATCHERS) {
    const values = matcher.exec(uri)?.slice(1);
    if (values === undefined) continue;
    try {
      const names = variablesOf(kind);
      return { kind, input: Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(values[at] ?? '')])) };
    } catch {
      return undefined;
    }
  }
  return undefined;
}

export function uriOf({ uriTemplate }: ResourceKind, input: Readonly<Record<string, unknown>>): string {
  return uriTemplate.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(input[name] ?? '')));
}

/**
 * The URIs that a mutation may have changed: those in its path, those of the same kind of entity, and the topology that contains
 * them.
 */
export function urisTouchedBy(operation: OperationName, input: Readonly<Record<string, unknown>>): string[] {
  const { kind: changedKind } = operationNamed(operation);
  const changedPath = route(operationNamed(operation)).path;
  const given: Readonly<Record<string, unknown>> = { ...input, environmentId: environmentIdIn(input) };
  return RESOURCE_KINDS.filter((kind) => {
    const declared = operationNamed(kind.operation);
    const mayShow =
      kind.topologyForm !== undefined || changedPath.startsWith(route(declared).path) || declared.kind === changedKind;
    return mayShow && variablesOf(kind).every((name) => given[name] !== undefined);
  }).map((kind) => uriOf(kind, given));
}
