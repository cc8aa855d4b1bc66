import type { ErrorName } from '../operations/errors.ts';
import type { Input, OPERATIONS, OperationName } from '../operations/index.ts';
import type { Risk } from '../operations/operation.ts';
import type { Quotas } from '../operations/quotas.ts';
import type { Reader } from './reader.ts';
import type { Keys, KindName, User, Views, Within } from './views.ts';

/** Something that a call would touch. All of it comes from the API: it is quoted wherever it is shown. */
export interface Item {
  readonly kind: string;
  readonly name: string;
  readonly detail?: string | undefined;
  /** What follows the environment's ARN in its own. */
  readonly arn?: string | undefined;
  /** When it was made, where that was looked at: tells namesakes apart that came one after the other. */
  readonly made?: string | undefined;
}

/** A sentence with names from elsewhere quoted in it, and the operation without which a caller is not shown it. */
export interface Note {
  readonly says: string;
  readonly needs?: OperationName | undefined;
}

/** What a change does beyond its target. */
export interface Impact {
  /** Gone for good afterwards. */
  readonly lost?: readonly Item[];
  /** Stopped or slowed for a while. */
  readonly interrupted?: readonly Item[];
  /** The risk of the call, where the target raises it. */
  readonly risk?: Risk | undefined;
  /** Why a person has to approve it, whatever its risk: a sentence each. */
  readonly asks?: readonly string[];
  readonly notes?: readonly Note[];
  /** What was read beside all that: never shown, but an approval ends when it changes. */
  readonly seen?: readonly unknown[];
}

/** What the service replies to a change that it refuses: one of the modelled errors, or a kind of conflict. */
export type ErrorCode = Exclude<ErrorName, 'Conflict'> | 'NameTaken' | 'InUse' | 'WrongState' | 'AlreadySet';

/** Why the service refuses a change. */
export interface Problem {
  readonly error: ErrorCode;
  /** The service's own words, to the letter. */
  readonly words: string;
  /** The entity that is in the way. */
  readonly about?: Item | undefined;
  /** The argument that is wrong whatever there is, and what it has to be. */
  readonly argument?: { readonly member: string; readonly says: string };
  /** What uses the target, where that is why. */
  readonly users?: readonly User[];
  /** The status that it has to be in, or the kind of which another has to be named. */
  readonly usual?: string | undefined;
  readonly named?: KindName;
  /** What to do first, where that does not follow from the error. */
  readonly first?: string | undefined;
  /** What a plan says instead, where another backend may accept the call. */
  readonly unchecked?: string;
}

/** What rules, quotas and impacts are given. */
export interface Asked<K extends KindName, N extends OperationName> {
  readonly operation: N;
  readonly input: Input<N>;
  readonly key: Keys[K];
  /** The entity as it is; undefined for a create, and for what does not exist. */
  readonly target: Views[K] | undefined;
  readonly read: Reader;
}

export type Found = Problem | readonly Problem[] | undefined;

/** A precondition of a change: every reason for which the service refuses it by this rule, in its order. */
export type Rule<K extends KindName, N extends OperationName> = (asked: Asked<K, N>) => Found | Promise<Found>;

/** A limit on something in an environment or account. */
export interface Quota {
  /** As the service calls it: `volumes per environment`. */
  readonly what: string;
  readonly limit: (quotas: Quotas) => number;
  /** How much of it is in use; undefined where nothing shows that. */
  readonly used: (read: Reader, within: Within) => Promise<number | undefined> | number;
  /** What can be deleted to use less. */
  readonly of: KindName;
}

/** A quota that a change counts against, and how much more of it the change takes. */
export interface Use {
  readonly quota: Quota;
  readonly more: number;
  /** What the service replies when it is used up: LimitExceeded where left out. */
  readonly error?: ErrorCode;
}

export interface Change<K extends KindName, N extends OperationName> {
  /** In the order in which the service checks them, after the conditions on the arguments alone. */
  readonly rules: readonly Rule<K, N>[];
  readonly quotas?: (asked: Asked<K, N>) => readonly Use[] | Promise<readonly Use[]>;
  /** What the service accepts although it cannot work. */
  readonly warnings?: readonly Rule<K, N>[];
  /** What may make the service refuse it all the same, because no read shows it. */
  readonly unchecked?: readonly string[];
  readonly impact?: (asked: Asked<K, N>) => Impact | Promise<Impact>;
}

/** A change of what exists: without an impact it does not compile. */
export interface Hurting<K extends KindName, N extends OperationName> extends Omit<Change<K, N>, 'impact'> {
  readonly impact: (asked: Asked<K, N> & { readonly target: Views[K] }) => Impact | Promise<Impact>;
}

type Declared = typeof OPERATIONS;
/** The operations that change a kind with one of these risks. */
export type Changing<K extends string, R extends Risk> = {
  [N in OperationName]: Declared[N]['entity'] extends K ? (Declared[N]['risk'] extends R ? N : never) : never;
}[OperationName];

/** All that is known about a kind beyond its contract (operations/) and how it is stored (local/). */
export interface Kind<K extends KindName> {
  /** Every operation that changes it. */
  readonly changes: { readonly [N in Changing<K, 'create'>]: Change<K, N> } & {
    readonly [N in Changing<K, Exclude<Risk, 'read' | 'reveal' | 'create'>>]: Hurting<K, N>;
  };
}
