import type { ErrorName } from '../operations/errors.ts';
import type { Input, OPERATIONS, OperationName } from '../operations/index.ts';
import type { Risk } from '../operations/operation.ts';
import type { Quotas } from '../operations/quotas.ts';
import type { LossKind } from './losses.ts';
import type { QuotaReader, Reader } from './reader.ts';
import type { Dependent, Keys, KindName, Views, Within } from './views.ts';

/** An entity, or a part of one, that a call would affect. Its texts may come from the API: quote them before display. */
export interface Item {
  readonly kind: string;
  readonly name: string;
  readonly detail?: string | undefined;
  /**
   * Not a whole ARN, but its path after the ARN of the environment, such as `/kxCluster/hdb`. The digests of open approvals contain this
   * member with its name, so it stays.
   */
  readonly arn?: string | undefined;
  /** Time of creation, if it was read: distinguishes successive entities with the same name. */
  readonly made?: string | undefined;
}

/** Something that a call would destroy. */
export interface Loss extends Item {
  readonly kind: LossKind;
}

export interface Note {
  /** A sentence, in which untrusted names are already quoted. */
  readonly says: string;
  /** The note is shown only to callers who are offered this operation. */
  readonly needs?: OperationName | undefined;
}

/** The effects of a change beyond its target. */
export interface Impact {
  /** Lost for good. */
  readonly lost?: readonly Loss[];
  /** Stopped or slowed temporarily. */
  readonly interrupted?: readonly Item[];
  /** The risk of the call, if the target raises it. */
  readonly risk?: Risk | undefined;
  /** Why a person must approve it regardless of its risk: a sentence each. */
  readonly approvalReasons?: readonly string[];
  readonly notes?: readonly Note[];
  /** The changesets that are being loaded into the databases that lose data: an approval ends when they change. */
  readonly loads?: readonly string[];
  /** Other data that was read: never shown, but an approval ends when it changes. */
  readonly seen?: readonly unknown[];
}

/** The service's reply to a rejected change: a modelled error, or a kind of conflict. */
export type ErrorCode = Exclude<ErrorName, 'Conflict'> | 'NameTaken' | 'InUse' | 'WrongState' | 'AlreadySet';

/** Why the service rejects a change. */
export interface Problem {
  readonly error: ErrorCode;
  /** The message of the local service: that of AWS where it is known, otherwise ours. */
  readonly message: string;
  /** The entity that blocks the change. */
  readonly item?: Item | undefined;
  /** The status of that entity, if the advice depends on it. */
  readonly status?: string | undefined;
  /** The argument that must change, if the advice is about that and not about an entity. */
  readonly argument?: WrongArgument;
  /** What depends on the target, if that is the reason. */
  readonly dependents?: readonly Dependent[];
  /** The status that the entity must have. */
  readonly requiredStatus?: string | undefined;
  /** The kind of the missing entity, or of the target that others depend on. */
  readonly kind?: KindName;
  /** What to do first, if it does not follow from the error. */
  readonly advice?: string | undefined;
  /**
   * Present if AWS may accept the call, or too little is known. Plans then list this text as unchecked, and not the problem. If
   * a rule in `rules` finds it, the local service rejects the call all the same.
   */
  readonly listedAsUnchecked?: string;
}

/** The input of rules, quotas and impacts. */
export interface RequestedChange<K extends KindName, N extends OperationName> {
  readonly operation: N;
  readonly input: Input<N>;
  readonly key: Keys[K];
  /** The current entity; undefined for a create and for tags, and if it does not exist. */
  readonly target: Views[K] | undefined;
  readonly read: Reader;
}

/** The reasons for which a rule rejects a change; undefined or an empty list when it accepts it. */
export type RuleResult = Problem | readonly Problem[] | undefined;

/** A precondition of a change: every reason for which this rule rejects it, in order. */
export type Rule<K extends KindName, N extends OperationName> = (
  requested: RequestedChange<K, N>,
) => RuleResult | Promise<RuleResult>;

