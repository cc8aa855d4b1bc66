import type * as z from 'zod';
import type { ErrorName } from './errors.ts';
import { type HttpTemplate, labels } from './http.ts';

/**
 * The effect of a call, least severe first; policy, annotations and the read-only filter follow from it. `reveal` returns a credential.
 * `disrupt` interrupts what runs. `destroy` deletes its target, or data in it. The server keeps a recovery kit for operations that declare
 * `destroy`. If only some inputs or targets lose data, an operation declares the lower risk, and the higher one in `raised`: `by` finds
 * such inputs, such as a changeset with a DELETE, and the impact of the kind finds such targets, such as an RDB that restarts. If the
 * target is protected, the server refuses a call that its operation or input makes `destroy`, and requires approval of the others.
 */
export const RISKS = ['read', 'reveal', 'create', 'update', 'disrupt', 'destroy', 'network'] as const;
export type Risk = (typeof RISKS)[number];

/** Whether calls of a risk only show something. */
export const changesNothing = (risk: Risk): boolean => risk === 'read' || risk === 'reveal';

/** What operations are about, which are also the words that `--toolsets` takes: nodes belong to clusters, and tags to all kinds. */
export const ENTITY_KINDS = [
  'environment',
  'kx-environment',
  'kx-cluster',
  'kx-database',
  'kx-changeset',
  'kx-dataview',
  'kx-scaling-group',
  'kx-volume',
  'kx-user',
  'tags',
] as const;
export type EntityKind = (typeof ENTITY_KINDS)[number];

/** The entity that an operation changes or destroys: how to read and name it, for plans, waits, recovery and the person who approves. */
export interface Target {
  /** The word for it in a sentence: `cluster`, `kdb environment`. */
  readonly noun: string;
  /** The input member that identifies it. */
  readonly member: string;
  /** Usually its get; its list if there is no get, or only that has the creation time, which differs for a later entity of that name. */
  readonly reader: string;
  /** The path of its name in the reader's output, if `member` is an opaque id. */
  readonly namePath?: readonly string[];
}

/** The arguments of a call, or its reply. */
export type Members = Readonly<Record<string, unknown>>;

/**
 * What happens to a setting that an update leaves out. `replaced` is for one that belongs to what the input replaces, as the version of
 * a file does. The last value is for parts of a member: they stay if the input omits that member.
 */
export type LeftOut = 'kept' | 'removed' | 'replaced' | 'removed unless the whole is omitted';

/** What an update replaces. A path names members from the outside in, an entry of a keyed list by its key; `*` stands for any. */
export interface UpdateRules {
  /** Reads the settings from an input, or from the reply of the target's reader; the result has the shape of the input. */
  readonly settings: (members: Members) => Members;
  /** What omitting a setting means, by path. The longest matching path applies, or the first of equal ones; without one, it is kept. */
  readonly leftOut: Readonly<Record<string, LeftOut | ((input: Members, present: Members) => LeftOut)>>;
  /** For the path of each list whose entries have a name of their own, the member that holds it. */
  readonly keys?: Readonly<Record<string, string>>;
  /** Settings whose change a person must approve if the target is protected. */
  readonly sensitive?: readonly string[];
  /** Takes effect again with the same settings, as code is read again from S3. */
  readonly isRepeatable?: true;
  /** Drops what contradicts settings that were put back into an input. */
  readonly dropContradictions?: (input: Members) => Members;
}

/** By default, the settings are the members of the input but its key and {@link NON_SETTINGS}. */
export type DeclaredUpdate = Omit<UpdateRules, 'settings'> & Partial<Pick<UpdateRules, 'settings'>>;

/** Members that say how an update is made; no later read shows them. */
const NON_SETTINGS = ['clientToken', 'deploymentConfiguration'];

/** One operation of the FinSpace API as declared in the catalog; everything else is derived. */
export interface Operation<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  readonly http: HttpTemplate;
  readonly kind: EntityKind;
  /** The lowest risk that a call can have. */
  readonly risk: Risk;
  /** The highest risk, and which inputs have it; without `by` it depends on the target. */
  readonly raised?: { readonly to: Risk; readonly by?: (input: Members) => boolean };
  /** Present on updates, except those of tags. */
  readonly update?: UpdateRules;
  /**
   * Its documentation, for agents and for people in a permission prompt: one to seven sentences, at most 600 characters, or 300 for a
   * read, whose first sentence begins with List or Show. Approval that every call needs is added, not written.
   */
  readonly summary: string;
  /** At most eight more words by which people search for it; they feed only the search catalog. */
  readonly keywords?: string;
  /** The input exactly as the API constrains it, `clientToken` included; built on first use. */
  readonly input: () => I;
  /** The output as the API documents it; built on first use. Responses are held to its types only. */
  readonly output: () => O;
  /** The documented errors, without `InternalServer`, which every operation has. */
  readonly errors: readonly ErrorName[];
  /** Present on operations that change or destroy an entity that exists, except those of tags. */
  readonly target?: Target;
  /**
   * For a call with an empty reply: the usual status of its target right after it, and the last one. With `of: 'nodes'`, the last
   * status of the node that replaces a deleted one.
   */
  readonly settles?:
    | { readonly now: string; readonly end: string; readonly of?: never }
    | { readonly now?: never; readonly end: string; readonly of: 'nodes' };
  /** The output member that is a credential. */
  readonly secret?: string;
  readonly deprecated?: true;
}

/** What the type of an operation keeps of its declaration: which kind it is about, and its lowest risk. */
interface Literal<E extends EntityKind, R extends Risk> {
  readonly kind: E;
  readonly risk: R;
}

type Declared<I extends z.ZodObject, O extends z.ZodObject> = Omit<Operation<I, O>, 'update'> & {
  readonly update?: DeclaredUpdate;
};

/** Declares an operation: keeps its types and builds each schema once, on first use. */
export function operation<I extends z.ZodObject, O extends z.ZodObject, E extends EntityKind, R extends Risk>({
  update,
  ...declared
}: Declared<I, O> & Literal<E, R>): Operation<I, O> & Literal<E, R> {
  const [input, output] = [lazy(declared.input), lazy(declared.output)];
  const names = lazy(() =>
    Object.keys(input().shape).filter((member) => ![...labels(declared), ...NON_SETTINGS].includes(member)),
  );
  const settings = (members: Members) => Object.fromEntries(names().map((name) => [name, members[name]]));
  return {
    ...declared,
    ...(update && { update: { settings, ...update } }),
    input,
    output,
  };
}

/** A function that calls another once, when it is first called, and returns that value each time. So start-up builds no schema. */
export function lazy<T>(build: () => T): () => T {
  let built: { value: T } | undefined;
  return () => {
    built ??= { value: build() };
    return built.value;
  };
}
