import type { Item, Loss, Note } from '../kinds/model.ts';

export type { Item, Loss, Note };

export type Members = Record<string, unknown>;

/** The reason why the service would reject a call, and what to do about it first. */
export interface Blocker {
  readonly item: Item;
  readonly first: string;
  /** Set if nothing can be done first: the call must change, or can never succeed. */
  readonly noStep?: true;
  /** Set if waiting may suffice: the status of the entity is transitional. */
  readonly passes?: true;
}

/** A setting before and after a call; undefined if it is not set. */
export interface Change {
  readonly setting: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** A name that an environment had until it was renamed. */
export interface FormerName {
  readonly environmentId: string;
  readonly name: string;
  readonly until: string;
}
