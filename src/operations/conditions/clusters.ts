import { CLUSTER_TYPES, type ClusterTypeRules } from '../cluster-types.ts';
import { diskSizeProblem } from '../disk-sizes.ts';
import type { Input } from '../index.ts';
import { MAX_ARGUMENTS, MAX_NODES, MAX_SCALED_NODES, RELEASE } from '../kx-cluster-shapes.ts';
import { NODE_TYPES } from '../machine-types.ts';
import { type Condition, condition, valueCondition } from './condition.ts';

type Request = Input<'CreateKxCluster'>;

export function nodeCountOf(request: Pick<Request, 'capacityConfiguration' | 'scalingGroupConfiguration'>): number {
  return request.scalingGroupConfiguration?.nodeCount ?? request.capacityConfiguration?.nodeCount ?? 1;
}

const none = (value: unknown) => value === undefined || (Array.isArray(value) && value.length === 0);
const isShared = (request: Request) => request.scalingGroupConfiguration !== undefined;
const rulesFor = (request: Request) => CLUSTER_TYPES[request.clusterType];

/** A member that clusters of some types cannot have. */
const allowedForType = (member: keyof Request, rule: keyof ClusterTypeRules): Condition<Request> =>
  condition(
    member,
    (r) => rulesFor(r)[rule] !== undefined || none(r[member]),
    (r) => `${member} cannot be given for a cluster of type ${r.clusterType}`,
  );

const PLACEMENT: readonly Condition<Request>[] = [
  condition(
    'capacityConfiguration',
    (r) => isShared(r) !== (r.capacityConfiguration !== undefined),
    'Exactly one of capacityConfiguration and scalingGroupConfiguration must be given',
  ),
  condition(
    'capacityConfiguration',
    ({ capacityConfiguration: own }) =>
      own === undefined || (own.nodeType !== undefined && own.nodeCount !== undefined),
    'capacityConfiguration needs nodeType and nodeCount',
  ),
  valueCondition(
    'capacityConfiguration.nodeType',
    ({ capacityConfiguration: own }) => own?.nodeType === undefined || NODE_TYPES.has(own.nodeType),
    `Member must satisfy enum value set: [${[...NODE_TYPES.keys()].join(', ')}]`,
  ),
  valueCondition(
    'nodeCount',
    (r) => nodeCountOf(r) <= MAX_NODES,
    `Member must have value less than or equal to ${MAX_NODES}`,
  ),
  condition(
    'scalingGroupConfiguration',
    ({ scalingGroupConfiguration: group }) => (group?.memoryLimit ?? Infinity) >= (group?.memoryReservation ?? 0),
    'memoryLimit must not be less than memoryReservation',
  ),
  valueCondition('releaseLabel', (r) => r.releaseLabel === RELEASE, `Member must satisfy enum value set: [${RELEASE}]`),
  condition(
    'availabilityZoneId',
    (r) => r.azMode === 'MULTI' || r.availabilityZoneId !== undefined,
    'availabilityZoneId is required when azMode is SINGLE',
  ),
  condition(
    'availabilityZoneId',
    (r) => r.azMode === 'SINGLE' || r.availabilityZoneId === undefined,
    'availabilityZoneId must not be given when azMode is MULTI',
  ),
  condition('azMode', (r) => r.azMode === 'SINGLE' || !isShared(r), 'A cluster on a scaling group needs azMode SINGLE'),
  condition(
    'vpcConfiguration',
    ({ vpcConfiguration: vpc }) => vpc.vpcId !== undefined && !none(vpc.subnetIds) && !none(vpc.securityGroupIds),
    'vpcConfiguration needs vpcId, securityGroupIds and subnetIds',
  ),
  valueCondition(
    'vpcConfiguration.subnetIds',
    ({ vpcConfiguration: { subnetIds }, azMode }) =>
      none(subnetIds) || subnetIds?.length === (azMode === 'SINGLE' ? 1 : 3),
    (r) =>
      `Member must have ${r.azMode === 'SINGLE' ? 'one subnet' : 'three subnets, one per zone,'} when azMode is ${r.azMode}`,
  ),
];

const BY_TYPE: readonly Condition<Request>[] = [
  condition(
    'nodeCount',
    (r) => rulesFor(r).manyNodes === true || nodeCountOf(r) === 1,
    (r) => `A cluster of type ${r.clusterType} has exactly one node`,
  ),
  condition(
    'azMode',
    (r) => rulesFor(r).multiAz === true || r.azMode === 'SINGLE',
    (r) => `azMode MULTI cannot be given for a cluster of type ${r.clusterType}`,
  ),
  allowedForType('databases', 'databases'),
  allowedForType('cacheStorageConfigurations', 'caches'),
  allowedForType('savedownStorageConfiguration', 'savedown'),
  condition(
    'savedownStorageConfiguration',
    (r) =>
      rulesFor(r).savedown !== 'required on dedicated nodes' ||
      isShared(r) ||
      r.savedownStorageConfiguration !== undefined,
    (r) => `savedownStorageConfiguration is required for a dedicated cluster of type ${r.clusterType}`,
  ),
  allowedForType('tickerplantLogConfiguration', 'tickerplantLog'),
  condition(
    'tickerplantLogConfiguration',
    (r) => rulesFor(r).tickerplantLog !== 'required' || !none(r.tickerplantLogConfiguration?.tickerplantLogVolumes),
    (r) => `tickerplantLogConfiguration with tickerplantLogVolumes is required for a cluster of type ${r.clusterType}`,
  ),
  allowedForType('autoScalingConfiguration', 'autoScaling'),
  condition(
    'code',
    (r) => !rulesFor(r).needsCode || r.code !== undefined,
    (r) => `code is required for a cluster of type ${r.clusterType}`,
  ),
  condition(
    'autoScalingConfiguration',
    (r) => r.autoScalingConfiguration === undefined || !isShared(r),
    'autoScalingConfiguration cannot be given for a cluster on a scaling group',
  ),
  condition(
    'autoScalingConfiguration',
    ({ autoScalingConfiguration: scaling, azMode }) => scaling === undefined || isValidScaling(scaling, azMode),
    `autoScalingConfiguration needs autoScalingMetric, metricTarget, and minNodeCount < maxNodeCount <= ${MAX_SCALED_NODES}, with at least 3 nodes when azMode is MULTI`,
  ),
];

