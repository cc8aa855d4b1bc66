import type { OperationName } from '../operations/index.ts';

export type Kind =
  | 'environment'
  | 'cluster'
  | 'scaling-group'
  | 'volume'
  | 'database'
  | 'changeset'
  | 'dataview'
  | 'user';

/** Something in an environment. All texts in it come from the API: whoever shows them quotes or escapes them. */
export interface GraphEntity {
  /** `cluster:NAME`; for what is in a database `dataview:DATABASE/NAME`. */
  readonly id: string;
  readonly kind: Kind;
  readonly name: string;
  /** The database that a changeset or dataview is in. */
  readonly database?: string | undefined;
  readonly status?: string | undefined;
  readonly statusReason?: string | undefined;
  readonly created?: string | undefined;
  readonly modified?: string | undefined;
  /** What people ask for: type, size, memory, changesetId, bytes; by kind, without undefined members. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * `mounts` cluster to database or dataview; `runs-on` cluster to scaling group; `uses` cluster to volume, for savedown or
 * tickerplant logs; `cached-on` dataview to volume; `of` dataview or changeset to database; `behind` cluster or dataview to the
 * changeset or dataview that it should have caught up with.
 */
export type Relation = 'mounts' | 'runs-on' | 'uses' | 'cached-on' | 'of' | 'behind';

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly relation: Relation;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** A part that could not be read, or not to its end: what is missing from the graph may exist all the same. */
export interface Gap {
  readonly kind: Kind;
  readonly operation: OperationName;
  /** The entity or database whose part is missing; all of the kind when left out. */
  readonly of?: string | undefined;
  readonly reason: string;
  /** True where only the older items of a list were left unread. */
  readonly isOfOlder?: boolean | undefined;
}

/** What exists in one environment and what hangs on what, as far as it could be read. */
export interface Graph {
  readonly environmentId: string;
  readonly name: string;
  /** When it was read, ISO 8601. */
  readonly readAt: string;
  readonly entities: readonly GraphEntity[];
  readonly edges: readonly Edge[];
  readonly gaps: readonly Gap[];
  /** How many entities were read and left out, by kind, where the graph would be too large for an answer. */
  readonly omitted?: Readonly<Partial<Record<Kind, number>>>;
}

/** Something about an entity that a person should know. */
export interface Finding {
  readonly entity: GraphEntity;
  /** `failed`, `stuck`, `old version`, `no clusters` and the like. */
  readonly condition: string;
  /** One sentence without foreign text other than names. */
  readonly why: string;
  /** Since when, ISO 8601, where that is known. */
  readonly since?: string | undefined;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface GraphOptions {
  readonly signal?: AbortSignal | undefined;
  /** Calls under way at the same time. */
  readonly concurrency?: number | undefined;
  /** Why an operation may not be called; its part becomes a gap. */
  readonly refusal?: ((operation: OperationName) => string | undefined) | undefined;
  readonly now?: (() => number) | undefined;
  /** Only these kinds, and the databases that they are in; all when left out. */
  readonly kinds?: readonly Kind[] | undefined;
  /** False to read lists only, and no changesets unless that kind is named: names, states and times, cheaply. */
  readonly details?: boolean | undefined;
  /** Of clusters of other types than these only what the lists tell; of all of them more when left out. */
  readonly clusterTypes?: readonly string[] | undefined;
  /** Whether to read the nodes of clusters, one call for each; may depend on how many there are. As `details` when left out. */
  readonly nodes?: boolean | ((clusters: number) => boolean) | undefined;
  /** True to read and keep all changesets, not only those that matter now. */
  readonly everyChangeset?: boolean | undefined;
  /** Reads no changesets that are all older than this, ISO 8601. */
  readonly changesetsSince?: string | undefined;
  /** True where the newest changesets are enough; that older ones were not read is no gap then. */
  readonly onlyNewestChangesets?: boolean | undefined;
  /** Of which changesets to read what they changed: that is one call for each. */
  readonly changes?: ((changesetId: string) => boolean) | undefined;
  /** Told after each call how many are done and how many are known to be needed. */
  readonly onProgress?: ((done: number, known: number) => void) | undefined;
}

/** The id of an entity in a graph: `cluster:NAME`, or `dataview:DATABASE/NAME` for what is in a database. */
export const idOf = (kind: Kind, name: unknown, database?: unknown): string =>
  database === undefined ? `${kind}:${name}` : `${kind}:${database}/${name}`;