/** A limit on something in an environment or account. */
export interface Quota {
  /** As the service calls it: `volumes per environment`. */
  readonly what: string;
  readonly limit: (quotas: Quotas) => number;
  /** The use; undefined if it cannot be read. */
  readonly used: (read: QuotaReader, within: Within) => Promise<number | undefined> | number;
  /** The kind of entity that can be deleted to reduce the use or, with `passes`, that is in progress. */
  readonly kind: KindName;
  /** Set if the use ends without anything being done: it counts what is in progress. */
  readonly passes?: true;
}

/** A quota that a change counts against, and how much more the change uses. */
export interface Use {
  readonly quota: Quota;
  readonly more: number;
  /** The error of the service when it is used up; by default, LimitExceeded. */
  readonly error?: ErrorCode;
}

export interface Change<K extends KindName, N extends OperationName> {
  /** In the order in which the local service checks them, after the conditions on the arguments alone. */
  readonly rules: readonly Rule<K, N>[];
  readonly quotas?: (requested: RequestedChange<K, N>) => readonly Use[] | Promise<readonly Use[]>;
  /** Rules about what the service accepts although it cannot work; previews warn of it. */
  readonly unworkable?: readonly Rule<K, N>[];
  /** Reasons to reject it that no read shows. */
  readonly unchecked?: readonly string[];
  readonly impact?: (requested: RequestedChange<K, N>) => Impact | Promise<Impact>;
  /**
   * What a person approves, in capitals, such as RESTART; by default, the first word of the operation. Only calls whose risk always needs
   * approval show it; one that only interrupts shows INTERRUPT.
   */
  readonly verb?: string;
  /** The arguments that its impact shows, so that approvals do not list them again. */
  readonly shows?: readonly string[];
  /** What the service fills in. */
  readonly fillDefaults?: (requested: RequestedChange<K, N>) => Promise<FilledInput>;
}

/** An argument that must change, and why: a sentence without its period. */
export interface WrongArgument {
  readonly member: string;
  readonly says: string;
}

/** An input with what the service fills in, and which of its values the service would accept but ignore. */
export interface FilledInput {
  readonly input: object;
  readonly ignored: readonly WrongArgument[];
  /** What the service sets in place of settings that the input omits. */
  readonly instead?: object;
}

/** A change of an existing entity, which must declare its impact. */
export interface ChangeOfExisting<K extends KindName, N extends OperationName> extends Omit<Change<K, N>, 'impact'> {
  readonly impact: (requested: RequestedChange<K, N> & { readonly target: Views[K] }) => Impact | Promise<Impact>;
}

type Declared = typeof OPERATIONS;
/** The operations of a kind that have one of these risks. */
export type OperationsWithRisk<K extends string, R extends Risk> = {
  [N in OperationName]: Declared[N]['kind'] extends K ? (Declared[N]['risk'] extends R ? N : never) : never;
}[OperationName];

/** What entities of a kind refer to in another kind. */
export interface Reference<K extends KindName, T extends KindName> {
  readonly to: T;
  /** As a topology shows it: `cluster mounts dataview`. */
  readonly as: 'mounts' | 'runs-on' | 'uses' | 'cached-on' | 'of';
  /** Those that a view names, or the input of a create. */
  readonly targets: (view: Views[K], key: Keys[K]) => readonly ReferenceTarget<T>[];
  /** False if it does not prevent the deletion of what it refers to. */
  readonly preventsDeletion?: boolean;
}
export type AnyReference = Reference<KindName, KindName>;
export type References<K extends KindName> = readonly { readonly [T in KindName]: Reference<K, T> }[KindName][];

/** An entity of the same environment that a reference names. */
export type ReferenceTarget<T extends KindName> = Omit<Keys[T], 'environmentId'> & {
  /** What a topology shows with the connection. */
  readonly how?: Readonly<Record<string, unknown>>;
  /** Follows from another reference, so a topology does not show it. */
  readonly isImplied?: boolean;
};

/** Everything about a kind besides its contract (operations/) and its storage (local/). */
export interface KindDefinition<K extends KindName> {
  readonly references?: References<K>;
  /** Every operation with a plan: those that change the kind, and those that reveal a credential. */
  readonly changes: { readonly [N in OperationsWithRisk<K, 'create'>]: Change<K, N> } & {
    readonly [N in OperationsWithRisk<K, Exclude<Risk, 'read' | 'create'>>]: ChangeOfExisting<K, N>;
  };
}
