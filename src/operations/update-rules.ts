import { withCanonicalBlocks } from './cidr-blocks.ts';
import type { DeclaredUpdate, LeftOut, Members } from './operation.ts';

/**
 * UpdateKxClusterCodeConfiguration: the whole configuration is replaced. With NO_RESTART, script and arguments must not be sent, and
 * stay.
 */
export const CODE_UPDATE: DeclaredUpdate = {
  leftOut: {
    code: 'removed',
    // A version belongs to its object.
    'code.s3ObjectVersion': (input, present) => (isSameObject(input['code'], present['code']) ? 'removed' : 'replaced'),
    '*': removedUnlessInPlace,
  },
  keys: { commandLineArguments: 'key' },
  isRepeatable: true,
};

/**
 * UpdateKxClusterDatabases: the list contains everything that is mounted, and each entry all settings of its database.
 */
export const DATABASES_UPDATE: DeclaredUpdate = {
  // Of several entries for one database, the last counts.
  settings: ({ databases }) => ({
    databases: [...new Map(listOf(databases).map((entry) => [entry['databaseName'], settingsOfMount(entry)])).values()],
  }),
  leftOut: {
    'databases.*': 'removed',
    // Omitting these removes nothing: the newest changeset or version is mounted.
    'databases.*.changesetId': 'kept',
    'databases.*.dataviewVersionId': 'kept',
  },
  keys: { databases: 'databaseName', 'databases.*.cacheConfigurations': 'cacheType' },
  // A request cannot choose the version of a dataview.
  dropContradictions: ({ databases, ...input }) => ({
    ...input,
    databases: listOf(databases).map(({ changesetId, dataviewVersionId: _, ...entry }) =>
      changesetId === undefined || entry['dataviewName'] !== undefined ? entry : { ...entry, changesetId },
    ),
  }),
};

/** UpdateKxDataview: new segments replace all segments; without a changeset, a dataview without autoUpdate moves to the latest. */
export const DATAVIEW_UPDATE: DeclaredUpdate = {
  settings: ({ description, changesetId, segmentConfigurations, autoUpdate }) => ({
    description,
    ...(autoUpdate === true ? {} : { changesetId }),
    segmentConfigurations: listOf(segmentConfigurations).map(({ onDemand, ...segment }) => ({
      ...segment,
      ...(onDemand === true ? { onDemand } : {}),
    })),
  }),
  leftOut: { changesetId: 'removed', segmentConfigurations: 'removed unless the whole is omitted' },
  keys: { segmentConfigurations: 'volumeName' },
  sensitive: ['segmentConfigurations'],
};

/** UpdateKxEnvironmentNetwork: rules and servers are lists that are replaced as a whole, and the blocks of rules become canonical. */
export const NETWORK_UPDATE: DeclaredUpdate = {
  settings: ({ transitGatewayConfiguration: gateway, customDNSConfiguration }) => ({
    transitGatewayConfiguration: gateway && withCanonicalBlocks(gateway),
    customDNSConfiguration,
  }),
  leftOut: {
    transitGatewayConfiguration: 'removed unless the whole is omitted',
    customDNSConfiguration: 'removed unless the whole is omitted',
  },
  keys: {
    'transitGatewayConfiguration.attachmentNetworkAclConfiguration': 'ruleNumber',
    customDNSConfiguration: 'customDNSServerName',
  },
};

/**
 * UpdateEnvironment: federation parameters are replaced as a whole; other omitted settings stay, because clients send only what
 * changes.
 */
export const ENVIRONMENT_UPDATE: DeclaredUpdate = {
  settings: ({ environment, ...members }) => {
    const { name, description, federationMode, federationParameters } = (environment ?? members) as Members;
    return { name, description, federationMode, federationParameters };
  },
  leftOut: { federationParameters: 'removed unless the whole is omitted' },
  sensitive: ['name', 'federationMode', 'federationParameters'],
};

function removedUnlessInPlace({ deploymentConfiguration }: Members): LeftOut {
  const { deploymentStrategy } = (deploymentConfiguration ?? {}) as Members;
  return deploymentStrategy === 'NO_RESTART' ? 'kept' : 'removed';
}

const listOf = (value: unknown) => (Array.isArray(value) ? value : []) as Members[];

/** Requests name a dataview directly; replies, and copies of them, name it in `dataviewConfiguration`. */
function settingsOfMount({
  databaseName,
  cacheConfigurations,
  changesetId,
  dataviewName,
  dataviewConfiguration,
}: Members) {
  const dataview = (dataviewConfiguration ?? {}) as Members;
  const named = dataview['dataviewName'] ?? dataviewName;
  const mounted = { databaseName, cacheConfigurations: cachesIn(cacheConfigurations) };
  const { dataviewVersionId, changesetId: ofVersion } = dataview;
  return named === undefined
    ? { ...mounted, changesetId }
    : { ...mounted, dataviewName: named, dataviewVersionId, changesetId: ofVersion };
}

/** The service ignores the dataview of a cache. */
export const cachesIn = (caches: unknown) =>
  Array.isArray(caches) ? (caches as Members[]).map(({ dataviewName: _, ...cache }) => cache) : undefined;

/** Whether new code is the current object, as far as the request identifies it. */
function isSameObject(code: unknown, present: unknown): boolean {
  const [wanted, now] = [code ?? {}, present ?? {}] as [Members, Members];
  return ['s3Bucket', 's3Key'].every((member) => (wanted[member] ?? now[member]) === now[member]);
}
