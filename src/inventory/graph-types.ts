import type { AnyReference } from '../kinds/model.ts';
import type { OperationName, Output } from '../operations/index.ts';
import type { Quotas } from '../operations/quotas.ts';
import type { ReplyCache } from './reply-cache.ts';

/** The kinds of entities in a graph; each is a `KindName` without `kx-`, so `environment` is a kdb environment here. */
export const KINDS = [
  'environment',
  'cluster',
  'database',
  'dataview',
  'changeset',
  'scaling-group',
  'volume',
  'user',
] as const;
/** Nodes are not part of graphs; a cluster has its nodes in its facts. */
export type Kind = (typeof KINDS)[number] | 'node';

/** An entity in an environment. All its texts come from the API: quote or escape them before display. */
export interface GraphEntity {
  /** `cluster:NAME`; inside a database, `dataview:DATABASE/NAME`. */
  readonly id: string;
  readonly kind: Kind;
  readonly name: string;
  /** The database of a changeset or dataview. */
  readonly database?: string | undefined;
  readonly status?: string | undefined;
  readonly statusReason?: string | undefined;
  readonly created?: string | undefined;
  readonly modified?: string | undefined;
  /** Properties such as type, size, memory, changesetId and bytes, by kind, without undefined members. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * `mounts`: cluster to database or dataview. `runs-on`: cluster to scaling group. `uses`: cluster to volume, for savedown or
 * tickerplant logs. `cached-on`: dataview to volume. `of`: dataview or changeset to database. `behind`: cluster or dataview to
 * the changeset or dataview that it should have caught up with.
 */
export type Relation = AnyReference['as'] | 'behind';

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly relation: Relation;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface QuotaUse {
  readonly quota: string;
  /** For a quota per cluster or volume: the one that uses most of it. */
  readonly of?: string;
  readonly used: number;
  readonly limit: number;
}

/** A part that could not be read, or not completely: entities missing from the graph may exist. */
export interface Gap {
  readonly kind: Kind;
  readonly operation: OperationName;
  /** Whose part is missing, as `gapOwner` names it; the whole kind when omitted. */
  readonly of?: string | undefined;
  readonly reason: string;
  /** True if only the older items of a list were not read. */
  readonly isOfOlder?: boolean | undefined;
  /** True if it was not read in time. */
  readonly isLate?: boolean | undefined;
}

/** What the `of` of a gap names when an entity, or a part of it, could not be read. */
export const gapOwner = ({ kind, name, database, facts }: GraphEntity): unknown =>
  kind === 'node' ? facts['cluster'] : (database ?? name);

/** The entities of one environment and their connections, as far as they could be read. */
export interface Graph {
  readonly environmentId: string;
  readonly name: string;
  /** Time of the read, ISO 8601. */
  readonly readAt: string;
  readonly entities: readonly GraphEntity[];
  readonly edges: readonly Edge[];
  readonly gaps: readonly Gap[];
  readonly quotaUse?: readonly QuotaUse[];
  /** How many entities were read but omitted, by kind, because the graph would be too large for an answer. */
  readonly omitted?: Readonly<Partial<Record<Kind, number>>>;
}

/** What is the matter with an entity. */
export type IssueCondition =
  | 'failed'
  | 'suspended'
  | 'stuck'
  | 'stuck nodes'
  | 'replacing nodes'
  | 'old changeset'
  | 'old version'
  | 'dangling'
  | 'unused'
  | 'underway';

/** What a person should know about an entity. */
export interface Issue {
  readonly entity: GraphEntity;
  readonly condition: IssueCondition;
  /** The problem in words, such as `is FAILED`; foreign text in it is quoted unless it is plain. */
  readonly why: string;
  /** Start of the condition, ISO 8601, if known. */
  readonly since?: string | undefined;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface GraphOptions {
  readonly signal?: AbortSignal | undefined;
  /** When this signal aborts, which also aborts `signal`, what has not been read becomes a gap. */
  readonly deadline?: AbortSignal | undefined;
  /** As in CallOptions. */
  readonly untilAborted?: boolean | undefined;
  readonly concurrency?: number | undefined;
  /** Why an operation may not be called; its part becomes a gap. */
  readonly refusal?: ((operation: OperationName) => string | undefined) | undefined;
  readonly now?: (() => number) | undefined;
  /** By how many milliseconds the clock of the backend is ahead of this machine's; 0 when omitted. */
  readonly aheadMs?: (() => Promise<number>) | undefined;
  /** Only these kinds, and the databases that contain them; all when omitted. */
  readonly kinds?: readonly Kind[] | undefined;
  /** False to read only lists, and changesets only if that kind is named: cheap, with names, statuses and times. */
  readonly details?: boolean | undefined;
  /** For clusters of other types, only what the lists show; details of all types when omitted. */
  readonly clusterTypes?: readonly string[] | undefined;
  /** True for the details of clusters of other types, too, if no scaling group lists them. */
  readonly detailsOfUnhosted?: boolean | undefined;
  /** False for only what the lists show of an ACTIVE volume that a RUNNING cluster uses. */
  readonly detailsOfUsedVolumes?: boolean | undefined;
  /** The environment as just read; otherwise it is read. */
  readonly environment?: Output<'GetKxEnvironment'> | undefined;
  /** Replies of earlier questions; without it, everything is read. */
  readonly cache?: ReplyCache | undefined;
  /** Whether to read the nodes of clusters, with one call each. Same as `details` when omitted. */
  readonly nodes?: boolean | undefined;
  /** True to read and keep all changesets, not only the relevant ones. */
  readonly everyChangeset?: boolean | undefined;
  /** Whether to read the changesets of a database; those of all when omitted. */
  readonly readsChangesetsOf?: ((database: string, all: readonly string[]) => boolean) | undefined;
  /** Skips pages of changesets that are older than this, ISO 8601. */
  readonly changesetsSince?: string | undefined;
  /** True if the newest changesets are enough; unread older ones are then not a gap. */
  readonly onlyNewestChangesets?: boolean | undefined;
  /** Whether to read the changes of a changeset, with one call each, besides those of failed and unlisted ones. */
  readonly readsChangesOf?: ((changesetId: string) => boolean) | undefined;
  /** The limits of the quotas whose use to count. */
  readonly quotas?: Quotas | undefined;
  /** Receives, after each call, the number of completed calls and of calls known to be needed. */
  readonly onProgress?: ((done: number, needed: number) => void) | undefined;
}

/** The id of an entity in a graph: `cluster:NAME`, or `dataview:DATABASE/NAME` inside a database. */
export const idOf = (kind: Kind, name: unknown, database?: unknown): string =>
  database === undefined ? `${kind}:${name}` : `${kind}:${database}/${name}`;
