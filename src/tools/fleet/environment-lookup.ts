import {
  allEnvironments,
  candidatesText,
  deletedText,
  type Environment,
  environmentsNamed,
  existingEnvironments,
  looksLikeId,
  newestFirst,
} from '../../inventory/fleet.ts';
import type { ReplyCache } from '../../inventory/reply-cache.ts';
import { FinspaceError } from '../../operations/failure.ts';
import type { Call, CallOptions } from '../../operations/index.ts';
import { lazy } from '../../operations/operation.ts';
import { quoteUntrusted } from '../../untrusted.ts';
import { notFound, quotedList, Unanswerable } from './unanswerable.ts';

export const DELETED = 'DELETED';

/** The answer about an environment that is deleted. */
export class DeletedEnvironment extends Unanswerable {}

/** Finds the environments that arguments name. */
export interface EnvironmentLookup {
  /** The existing environments. */
  existing(): Promise<readonly Environment[]>;
  /** The only existing environment that an id, a name or a word of its name means. Throws Unanswerable. */
  environment(wanted: string): Promise<Environment>;
  /** The only existing environment with an id or name, else the newest deleted one, else as `environment`. Throws Unanswerable. */
  environmentOrDeleted(wanted: string): Promise<Environment>;
  /** All environments, the only one with an id or name, or those whose names match a pattern with `*`. Throws Unanswerable. */
  matching(wanted: string | undefined): Promise<readonly Environment[]>;
  /** What was read of an environment, at least its id. */
  environmentById(environmentId: string): Environment;
}

interface LookupOptions {
  readonly call: Call;
  /** As `call`, but makes identical reads only once. */
  readonly readOnce: Call;
  readonly foregroundOptions: CallOptions;
  readonly backgroundOptions: CallOptions;
  readonly cache: ReplyCache | undefined;
}

export function environmentLookup({
  call,
  readOnce,
  foregroundOptions,
  backgroundOptions,
  cache,
}: LookupOptions): EnvironmentLookup {
  const seen = new Map<string | undefined, Environment>();
  const existing = lazy(async () => {
    const all = await existingEnvironments(readOnce, backgroundOptions, cache);
    for (const each of all) seen.set(each.environmentId, each);
    return all;
  });
  /** The environment with an id, or with a name that it had at most a minute ago and still has. */
  const withoutListing = async (wanted: string): Promise<Environment | undefined> => {
    const [named, second] = environmentsNamed(cache?.environments() ?? [], wanted);
    const idOfName = second === undefined ? named?.environmentId : undefined;
    const id = looksLikeId(wanted) ? wanted : idOfName;
    if (id === undefined) return undefined;
    const found =
      seen.get(id) ??
      (await readOnce('GetKxEnvironment', { environmentId: id }, foregroundOptions).catch(undefinedIfUnreadable));
    if (found === undefined || found.status === DELETED || environmentsNamed([found], wanted).length === 0)
      return undefined;
    seen.set(id, found);
    return found;
  };
  const environment = async (wanted: string) => {
    const found = await withoutListing(wanted);
    if (found !== undefined) return found;
    const all = await existing();
    const deleted =
      environmentsMeant(all, wanted).length === 0
        ? deletedText(await allEnvironments(readOnce, foregroundOptions), wanted)
        : undefined;
    if (deleted !== undefined)
      throw new DeletedEnvironment(`${deleted} list_kx_environments shows what is known of it.`);
    return onlyEnvironment(all, wanted);
  };
  return {
    existing,
    environment,
    environmentOrDeleted: async (wanted) => {
      const [deleted, others] = splitDeleted(await allEnvironments(call, foregroundOptions));
      const [gone] =
        environmentsNamed(others, wanted).length > 0 ? [] : newestFirst(environmentsNamed(deleted, wanted));
      return gone ?? onlyEnvironment(others, wanted);
    },
    matching: async (wanted) => {
      if (wanted === undefined) return existing();
      return wanted.includes('*') ? matchingNames(await existing(), wanted) : [await environment(wanted)];
    },
    environmentById: (environmentId) => seen.get(environmentId) ?? { environmentId },
  };
}

/** An environment that cannot be read by its id is looked for in the list, which also says what exists instead. */
function undefinedIfUnreadable(error: unknown): undefined {
  if (error instanceof FinspaceError && error.fields.code !== 'Aborted') return;
  throw error;
}

/** The only one that an id, a name or a word of its name means. Throws Unanswerable. */
function onlyEnvironment(all: readonly Environment[], wanted: string): Environment {
  const meant = environmentsMeant(all, wanted);
  const [found, second] = meant;
  const names = all.map(({ name }) => name ?? '');
  if (found === undefined) throw notFound('kdb environment', wanted, names);
  if (second !== undefined) throw new Unanswerable(candidatesText(meant, wanted));
  return found;
}

/** The environments with an id or name, or else the only one whose name has the word. */
export function environmentsMeant(all: readonly Environment[], wanted: string): readonly Environment[] {
  const exact = environmentsNamed(all, wanted);
  return exact.length > 0 ? exact : withWord(all, wanted);
}

/** Those whose names match a pattern. Throws Unanswerable. */
function matchingNames(all: readonly Environment[], pattern: string): readonly Environment[] {
  const fitting = all.filter(({ name = '' }) => isLike(name.toLowerCase(), pattern.toLowerCase()));
  if (fitting.length > 0) return fitting;
  const names = all.map(({ name = '' }) => name);
  throw new Unanswerable(
    `No kdb environment has a name like ${quoteUntrusted(pattern)}. Existing ones: ${quotedList(names)}.`,
  );
}

/** Whether a complete name matches a pattern with `*` for any text. No regular expression, because the pattern comes from the model. */
export function isLike(name: string, pattern: string): boolean {
  const [begin = '', ...rest] = pattern.split('*');
  const end = rest.pop() ?? '';
  if (!name.startsWith(begin) || !name.slice(begin.length).endsWith(end)) return false;
  const between = name.slice(begin.length, name.length - end.length);
  let at = 0;
  return rest.every((part) => {
    const found = between.indexOf(part, at);
    at = found + part.length;
    return found >= 0;
  });
}

const splitDeleted = (all: readonly Environment[]) =>
  [all.filter(({ status }) => status === DELETED), all.filter(({ status }) => status !== DELETED)] as const;

/** The only environment whose name matches apart from word separators, or contains the word: `prod` or `production` is `kdb-prod`. */
const withWord = (all: readonly Environment[], wanted: string): Environment[] => {
  const words = (text: string) => text.toLowerCase().split(/[-_\s]+/);
  const wantedName = words(wanted).join('-');
  const shortens = (one: string, other: string) =>
    SHORTENED.test(one) && SHORTENED.test(other) && other.startsWith(one);
  const named = all.filter(({ name = '' }) => words(name).join('-') === wantedName);
  const having = all.filter(({ name = '' }) =>
    words(name).some((word) => word === wantedName || shortens(word, wantedName) || shortens(wantedName, word)),
  );
  const found = named.length > 0 ? named : having;
  return found.length === 1 ? found : [];
};
/** A word that can be short for a longer one, or the other way round; `kdb-test` and `prod2` cannot. */
const SHORTENED = /^[a-z]{3,}$/;
