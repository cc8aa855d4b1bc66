import type { Graph, GraphEntity } from '../../inventory/graph.ts';
import { namesConnected } from '../../inventory/summary.ts';

/** One value of a setting: `autoscaling.min` is 3. */
export interface Setting {
  readonly path: string;
  readonly value: string;
}

/** Facts that describe other entities or the current state, or repeat other facts: not settings. */
const NOT_SETTINGS = new Set([
  'name',
  'kind',
  'environment',
  'created',
  'changed',
  'status',
  'nodes',
  'attachedClusters',
  'clusters',
  'usedBy',
  'versions',
  'arn',
  'bucket',
]);

/** Everything known about an entity by name; times as days. */
export function everythingOf(entity: GraphEntity, graph: Graph): Record<string, unknown> {
  const { name, kind, status, database, created, modified = created, facts } = entity;
  const times = { created: created?.slice(0, 10), changed: modified?.slice(0, 10) };
  return {
    name,
    kind,
    status,
    database,
    environment: graph.name,
    ...times,
    ...namesConnected(entity, graph),
    ...facts,
  };
}

/** Everything known about an entity, one item per value. */
export const factsOf = (entity: GraphEntity, graph: Graph): Setting[] =>
  Object.entries(everythingOf(entity, graph)).flatMap(([name, value]) => valuesIn(name, value));

/** The settings of an entity itself, which are searched for texts. */
export const settingsOf = (entity: GraphEntity, graph: Graph): Setting[] =>
  factsOf(entity, graph).filter(({ path }) => !NOT_SETTINGS.has(path.split('.')[0] ?? ''));

/** The values in a setting, with their paths. */
function valuesIn(path: string, value: unknown): Setting[] {
  if (Array.isArray(value)) return value.flatMap((each) => valuesIn(path, each));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([member, each]) => valuesIn(`${path}.${member}`, each));
  return value === undefined ? [] : [{ path, value: String(value) }];
}

/** Whether `wanted` names the setting at a path, or one inside it. */
export function means(wanted: string, path: string): boolean {
  const asked = canonical(wanted);
  const parts = path.split('.');
  return parts.some((part, at) => canonical(part) === asked || canonical(parts.slice(0, at + 1).join('')) === asked);
}

/** The canonical form of a setting's name: without case, plurals, units and the API's suffixes. */
export function canonical(name: string): string {
  const bare = name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .replace(/(?:configurations?|ids?|arns?|labels?|names?|mib|gb)$/, '')
    .replace(/s$/, '');
  return ALSO.get(bare) ?? (bare === '' ? name.toLowerCase() : bare);
}

/** Names that the API and people use for a setting that is shown under another name. */
const ALSO = new Map(
  Object.entries({
    release: ['kdbversion'],
    zone: ['availabilityzone', 'az'],
    size: ['byte', 'numbyte'],
    file: ['numfile'],
    type: ['clustertype', 'volumetype', 'nas1', 'disktype'],
    scalinggroup: ['host'],
    code: ['codepath', 's3key', 'codeversion'],
    initializationscript: ['initscript', 'script'],
    argument: ['commandlineargument', 'commandline', 'arg'],
    cache: ['cachestorage'],
    savedown: ['savedownstorage'],
    tickerplantlogvolume: ['tickerplantlog', 'tplog'],
    cpu: ['vcpu'],
    nodecount: ['node'],
    iamrole: ['role'],
    transitgateway: ['tgw'],
    networkrule: ['acl', 'networkacl', 'attachmentnetworkacl', 'firewall', 'firewallrule'],
    dnsserver: ['customdn'],
    certificateauthority: ['certificate', 'ca'],
    account: ['awsaccount'],
    serviceaccount: ['dedicatedserviceaccount'],
    network: ['tgwstatu', 'transitgatewaystatu'],
    dns: ['dnsstatu'],
    kmskey: ['kms', 'encryptionkey'],
    bucket: ['s3bucket', 's3'],
    change: ['changerequest', 's3path', 'source', 'dbpath'],
    mount: ['mounteddatabase'],
    created: ['date', 'day', 'age', 'createdtimestamp', 'creationdate'],
    changed: ['modified', 'lastmodified', 'lastmodifiedtimestamp', 'updated'],
  }).flatMap(([told, others]) => others.map((other) => [other, told] as const)),
);
