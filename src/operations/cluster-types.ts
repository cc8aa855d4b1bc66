import type { Input } from './index.ts';

export type ClusterType = Input<'CreateKxCluster'>['clusterType'];

/** What clusters of a type can have. */
export interface ClusterTypeRules {
  readonly manyNodes?: true;
  readonly multiAz?: true;
  /** Use of a database: mounted for reading, or only the destination of savedown. */
  readonly databases?: 'read' | 'savedown';
  readonly caches?: true;
  readonly savedown?: 'required on dedicated nodes' | 'optional';
  readonly tickerplantLog?: 'required' | 'optional';
  readonly autoScaling?: true;
  readonly needsCode?: true;
  /** UpdateKxClusterDatabases accepts it. */
  readonly updatesDatabases?: true;
  /** Its code can be changed with NO_RESTART. */
  readonly updatesCodeInPlace?: true;
  /** Whether a restart loses data that is only in memory. */
  readonly memoryLoss?: 'certain' | 'possible';
}

/** What each type of cluster can have, as documented, except for rules that observed clusters violated. */
export const CLUSTER_TYPES: Record<ClusterType, ClusterTypeRules> = {
  HDB: {
    manyNodes: true,
    multiAz: true,
    databases: 'read',
    caches: true,
    autoScaling: true,
    updatesDatabases: true,
  },
  RDB: {
    manyNodes: true,
    multiAz: true,
    databases: 'savedown',
    savedown: 'required on dedicated nodes',
    tickerplantLog: 'optional',
    memoryLoss: 'certain',
  },
  GATEWAY: { manyNodes: true, multiAz: true, needsCode: true },
  GP: {
    databases: 'read',
    caches: true,
    savedown: 'optional',
    tickerplantLog: 'optional',
    updatesDatabases: true,
    updatesCodeInPlace: true,
    memoryLoss: 'possible',
  },
  TICKERPLANT: { tickerplantLog: 'required', memoryLoss: 'possible' },
};

/** The types whose clusters use databases. */
export const TYPES_WITH_DATABASES: readonly string[] = Object.entries(CLUSTER_TYPES)
  .filter(([, { databases }]) => databases !== undefined)
  .map(([type]) => type);

/** The rules of a type that a reply shows; undefined for a type that is not documented. */
export const rulesOfShownType = (type: string | undefined): ClusterTypeRules | undefined =>
  type !== undefined && Object.hasOwn(CLUSTER_TYPES, type)
    ? CLUSTER_TYPES[type as keyof typeof CLUSTER_TYPES]
    : undefined;
