import type { Fate } from './fate.ts';

export type Tags = Record<string, string>;

/** One stored thing. Its ARN is `collection/name`; the last word of the collection is its kind. */
export interface Entity<Body = unknown> {
  readonly collection: string;
  readonly name: string;
  /** Its place in lists of the collection; unique there. Its name, unless the collection has an order of its own. */
  readonly position: string;
  /** What lists of the collection may be filtered by. */
  readonly facet: string | null;
  readonly status: string;
  /** When it entered its status, and when it is due to leave it; milliseconds since the epoch. */
  readonly since: number;
  readonly due: number | null;
  /** Set when what it is due for will fail. */
  readonly fate: Fate | null;
  readonly tags: Tags;
  readonly body: Body;
}

export interface Page {
  readonly after: string;
  readonly limit: number;
  readonly facet?: string | undefined;
}

/** What a world allows and knows beside its entities. */
export interface WorldSettings {
  readonly quotas: 'published' | 'raised';
  /** The S3 buckets that exist; every bucket does when this is absent. */
  readonly buckets?: string[] | undefined;
  /** Set once a request has changed the world since it was made. */
  readonly touched?: boolean | undefined;
}

export interface Opening {
  readonly ahead: number;
  /** When the first status of any world ends. */
  readonly due: number | null;
  readonly settings: WorldSettings | undefined;
}

/** What a state file is, apart from the worlds in it. */
export interface Identity {
  readonly id: string;
  /** Device and inode of the file when it got its id; a copy has others. Empty in memory. */
  readonly file: string;
  /** Fingerprint of the key that approvals for this file need. */
  readonly approver: string | null;
}

export interface RememberedReply {
  readonly digest: string;
  readonly reply: string;
}

/** What a handler may ask of the store: entities by key, links between their ARNs, replies by client token. */
export interface Transaction {
  get<Body>(collection: string, name: string): Promise<Entity<Body> | undefined>;
  page<Body>(collection: string, page: Page): Promise<Entity<Body>[]>;
  count(collection: string, except?: { readonly status: string }): Promise<number>;
  put(entity: Entity): Promise<void>;
  remove(entity: Entity): Promise<void>;
  /** Removes everything whose ARN begins with `arn/`, and the links from it. */
  removeUnder(arn: string): Promise<void>;

  /** Replaces the links from an ARN. */
  link(source: string, targets: readonly string[]): Promise<void>;
  /** The ARNs that link to one, in order. */
  sources(target: string): Promise<string[]>;
  countSources(target: string): Promise<number>;

  /** The entity whose status ends first, if it ends by `now`. */
  nextDue(now: number): Promise<Entity | undefined>;

  /** Lets what is under way in a world end sooner: of the time that is left at `now`, only `share` remains. */
  hasten(world: string, now: number, share: number): Promise<void>;

  recall(scope: string, token: string, now: number): Promise<RememberedReply | undefined>;
  remember(scope: string, token: string, reply: RememberedReply, expires: number, now: number): Promise<void>;

  /** What every request has to know of its world and of time, read at once. */
  opening(world: string): Promise<Opening>;
  /** How far the worlds' clock is ahead of the machine's, in milliseconds. */
  ahead(): Promise<number>;
  advance(milliseconds: number): Promise<void>;

  /** The ARNs of the worlds, and everything in one of them, in order. */
  worlds(): Promise<string[]>;
  entities(world: string): Promise<Entity[]>;
  /** Removes a world with everything in it. */
  clear(world: string): Promise<void>;

  identity(): Promise<Identity>;
  putIdentity(identity: Identity): Promise<void>;

  settings(world: string): Promise<WorldSettings | undefined>;
  putSettings(world: string, settings: WorldSettings): Promise<void>;
}
