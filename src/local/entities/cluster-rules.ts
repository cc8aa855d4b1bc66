import type { Input } from '../../operations/index.ts';
import { NODE_TYPES } from '../../operations/machine-types.ts';
import { diskSizeProblem } from '../disk-sizes.ts';
import { demand, violation } from '../refusal.ts';
import { CLUSTER_TYPES } from './cluster-types.ts';

type Request = Input<'CreateKxCluster'>;
type Rule = readonly [holds: (request: Request) => boolean, message: string | ((request: Request) => string)];

/** Refuses a cluster whose members contradict each other or its type. */
export function checkCluster(request: Request): void {
  for (const [holds, message] of [...PLACEMENT, ...BY_TYPE, ...STORAGE, ...CODE]) {
    if (!holds(request)) demand(false, 'Validation', typeof message === 'string' ? message : message(request));
  }
}

/** How many nodes a cluster is to have. */
export function nodesOfRequest(request: Pick<Request, 'capacityConfiguration' | 'scalingGroupConfiguration'>): number {
  return request.scalingGroupConfiguration?.nodeCount ?? request.capacityConfiguration?.nodeCount ?? 1;
}

const none = (list: readonly unknown[] | undefined) => list === undefined || list.length === 0;
const isShared = (request: Request) => request.scalingGroupConfiguration !== undefined;
const type = (request: Request) => CLUSTER_TYPES[request.clusterType];
const notFor = (what: string) => (request: Request) =>
  `${what} cannot be given for a cluster of type ${request.clusterType}`;

const PLACEMENT: readonly Rule[] = [
  [
    (r) => isShared(r) !== (r.capacityConfiguration !== undefined),
    'Exactly one of capacityConfiguration and scalingGroupConfiguration must be given',
  ],
  [
    (r) =>
      isShared(r) ||
      (r.capacityConfiguration?.nodeType !== undefined && r.capacityConfiguration.nodeCount !== undefined),
    'capacityConfiguration needs nodeType and nodeCount',
  ],
  [
    (r) => isShared(r) || NODE_TYPES.has(r.capacityConfiguration?.nodeType ?? ''),
    violation(
      'capacityConfiguration.nodeType',
      `Member must satisfy enum value set: [${[...NODE_TYPES.keys()].join(', ')}]`,
    ),
  ],
  [
    ({ scalingGroupConfiguration: group }) => (group?.memoryLimit ?? Infinity) >= (group?.memoryReservation ?? 0),
    'memoryLimit must not be less than memoryReservation',
  ],
  [(r) => r.releaseLabel === '1.0', violation('releaseLabel', 'Member must satisfy enum value set: [1.0]')],
  [
    (r) => r.azMode === 'MULTI' || r.availabilityZoneId !== undefined,
    'availabilityZoneId is required when azMode is SINGLE',
  ],
  [
    (r) => r.azMode === 'SINGLE' || r.availabilityZoneId === undefined,
    'availabilityZoneId must not be given when azMode is MULTI',
  ],
  [(r) => r.azMode === 'SINGLE' || !isShared(r), 'A cluster on a scaling group needs azMode SINGLE'],
  [
    ({ vpcConfiguration: vpc }) => vpc.vpcId !== undefined && !none(vpc.subnetIds) && !none(vpc.securityGroupIds),
    'vpcConfiguration needs vpcId, securityGroupIds and subnetIds',
  ],
  [
    (r) => r.vpcConfiguration.subnetIds?.length === (r.azMode === 'SINGLE' ? 1 : 3),
    (r) =>
      violation(
        'vpcConfiguration.subnetIds',
        `${r.azMode === 'SINGLE' ? 'one subnet' : 'three subnets, one per zone,'} when azMode is ${r.azMode}`,
      ),
  ],
];

