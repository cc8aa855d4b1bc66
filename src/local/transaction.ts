import type { PlannedFailure } from './planned-failure.ts';

export type Tags = Record<string, string>;

/** A stored entity. Its ARN is `collection/name`; the last segment of the collection is its kind. */
export interface Entity<Body = unknown> {
  readonly collection: string;
  readonly name: string;
  /** Its position in lists of the collection, unique there. Its name, unless the collection has its own order. */
  readonly position: string;
  /** The value by which lists of the collection can be filtered. */
  readonly facet: string | null;
  readonly status: string;
  /** When it entered its status, and when the status ends; milliseconds since the epoch. */
  readonly since: number;
  readonly due: number | null;
  /** Set if its next status will be a failure. */
  readonly plannedFailure: PlannedFailure | null;
  readonly tags: Tags;
  readonly body: Body;
}

export interface Page {
  readonly after: string;
  readonly limit: number;
  readonly facet?: string | undefined;
}

/** The settings of a world. */
export interface WorldSettings {
  readonly quotas: 'published' | 'raised';
  /** The existing S3 buckets; every bucket exists if undefined. */
  readonly buckets?: string[] | undefined;
  /** Set when a request has modified the world since its creation. */
  readonly touched?: boolean | undefined;
}

export interface RequestState {
  readonly ahead: number;
  /** When the next status in any world ends. */
  readonly due: number | null;
  readonly settings: WorldSettings | undefined;
}

/** The identity of a state file, apart from its worlds. */
export interface Identity {
  readonly id: string;
  /** Device and inode of the file when it got its id; a copy has others. Empty for a store in memory. */
  readonly file: string;
  /** Fingerprint of the key that approvals for this file need. */
  readonly approver: string | null;
}

export interface StoredReply {
  readonly digest: string;
  readonly reply: string;
}

/** The store as handlers use it: entities by key, links between their ARNs, and replies by client token. */
export interface Transaction {
  get<Body>(collection: string, name: string): Promise<Entity<Body> | undefined>;
  page<Body>(collection: string, page: Page): Promise<Entity<Body>[]>;
  count(collection: string, except?: { readonly status: string }): Promise<number>;
  put(entity: Entity): Promise<void>;
  remove(entity: Entity): Promise<void>;
  /** Deletes everything whose ARN begins with `arn/`, and its links. */
  removeUnder(arn: string): Promise<void>;

  /** Replaces the links from an ARN. */
  link(source: string, targets: readonly string[]): Promise<void>;
  /** The ARNs that link to an ARN, in order. */
  sources(target: string): Promise<string[]>;
  countSources(target: string): Promise<number>;

  /** The entity whose status ends first, if it ends by `now`. */
  nextDue(now: number): Promise<Entity | undefined>;

  /** Shortens the remaining time of changes in progress in a world: of the time left at `now`, only `share` remains. */
  scaleDue(world: string, now: number, share: number): Promise<void>;

  storedReply(scope: string, token: string, now: number): Promise<StoredReply | undefined>;
  storeReply(scope: string, token: string, reply: StoredReply, expires: number, now: number): Promise<void>;

  /** What every request needs to know of its world and the time, in one read. */
  requestState(world: string): Promise<RequestState>;
  /** How far the worlds' clock is ahead of the machine's, in milliseconds. */
  ahead(): Promise<number>;
  advance(milliseconds: number): Promise<void>;

  /** The ARNs of the worlds, and everything in one of them, in order. */
  worlds(): Promise<string[]>;
  entities(world: string): Promise<Entity[]>;
  /** Deletes a world with everything in it. */
  clear(world: string): Promise<void>;

  identity(): Promise<Identity>;
  putIdentity(identity: Identity): Promise<void>;

  settings(world: string): Promise<WorldSettings | undefined>;
  putSettings(world: string, settings: WorldSettings): Promise<void>;
}
