import type { OperationName } from '../operations/index.ts';
import type { LossKind } from './losses.ts';
import type { Keys, KindName } from './views.ts';

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
  /** The operation that shows one entity; without it, only the list does. */
  readonly get?: OperationName | undefined;
  readonly list: OperationName;
  /** Whether the read of one entity shows nothing that the list does not, except its ARN and the ids of its parents. */
  readonly isListedWhole?: true;
}

/** The names that do not follow from the kind. */
type OwnNames = Pick<Names, 'noun' | 'member'> & Partial<Names>;

/** In order of dependency: parents and references lead to earlier kinds, unless they do not prevent a deletion. */
const OWN_NAMES: Readonly<Record<KindName, OwnNames>> = {
  environment: {
    noun: 'dataset browser environment',
    serviceNoun: 'environment',
    member: 'environmentId',
    isListedWhole: true,
  },
  'kx-environment': {
    noun: 'kdb environment',
    serviceNoun: 'KX environment',
    member: 'environmentId',
    isListedWhole: true,
  },
  'kx-user': { noun: 'user', parent: 'kx-environment', member: 'userName', isListedWhole: true },
  'kx-scaling-group': {
    noun: 'scaling group',
    parent: 'kx-environment',
    member: 'scalingGroupName',
    isListedWhole: true,
  },
  'kx-database': {
    noun: 'database',
    serviceNoun: 'KX database',
    parent: 'kx-environment',
    member: 'databaseName',
  },
  'kx-volume': { noun: 'volume', parent: 'kx-environment', member: 'volumeName' },
  'kx-changeset': { noun: 'changeset', isUntagged: true, parent: 'kx-database', member: 'changesetId' },
  'kx-dataview': { noun: 'dataview', parent: 'kx-database', member: 'dataviewName', isListedWhole: true },
  'kx-cluster': { noun: 'cluster', parent: 'kx-environment', member: 'clusterName' },
  'kx-node': {
    noun: 'cluster node',
    isUntagged: true,
    parent: 'kx-cluster',
    member: 'nodeId',
    get: undefined,
    list: 'ListKxClusterNodes',
    isListedWhole: true,
  },
};

/** The names of every kind: `kxVolume`, `GetKxVolume` and `ListKxVolumes` follow from `kx-volume`. */
export const NAMES = Object.fromEntries(
  Object.entries(OWN_NAMES).map(([kind, own]) => {
    const inArn = kind.replaceAll(/-[a-z]/g, ([, letter = '']) => letter.toUpperCase());
    return [kind, { inArn, get: operationOn('Get', inArn), list: `${operationOn('List', inArn)}s`, ...own }];
  }),
) as Readonly<Record<KindName, Names>>;

/** `GetKxVolume` for `kxVolume`. */
function operationOn(verb: string, inArn: string): OperationName {
  return `${verb}${inArn.slice(0, 1).toUpperCase()}${inArn.slice(1)}` as OperationName;
}

/** Every kind in order of dependency: entities can be created in this order, and deleted backwards. */
export const KIND_NAMES = Object.keys(NAMES) as KindName[];

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

export const deletionOf = (kind: KindName): OperationName => operationOn('Delete', NAMES[kind].inArn);

/** The members of an input that identify an entity of a kind. */
export function keyIn<K extends KindName>(kind: K, input: object): Keys[K] {
  const members = lineage(kind).map((each) => NAMES[each].member);
  return Object.fromEntries(members.map((member) => [member, (input as Key)[member]])) as Keys[K];
}
