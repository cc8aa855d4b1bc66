import type { OperationName } from '../operations/index.ts';
import type { LossKind } from './losses.ts';
import type { Keys, KindName } from './views.ts';

/** The names of a kind. */
export interface Names {
  /** `volume`, in a sentence. */
  readonly noun: LossKind;
  /** The service's word, if it differs. */
  readonly serviceNoun?: string;
  /** `kxVolume`, in ARNs. */
  readonly inArn: string;
  readonly parent?: KindName;
  /** The member that identifies it within its parent. */
  readonly member: string;
  /** Whether it has no tags; those of its parent count for it. */
  readonly isUntagged?: true;
  /** The operation that shows one entity; without it, the list shows everything. */
  readonly get?: OperationName;
  readonly list: OperationName;
  /** Whether the list shows everything. */
  readonly isListedWhole?: true;
}

/** In order of dependency: parents and references lead to earlier kinds, unless they do not prevent a deletion. */
export const NAMES: Readonly<Record<KindName, Names>> = {
  environment: {
    noun: 'dataset browser environment',
    serviceNoun: 'environment',
    inArn: 'environment',
    member: 'environmentId',
    get: 'GetEnvironment',
    list: 'ListEnvironments',
    isListedWhole: true,
  },
  'kx-environment': {
    noun: 'kdb environment',
    serviceNoun: 'KX environment',
    inArn: 'kxEnvironment',
    member: 'environmentId',
    get: 'GetKxEnvironment',
    list: 'ListKxEnvironments',
    isListedWhole: true,
  },
  'kx-user': {
    noun: 'user',
    inArn: 'kxUser',
    parent: 'kx-environment',
    member: 'userName',
    get: 'GetKxUser',
    list: 'ListKxUsers',
    isListedWhole: true,
  },
  'kx-scaling-group': {
    noun: 'scaling group',
    inArn: 'kxScalingGroup',
    parent: 'kx-environment',
    member: 'scalingGroupName',
    get: 'GetKxScalingGroup',
    list: 'ListKxScalingGroups',
    isListedWhole: true,
  },
  'kx-database': {
    noun: 'database',
    serviceNoun: 'KX database',
    inArn: 'kxDatabase',
    parent: 'kx-environment',
    member: 'databaseName',
    get: 'GetKxDatabase',
    list: 'ListKxDatabases',
  },
  'kx-volume': {
    noun: 'volume',
    inArn: 'kxVolume',
    parent: 'kx-environment',
    member: 'volumeName',
    get: 'GetKxVolume',
    list: 'ListKxVolumes',
  },
  'kx-changeset': {
    noun: 'changeset',
    inArn: 'kxChangeset',
    isUntagged: true,
    parent: 'kx-database',
    member: 'changesetId',
    get: 'GetKxChangeset',
    list: 'ListKxChangesets',
  },
  'kx-dataview': {
    noun: 'dataview',
    inArn: 'kxDataview',
    parent: 'kx-database',
    member: 'dataviewName',
    get: 'GetKxDataview',
    list: 'ListKxDataviews',
    isListedWhole: true,
  },
  'kx-cluster': {
    noun: 'cluster',
    inArn: 'kxCluster',
    parent: 'kx-environment',
    member: 'clusterName',
    get: 'GetKxCluster',
    list: 'ListKxClusters',
  },
  'kx-node': {
    noun: 'cluster node',
    inArn: 'kxNode',
    isUntagged: true,
    parent: 'kx-cluster',
    member: 'nodeId',
    list: 'ListKxClusterNodes',
    isListedWhole: true,
  },
};

/** Every kind in order of dependency: entities can be created in this order, and deleted backwards. */
export const KIND_NAMES = Object.keys(NAMES) as KindName[];

/** The kind of a word in ARNs. */
export const kindInArn = (word: string): KindName => BY_ARN.get(word) as KindName;
const BY_ARN = new Map(KIND_NAMES.map((kind) => [NAMES[kind].inArn, kind]));

type Key = Readonly<Record<string, unknown>>;

/** The member of a key that names the entity itself. */
export const nameIn = (kind: KindName, key: Key): string => String(key[NAMES[kind].member]);

/** The kinds from the outermost parent to the kind itself. */
export const lineage = (kind: KindName): readonly KindName[] => LINEAGES[kind];
const LINEAGES = Object.fromEntries(KIND_NAMES.map((kind) => [kind, lineageOf(kind)])) as Record<KindName, KindName[]>;

function lineageOf(kind: KindName): KindName[] {
  const { parent } = NAMES[kind];
  return [...(parent === undefined ? [] : lineageOf(parent)), kind];
}

/** The part of an entity's ARN after the environment's ARN: `/kxDatabase/a/kxDataview/b`. */
export const pathOf = (kind: KindName, key: Key): string =>
  lineage(kind)
    .slice(1)
    .map((each) => `/${NAMES[each].inArn}/${nameIn(each, key)}`)
    .join('');

/** The operation that deletes an entity of a kind. */
export function deletionOf(kind: KindName): OperationName {
  const { inArn } = NAMES[kind];
  return `Delete${inArn.slice(0, 1).toUpperCase()}${inArn.slice(1)}` as OperationName;
}

/** The members of an input that identify an entity of a kind. */
export function keyIn<K extends KindName>(kind: K, input: object): Keys[K] {
  const members = lineage(kind).map((each) => NAMES[each].member);
  return Object.fromEntries(members.map((member) => [member, (input as Key)[member]])) as Keys[K];
}