function isValidScaling(scaling: NonNullable<Request['autoScalingConfiguration']>, azMode: string): boolean {
  const { minNodeCount: min = 0, maxNodeCount: max = 0, autoScalingMetric, metricTarget } = scaling;
  const isComplete = autoScalingMetric !== undefined && metricTarget !== undefined;
  return isComplete && min >= (azMode === 'MULTI' ? 3 : 1) && min < max && max <= MAX_SCALED_NODES;
}

const STORAGE: readonly Condition<Request>[] = [
  condition(
    'cacheStorageConfigurations',
    (r) => !isShared(r) || none(r.cacheStorageConfigurations),
    'cacheStorageConfigurations cannot be given for a cluster on a scaling group',
  ),
  valueCondition(
    'cacheStorageConfigurations',
    (r) => cacheProblem(r) === undefined,
    (r) => cacheProblem(r) as string,
  ),
  condition(
    'savedownStorageConfiguration',
    isValidSavedown,
    'savedownStorageConfiguration takes volumeName on a scaling group, type and size on dedicated nodes',
  ),
  condition(
    'databases',
    ({ databases = [] }) => new Set(databases.map(({ databaseName }) => databaseName)).size === databases.length,
    'Each database may be given once',
  ),
];

function isValidSavedown(request: Request): boolean {
  if (request.savedownStorageConfiguration === undefined) return true;
  const { volumeName, type, size } = request.savedownStorageConfiguration;
  if (isShared(request)) return volumeName !== undefined && type === undefined && size === undefined;
  return volumeName === undefined && type !== undefined && size !== undefined;
}

function cacheProblem({ cacheStorageConfigurations: caches = [] }: Request): string | undefined {
  return caches.flatMap(({ type, size }) => diskSizeProblem(type, size) ?? [])[0];
}

const fewArguments = valueCondition<Pick<Request, 'commandLineArguments'>>(
  'commandLineArguments',
  ({ commandLineArguments: pairs = [] }) => pairs.length <= MAX_ARGUMENTS,
  `Member must have length less than or equal to ${MAX_ARGUMENTS}`,
);

const CODE: readonly Condition<Request>[] = [
  condition(
    'initializationScript',
    (r) => r.initializationScript === undefined || r.code !== undefined,
    'initializationScript requires code',
  ),
  fewArguments,
];

type Databases = NonNullable<Request['databases']>;
type Mounting = Pick<Request, 'scalingGroupConfiguration' | 'cacheStorageConfigurations'> & {
  databases?: Databases | undefined;
};

/** The dataview of an entry, in the form of requests or, when the entry repeats a reply, in that of replies. */
export const dataviewIn = ({ dataviewName, dataviewConfiguration: configuration }: Databases[number]) =>
  configuration?.dataviewName ?? dataviewName;

/** Conditions on the databases that a cluster mounts, regardless of what exists. */
export const MOUNTS: readonly Condition<Mounting>[] = [
  condition(
    'databases',
    ({ databases = [] }) =>
      databases.every((entry) => entry.dataviewName === undefined || entry.dataviewName === dataviewIn(entry)),
    'dataviewName and dataviewConfiguration name different dataviews',
  ),
  condition(
    'databases',
    ({ databases = [], scalingGroupConfiguration }) =>
      scalingGroupConfiguration !== undefined || databases.every((entry) => dataviewIn(entry) === undefined),
    'dataviewName can only be given for a cluster on a scaling group',
  ),
  condition(
    'databases',
    ({ databases = [] }) =>
      databases.every((entry) => dataviewIn(entry) === undefined || entry.changesetId === undefined),
    'Only one of dataviewName and changesetId may be given',
  ),
  valueCondition(
    'cacheConfigurations.cacheType',
    (r) => unknownCache(r) === undefined,
    (r) => `${unknownCache(r)} is not among the cluster's cacheStorageConfigurations`,
  ),
];

function unknownCache({ databases = [], cacheStorageConfigurations: caches = [] }: Mounting) {
  const cacheTypes = caches.map(({ type }) => type);
  const used = databases.flatMap(({ cacheConfigurations = [] }) =>
    cacheConfigurations.map(({ cacheType }) => cacheType),
  );
  return used.find((cacheType) => !cacheTypes.includes(cacheType));
}

/** Conditions on CreateKxCluster: members that contradict neither each other nor the type of the cluster. */
export const NEW_CLUSTER: readonly Condition<Request>[] = [...PLACEMENT, ...BY_TYPE, ...STORAGE, ...CODE, ...MOUNTS];

export const CODE_CHANGE: readonly Condition<Input<'UpdateKxClusterCodeConfiguration'>>[] = [
  condition(
    'deploymentConfiguration',
    ({ initializationScript, commandLineArguments, deploymentConfiguration }) =>
      deploymentConfiguration?.deploymentStrategy !== 'NO_RESTART' ||
      (initializationScript === undefined && commandLineArguments === undefined),
    'initializationScript and commandLineArguments cannot be given with NO_RESTART',
  ),
  fewArguments,
];