const BY_TYPE: readonly Rule[] = [
  [
    (r) => type(r).manyNodes || nodesOfRequest(r) === 1,
    (r) => `A cluster of type ${r.clusterType} has exactly one node`,
  ],
  [(r) => type(r).multiAz || r.azMode === 'SINGLE', notFor('azMode MULTI')],
  [(r) => type(r).databases !== 'no' || none(r.databases), notFor('databases')],
  [(r) => type(r).caches || none(r.cacheStorageConfigurations), notFor('cacheStorageConfigurations')],
  [
    (r) => type(r).savedown !== 'no' || r.savedownStorageConfiguration === undefined,
    notFor('savedownStorageConfiguration'),
  ],
  [
    (r) =>
      type(r).savedown !== 'required on dedicated nodes' || isShared(r) || r.savedownStorageConfiguration !== undefined,
    (r) => `savedownStorageConfiguration is required for a dedicated cluster of type ${r.clusterType}`,
  ],
  [
    (r) => type(r).tickerplantLog !== 'no' || r.tickerplantLogConfiguration === undefined,
    notFor('tickerplantLogConfiguration'),
  ],
  [
    (r) => type(r).tickerplantLog !== 'required' || !none(r.tickerplantLogConfiguration?.tickerplantLogVolumes),
    (r) => `tickerplantLogConfiguration with tickerplantLogVolumes is required for a cluster of type ${r.clusterType}`,
  ],
  [(r) => type(r).autoScaling || r.autoScalingConfiguration === undefined, notFor('autoScalingConfiguration')],
  [(r) => !type(r).needsCode || r.code !== undefined, (r) => `code is required for a cluster of type ${r.clusterType}`],
  [
    ({ autoScalingConfiguration: scaling, ...r }) => scaling === undefined || r.scalingGroupConfiguration === undefined,
    'autoScalingConfiguration cannot be given for a cluster on a scaling group',
  ],
  [
    ({ autoScalingConfiguration: scaling, azMode }) => scaling === undefined || scales(scaling, azMode),
    'autoScalingConfiguration needs autoScalingMetric, metricTarget, and minNodeCount < maxNodeCount <= 5, with at least 3 nodes when azMode is MULTI',
  ],
];

function scales(scaling: NonNullable<Request['autoScalingConfiguration']>, azMode: string): boolean {
  const { minNodeCount: least = 0, maxNodeCount: most = 0, autoScalingMetric, metricTarget } = scaling;
  const isComplete = autoScalingMetric !== undefined && metricTarget !== undefined;
  return isComplete && least >= (azMode === 'MULTI' ? 3 : 1) && least < most && most <= 5;
}

const STORAGE: readonly Rule[] = [
  [
    (r) => !isShared(r) || none(r.cacheStorageConfigurations),
    'cacheStorageConfigurations cannot be given for a cluster on a scaling group',
  ],
  [(r) => cacheProblem(r) === undefined, (r) => violation('cacheStorageConfigurations', cacheProblem(r) ?? '')],
  [
    ({ savedownStorageConfiguration: savedown, ...r }) =>
      savedown === undefined ||
      (r.scalingGroupConfiguration !== undefined
        ? savedown.volumeName !== undefined && savedown.type === undefined && savedown.size === undefined
        : savedown.volumeName === undefined && savedown.type !== undefined && savedown.size !== undefined),
    'savedownStorageConfiguration takes volumeName on a scaling group, type and size on dedicated nodes',
  ],
  [
    ({ databases = [] }) => new Set(databases.map(({ databaseName }) => databaseName)).size === databases.length,
    'Each database may be given once',
  ],
];

function cacheProblem({ cacheStorageConfigurations: caches = [] }: Request): string | undefined {
  return caches.flatMap(({ type, size }) => diskSizeProblem(type, size) ?? [])[0];
}

const CODE: readonly Rule[] = [
  [(r) => r.initializationScript === undefined || r.code !== undefined, 'initializationScript requires code'],
  [
    ({ commandLineArguments: pairs = [] }) => pairs.length <= 50,
    violation('commandLineArguments', 'Member must have length less than or equal to 50'),
  ],
];
