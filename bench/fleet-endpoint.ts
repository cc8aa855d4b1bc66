import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What the endpoint holds, and how it answers. */
export interface FleetOptions {
  readonly environments: number;
  /** Milliseconds before each reply. */
  readonly latencyMs?: number;
  /** Requests per second that are answered, with a burst of one second; others are refused. */
  readonly perSecond?: number;
}

/** The requests that arrived: when, and whether they were refused. */
export interface Arrival {
  readonly at: number;
  readonly refused: boolean;
}

export interface FleetEndpoint {
  readonly url: string;
  readonly arrivals: Arrival[];
  close(): Promise<void>;
}

export const CLUSTERS = 20;
const PAGE = 100;
const TYPES = ['HDB', 'TICKERPLANT', 'GATEWAY', 'GP'] as const;
const ACCOUNT = '111122223333';
const ZONE = 'use1-az1';
/** Epoch seconds, as the API has them. */
const CREATED = 1_770_000_000;

const pad = (number: number, digits: number) => String(number).padStart(digits, '0');
export const environmentId = (index: number) => `fleet${pad(index, 21)}`;
export const environmentName = (index: number) => `desk-${pad(index, 3)}`;
const arn = (index: number) => `arn:aws:finspace:us-east-1:${ACCOUNT}:kxEnvironment/${environmentId(index)}`;
/** The tag that every tenth environment has in all its entities. */
export const TAG = { key: 'owner', value: 'team-7', every: 10 };

/**
 * An endpoint that computes its replies from names, so that it costs little compared with what is measured: environments with 20 clusters
 * of four types, a database, a volume and a host each. In every tenth the HDBs are behind, in every twenty-fifth a host and a
 * volume are unused.
 */
