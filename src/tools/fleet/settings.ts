import type { Graph, GraphEntity } from '../../inventory/graph.ts';
import { entityRow, namesConnected } from '../../inventory/summary.ts';

/** A value of a setting: `autoscaling.min` is 3. */
export interface Setting {
  readonly path: string;
  readonly value: string;
}

/** What an entity says about others or about its state now, or again in another way, which is not a setting of its own. */
const NOT_SETTINGS = new Set([
  'name',
  'status',
  'nodes',
  'attachedClusters',
  'clusters',
  'usedBy',
  'versions',
  'arn',
  'bucket',
]);

/** All that is known about an entity, one for each value. */
export function factsOf(entity: GraphEntity, graph: Graph): Setting[] {
  const { volumes, usedBy } = namesConnected(entity, graph);
  const all = Object.entries({ ...entityRow(entity, graph), volumes, usedBy, ...entity.facts });
  return all.flatMap(([name, value]) => valuesIn(name, value));
}

/** The settings of an entity itself, in which texts are looked for. */
export const settingsOf = (entity: GraphEntity, graph: Graph): Setting[] =>
  factsOf(entity, graph).filter(({ path }) => !NOT_SETTINGS.has(path.split('.')[0] ?? ''));

/** The values in a setting, with where in it they are. */
function valuesIn(path: string, value: unknown): Setting[] {
  if (Array.isArray(value)) return value.flatMap((each) => valuesIn(path, each));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([member, each]) => valuesIn(`${path}.${member}`, each));
  return value === undefined ? [] : [{ path, value: String(value) }];
}

/** Whether somebody who says `wanted` means the setting at a path, or one that is inside it. */
export function means(wanted: string, path: string): boolean {
  const asked = canonical(wanted);
  const parts = path.split('.');
  return parts.some((part, at) => canonical(part) === asked || canonical(parts.slice(0, at + 1).join('')) === asked);
}

/** One form for the names of a setting: letter case, plurals, units and the words that the API adds to names aside. */
export function canonical(name: string): string {
  const bare = name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .replace(/(?:configurations?|ids?|arns?|labels?|names?|mib|gb)$/, '')
    .replace(/s$/, '');
  return ALSO.get(bare) ?? bare;
}

/** What the API and people call a setting that is told under another name. */
const ALSO = new Map(
  Object.entries({
    release: ['kdbversion'],
    zone: ['availabilityzone', 'az'],
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
