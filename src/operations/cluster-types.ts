import type { Input } from './index.ts';

export type ClusterType = Input<'CreateKxCluster'>['clusterType'];

/** What clusters of a type can have. */
export interface ClusterTypeRules {
  readonly manyNodes: boolean;
  readonly multiAz: boolean;
  /** Use of a database: mounted for reading, or only the destination of savedown. */
  readonly databases: 'read' | 'savedown' | 'no';
  readonly caches: boolean;
  readonly savedown: 'required on dedicated nodes' | 'optional' | 'no';
  readonly tickerplantLog: 'required' | 'optional' | 'no';
  readonly autoScaling: boolean;
  readonly needsCode: boolean;
  /** Whether its databases can be changed, or its code without a restart. */
  readonly updatesDatabases: boolean;
  readonly updatesCodeInPlace: boolean;
}

/** What each type of cluster can have, as documented, except for rules that observed clusters violated. */
export const CLUSTER_TYPES: Record<ClusterType, ClusterTypeRules> = {
  HDB: {
    manyNodes: true,
    multiAz: true,
    databases: 'read',
    caches: true,
    savedown: 'no',
    tickerplantLog: 'no',
    autoScaling: true,
    needsCode: false,
    updatesDatabases: true,
    updatesCodeInPlace: false,
  },
  RDB: {
    manyNodes: true,
    multiAz: true,
    databases: 'savedown',
    caches: false,
    savedown: 'required on dedicated nodes',
    tickerplantLog: 'optional',
    autoScaling: false,
    needsCode: false,
    updatesDatabases: false,
    updatesCodeInPlace: false,
  },
  GATEWAY: {
    manyNodes: true,
    multiAz: true,
    databases: 'no',
    caches: false,
    savedown: 'no',
    tickerplantLog: 'no',
    autoScaling: false,
    needsCode: true,
    updatesDatabases: false,
    updatesCodeInPlace: false,
  },
  GP: {
    manyNodes: false,
    multiAz: false,
    databases: 'read',
    caches: true,
    savedown: 'optional',
    tickerplantLog: 'optional',
    autoScaling: false,
    needsCode: false,
    updatesDatabases: true,
    updatesCodeInPlace: true,
  },
  TICKERPLANT: {
    manyNodes: false,
    multiAz: false,
    databases: 'no',
    caches: false,
    savedown: 'no',
    tickerplantLog: 'required',
    autoScaling: false,
    needsCode: false,
    updatesDatabases: false,
    updatesCodeInPlace: false,
  },
};

/** The rules of a type that a reply shows; undefined for a type that is not documented. */
export const rulesOfShownType = (type: string | undefined): ClusterTypeRules | undefined =>
  type !== undefined && Object.hasOwn(CLUSTER_TYPES, type)
    ? CLUSTER_TYPES[type as keyof typeof CLUSTER_TYPES]
    : undefined;
