import type { Quotas } from '../operations/quotas.ts';
import type { Context } from './context.ts';
import { demand, type Ground } from './refusal.ts';

const PUBLISHED: Quotas = {
  environments: 1,
  legacyEnvironments: 2,
  clusters: 10,
  singleAzClusters: 5,
  multiAzClusters: 1,
  nodesPerCluster: 5,
  cacheStorage: 7_730,
  savedownStorage: 17_179,
  users: 1_000,
  databases: 1_500,
  ingestions: 10,
  dataviews: 4_500,
  dataviewVersions: 10,
  volumes: 5,
  volumeStorage: 7_730,
  volumeMounts: { read: 5, write: 5 },
  scalingGroups: 10,
  nodes: {
    'kx.s.large': 5,
    'kx.s.xlarge': 5,
    'kx.s.2xlarge': 5,
    'kx.s.4xlarge': 1,
    'kx.s.8xlarge': 1,
    'kx.s.16xlarge': 0,
    'kx.s.32xlarge': 0,
  },
  hosts: {
    'kx.sg.large': 1,
    'kx.sg.xlarge': 1,
    'kx.sg.2xlarge': 1,
    'kx.sg.4xlarge': 1,
    'kx.sg.8xlarge': 1,
    'kx.sg.16xlarge': 0,
    'kx.sg.32xlarge': 0,
    'kx.sg1.16xlarge': 0,
    'kx.sg1.24xlarge': 0,
  },
};

const raised = <T extends object>(limits: T): T =>
  Object.fromEntries(
    Object.entries(limits).map(([name, limit]) => [name, typeof limit === 'number' ? Infinity : raised(limit)]),
  ) as T;

/** The published defaults, and the limits of a world where no quota is to stand in the way. */
export const QUOTAS = { published: PUBLISHED, raised: raised(PUBLISHED) };

export function quotasOf({ tx, world }: Pick<Context, 'tx' | 'world'>): Quotas {
  return QUOTAS[tx.settings(world.arn)?.quotas ?? 'published'];
}

export type QuotaSet = keyof typeof QUOTAS;

/** Refuses what would go over a quota; the use is counted only where there is a limit at all. */
export function withinQuota(limit: number, use: () => number, what: string, ground: Ground = 'LimitExceeded'): void {
  if (limit === Infinity) return;
  demand(
    use() <= limit,
    ground,
    `The quota of ${limit} ${what} is used up. A new world with --quotas raised has no quotas.`,
  );
}
