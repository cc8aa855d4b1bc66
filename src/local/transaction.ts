import type { PlannedFailure } from './planned-failure.ts';

export type Tags = Record<string, string>;

/** A stored entity. Its ARN is `collection/name`; the last segment of the collection is its kind. */
export interface Entity<Body = unknown> {
  readonly collection: string;
  readonly name: string;
  /** Its position in lists of the collection, unique there. Its name, unless the collection has its own order. */
  readonly position: string;
  /** The value by which lists of the collection can be filtered. */
  readonly filterKey: string | null;
  readonly status: string;
  /** When it entered its status, and when the status ends; milliseconds since the epoch. */
  readonly since: number;
  readonly due: number | null;
  /** Set if the change in progress will fail. */
  readonly plannedFailure: PlannedFailure | null;
  readonly tags: Tags;
  readonly body: Body;
}

export interface PageQuery {
  readonly after: string;
  readonly limit: number;
  readonly filterKey?: string | undefined;
}

export interface WorldSettings {
  readonly quotas: 'published' | 'raised';
  /** The existing S3 buckets; every bucket exists if undefined. */
  readonly buckets?: string[] | undefined;
  /** Differs from that of the world that this one replaced. */
  readonly instance?: string | undefined;
  /** Set when a request has changed the world since its creation. */
  readonly touched?: boolean | undefined;
}

export interface RequestState {
  /** The time on the store's own clock; undefined if it has none, and the clock of the machine counts. */
  readonly now: number | undefined;
  /** How far the worlds' clock is ahead of it. */
  readonly aheadMs: number;
  /** When the next status ends that the transaction's subject depends on. */
  readonly due: number | null;
  readonly settings: WorldSettings | undefined;
}

/** The identity of a store, apart from its worlds. */
export interface Identity {
  readonly id: string;
  /** Device and inode of the file when it got its id; a copy has others. Empty for a store without a file. */
  readonly file: string;
  /** Fingerprint of the key that approvals for this store need. */
  readonly approver: string | null;
}

export interface StoredReply {
  readonly digest: string;
  readonly reply: string;
}

/** SQLite returns results at once, which saves a promise for each read; a remote store cannot. Callers await both. */
export type Awaitable<T> = T | Promise<T>;

/** The store as handlers use it: entities by key, links between their ARNs, and replies by client token. */
export interface Transaction extends Entities, Links, StoredReplies, Clock, Worlds {}

export interface Entities {
  /** Whether there is an entity, which costs less than to get it. */
  has(collection: string, name: string): Awaitable<boolean>;
  get<Body>(collection: string, name: string): Awaitable<Entity<Body> | undefined>;
  page<Body>(collection: string, query: PageQuery): Awaitable<Entity<Body>[]>;
  count(collection: string, except?: { readonly status: string }): Awaitable<number>;
  put(entity: Entity): Awaitable<void>;
  remove(entity: Entity): Awaitable<void>;
  /** Deletes everything whose ARN begins with `arn/`, and its links. */
  removeUnder(arn: string): Awaitable<void>;
}

export interface Links {
  /** Replaces the links from an ARN. */
  link(source: string, targets: readonly string[]): Awaitable<void>;
  /** The ARNs that link to an ARN, in order. */
  sources(target: string): Awaitable<string[]>;
  countSources(target: string): Awaitable<number>;
}

export interface StoredReplies {
  storedReply(scope: string, token: string, now: number): Awaitable<StoredReply | undefined>;
  storeReply(scope: string, token: string, reply: StoredReply, expires: number, now: number): Awaitable<void>;
}

export interface Clock {
  /** The entity in the transaction's subject whose status ends first, if it ends by `now`. */
  nextDue(now: number): Awaitable<Entity | undefined>;
  /** Shortens the remaining time of changes in progress in a world: of the time left at `now`, only `share` remains. */
  scaleDue(worldArn: string, now: number, share: number): Awaitable<void>;
  /** What every request needs to know of its world and the time, in one read. */
  requestState(worldArn: string): Awaitable<RequestState>;
  /** The clock of the worlds. */
  time(): Awaitable<Pick<RequestState, 'now' | 'aheadMs'>>;
  advance(milliseconds: number): Awaitable<void>;
}

export interface Worlds {
  /** The ARNs of the worlds, in order. */
  worlds(): Awaitable<string[]>;
  /** Everything in a world, in order. */
  entities(worldArn: string): Awaitable<Entity[]>;
  /** Deletes a world with everything in it. */
  clear(worldArn: string): Awaitable<void>;
  identity(): Awaitable<Identity>;
  putIdentity(identity: Identity): Awaitable<void>;
  settings(worldArn: string): Awaitable<WorldSettings | undefined>;
  putSettings(worldArn: string, settings: WorldSettings): Awaitable<void>;
}