export async function fleetEndpoint({
  environments,
  latencyMs = 0,
  perSecond = Infinity,
}: FleetOptions): Promise<FleetEndpoint> {
  const arrivals: Arrival[] = [];
  let tokens = perSecond;
  let filled = performance.now();
  const admitted = () => {
    if (perSecond === Infinity) return true;
    const now = performance.now();
    tokens = Math.min(perSecond, tokens + ((now - filled) / 1000) * perSecond);
    filled = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
  const server = createServer(async (request, response) => {
    request.resume();
    const isAdmitted = admitted();
    arrivals.push({ at: performance.now(), refused: !isAdmitted });
    if (latencyMs > 0) await delay(latencyMs);
    if (!isAdmitted) return send(response, 429, { message: 'Rate exceeded' }, 'ThrottlingException');
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fleet');
    const reply = request.method === 'GET' ? replyTo(decodeURIComponent(pathname), searchParams, environments) : null;
    if (reply === null) return send(response, 404, { message: 'There is no such thing' }, 'ResourceNotFoundException');
    return send(response, 200, reply);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, status: number, body: object, error?: string): void {
  if (error !== undefined) response.setHeader('x-amzn-errortype', error);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function replyTo(path: string, query: URLSearchParams, environments: number): object | null {
  if (path === '/kx/environments') return environmentPage(Number(query.get('nextToken') ?? 0), environments);
  if (path.startsWith('/tags/')) return { tags: tagsOf(path) };
  const [, id = '', rest = ''] = /^\/kx\/environments\/([^/]+)\/?(.*)$/.exec(path) ?? [];
  const index = Number(id.slice('fleet'.length));
  return id === environmentId(index) && index < environments ? inEnvironment(index, rest) : null;
}

function environmentPage(start: number, environments: number) {
  const end = Math.min(start + PAGE, environments);
  const all = Array.from({ length: end - start }, (_, at) => environment(start + at));
  return { environments: all, ...(end < environments ? { nextToken: String(end) } : {}) };
}

function tagsOf(path: string): Record<string, string> {
  const index = Number(/kxEnvironment\/fleet(\d+)/.exec(path)?.[1]);
  return index % TAG.every === 0 ? { [TAG.key]: TAG.value } : { [TAG.key]: 'team-1' };
}

const environment = (index: number) => ({
  name: environmentName(index),
  environmentId: environmentId(index),
  awsAccountId: ACCOUNT,
  status: 'CREATED',
  tgwStatus: 'NONE',
  dnsStatus: 'NONE',
  environmentArn: arn(index),
  kmsKeyId: `arn:aws:kms:us-east-1:${ACCOUNT}:key/0f5c0c4e-7f38-4a2b-9d3e-2f0c9a7d1b11`,
  dedicatedServiceAccountId: ACCOUNT,
  creationTimestamp: CREATED,
  updateTimestamp: CREATED,
  availabilityZoneIds: [ZONE],
});

const stamps = { createdTimestamp: CREATED, lastModifiedTimestamp: CREATED };
const hasSpare = (index: number) => index % 25 === 24;
const isBehind = (index: number) => index % 10 === 7;
const changesetId = (at: number) => `changeset${pad(at, 13)}`;

const clusterName = (at: number) => `${TYPES[at % TYPES.length]?.toLowerCase()}-${pad(at, 2)}`;
const clusterNames = Array.from({ length: CLUSTERS }, (_, at) => clusterName(at));

const clusterSummary = (name: string) => ({
  clusterName: name,
  clusterType: name.split('-')[0]?.toUpperCase(),
  volumes: name.startsWith('tickerplant') ? [{ volumeName: 'vol-logs', volumeType: 'NAS_1' }] : [],
  status: 'RUNNING',
  releaseLabel: '1.0',
  azMode: 'SINGLE',
  availabilityZoneId: ZONE,
  ...stamps,
});

function cluster(name: string) {
  const summary = clusterSummary(name);
  return {
    ...summary,
    ...(summary.clusterType === 'HDB'
      ? { databases: [{ databaseName: 'trades', changesetId: changesetId(0), cacheConfigurations: [] }] }
      : {}),
    ...(summary.clusterType === 'TICKERPLANT'
      ? { tickerplantLogConfiguration: { tickerplantLogVolumes: ['vol-logs'] } }
      : {}),
    code: { s3Bucket: 'kdb-code', s3Key: 'app.zip' },
    vpcConfiguration: {
      vpcId: 'vpc-0c81f2d9a4e6b7351',
      securityGroupIds: ['sg-07a1e93bd52f4c618'],
      subnetIds: ['subnet-04d9b6a17e83c5f21'],
      ipAddressType: 'IP_V4',
    },
    scalingGroupConfiguration: { scalingGroupName: 'sg-main', memoryReservation: 8192, nodeCount: 1 },
  };
}

const groups = (index: number) => [
  {
    scalingGroupName: 'sg-main',
    hostType: 'kx.sg1.16xlarge',
    availabilityZoneId: ZONE,
    status: 'ACTIVE',
    clusters: clusterNames,
    ...stamps,
  },
  ...(hasSpare(index)
    ? [
        {
          scalingGroupName: 'sg-left-over',
          hostType: 'kx.sg.16xlarge',
          availabilityZoneId: ZONE,
          status: 'ACTIVE',
          clusters: [],
          ...stamps,
        },
      ]
    : []),
];

const volumeSummary = (volumeName: string) => ({
  volumeName,
  volumeType: 'NAS_1',
  status: 'ACTIVE',
  azMode: 'SINGLE',
  availabilityZoneIds: [ZONE],
  ...stamps,
});

const volume = (volumeName: string) => ({
  ...volumeSummary(volumeName),
  nas1Configuration: { type: 'SSD_250', size: 1_200 },
  attachedClusters:
    volumeName === 'vol-logs'
      ? clusterNames
          .filter((name) => name.startsWith('tickerplant'))
          .map((name) => ({ clusterName: name, clusterType: 'TICKERPLANT', clusterStatus: 'RUNNING' }))
      : [],
});

const volumeNames = (index: number) => ['vol-logs', ...(hasSpare(index) ? ['vol-left-over'] : [])];

const changesets = (index: number) =>
  Array.from({ length: isBehind(index) ? 2 : 1 }, (_, at) => ({
    changesetId: changesetId(at),
    createdTimestamp: CREATED + at * 3600,
    activeFromTimestamp: CREATED + at * 3600 + 60,
    lastModifiedTimestamp: CREATED + at * 3600 + 60,
    status: 'COMPLETED',
  })).reverse();

const database = (index: number) => ({
  databaseName: 'trades',
  databaseArn: `${arn(index)}/kxDatabase/trades`,
  numBytes: 1_000_000,
  numFiles: 10,
  numChangesets: changesets(index).length,
  lastCompletedChangesetId: changesets(index)[0]?.changesetId,
  ...stamps,
});

/** The replies of reads in an environment, by the path after it. */
function inEnvironment(index: number, path: string): object | null {
  const [collection = '', name, part, last] = path.split('/');
  const isCluster = name !== undefined && clusterNames.includes(name);
  const isVolume = name !== undefined && volumeNames(index).includes(name);
  if (path === '') return environment(index);
  if (path === 'clusters') return { kxClusterSummaries: clusterNames.map(clusterSummary) };
  if (path === 'scalingGroups') return { scalingGroups: groups(index) };
  if (path === 'kxvolumes') return { kxVolumeSummaries: volumeNames(index).map(volumeSummary) };
  if (path === 'databases') return { kxDatabases: [{ databaseName: 'trades', ...stamps }] };
  if (path === 'users') return { users: [] };
  if (collection === 'clusters' && isCluster && part === undefined) return cluster(name);
  if (collection === 'clusters' && isCluster && part === 'nodes')
    return { nodes: [{ nodeId: 'node-0', availabilityZoneId: ZONE, launchTime: CREATED, status: 'RUNNING' }] };
  if (collection === 'kxvolumes' && isVolume) return volume(name);
  if (collection !== 'databases' || name !== 'trades') return null;
  if (part === undefined) return database(index);
  if (path === 'databases/trades/dataviews') return { kxDataviews: [] };
  if (path === 'databases/trades/changesets') return { kxChangesets: changesets(index) };
  return changesets(index).find(({ changesetId: id }) => part === 'changesets' && id === last) ?? null;
}
