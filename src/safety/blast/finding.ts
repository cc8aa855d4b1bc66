import type { Item, Note } from '../../kinds/model.ts';
import type { Call, CallOptions } from '../../operations/index.ts';
import type { Risk } from '../../operations/operation.ts';

export type { Item, Note };

export type Members = Record<string, unknown>;

/** Something because of which the service would refuse, and what has to be done about it first. */
export interface Blocker {
  readonly item: Item;
  readonly first: string;
}

/** A setting before a call and after it; undefined where it is not set. */
export interface Change {
  readonly setting: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What a call would do to the world beyond its target. */
export interface Finding {
  /** Gone for ever afterwards. */
  readonly lost: readonly Item[];
  /** Stopped or slowed for a while. */
  readonly interrupted: readonly Item[];
  /** What an update sets, replaces and removes; losses through removal stand in `lost` as well. */
  readonly changes?: readonly Change[];
  /** In the order in which they have to be dealt with. */
  readonly blockers: readonly Blocker[];
  /** What may make the service refuse it all the same, because no read shows it. */
  readonly unchecked: readonly string[];
  /** The risk of the call, where what is there raises it. */
  readonly risk?: Risk | undefined;
  /** Why a person has to approve it, whatever its risk: a sentence each. */
  readonly asks?: readonly string[];
  /** What else is worth knowing before it. */
  readonly notes?: readonly Note[];
  /** All that was read of them: never shown, but when it changes, an approval does not hold any more. */
  readonly seen?: readonly unknown[];
}

/** What a reader of dependants is given. */
export interface Subject {
  readonly call: Call;
  readonly input: Members;
  /** The target as the service describes it. */
  readonly entity: Members;
  readonly options: CallOptions;
  /** The names that environments had before they were renamed, as far as the journal knows. */
  readonly formerNames?: (() => Promise<readonly FormerName[]>) | undefined;
}

/** A name that an environment had until it was renamed. */
export interface FormerName {
  readonly environmentId: string;
  readonly name: string;
  readonly until: string;
}

export const NOTHING: Finding = { lost: [], interrupted: [], blockers: [], unchecked: [] };

/** What is known of a call for which nothing is read but its target and the environment. */
export const UNREAD: Finding = {
  ...NOTHING,
  unchecked: ['whether the service accepts it: names already in use, quotas, and the entities that the call refers to'],
};

/** The items of entities with the time at which each was made. */
export const dated =
  (itemOf: (entity: Members) => Item) =>
  (entity: Members): Item => ({
    ...itemOf(entity),
    made: (entity['createdTimestamp'] ?? entity['createTimestamp']) as string | undefined,
  });
