import {
  allEnvironments,
  candidatesText,
  deletedText,
  type Environment,
  environmentsNamed,
  isPresent,
} from '../inventory/fleet.ts';
import { listPages, MAX_ITEMS } from '../inventory/pages.ts';
import { didYouMean } from '../nearest.ts';
import { oncePer } from '../once-per.ts';
import { FinspaceError } from '../operations/failure.ts';
import type { OperationName } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import { createdLabel, listerOfLabel, nounOfLabel, type Reference } from '../operations/references.ts';
import { readIfOffered } from '../safety/offered-read.ts';
import { refusalReason } from '../safety/policy.ts';
import { quoteUntrusted } from '../untrusted.ts';
import type { ToolDependencies } from './dependencies.ts';

/** What is needed to look up what a name in a call means, or why a call failed. */
export interface Lookup {
  readonly deps: Pick<ToolDependencies, 'call' | 'restrictions' | 'caller' | 'quotas'>;
  readonly signal: AbortSignal;
  /** Whether the call destroys or interrupts something. Then no existing entity is suggested in place of a missing one. */
  readonly isDestructive?: boolean;
}

/** Maximum duration of a read that only adds a detail to the result of a change. */
const MAX_ADDED_MS = 300;

/** The signal for such a read. */
export const briefSignal = ({ signal }: Lookup): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(MAX_ADDED_MS)]);

/** `list_kx_clusters shows the names.`, if this caller is offered such a tool; not for what the operation itself creates. */
export function whereListed(
  { restrictions, caller }: Lookup['deps'],
  label: string,
  operationName?: OperationName,
): string | undefined {
  const isNew = operationName !== undefined && createdLabel(operationName) === label;
  const lister = isNew ? undefined : listerOfLabel(label, operationName);
  if (lister === undefined || refusalReason(lister, restrictions, caller) !== undefined) return undefined;
  return `${toolName(lister)} shows ${label.endsWith('Name') ? 'the names' : `each ${label}`}.`;
}

export interface EnvironmentMeant {
  readonly environmentId: string;
  readonly name: string;
}

/**
 * The existing environment with a name, or else with that name in another case. `as-given` if the value is an id, `none` if there is no
 * such environment, `unreadable` if the caller may not list environments, or the error if that failed. `problemText` if several have the
 * name, or if the name is also an id in another case.
 */
export async function environmentNamed(
  lookup: Lookup,
  given: string,
): Promise<EnvironmentMeant | { readonly problemText: string } | 'as-given' | 'none' | 'unreadable' | FinspaceError> {
  const { all, failure } = await listedEnvironments(lookup);
  if (all === undefined)
    return failure === undefined || failure.fields.code === 'AccessDenied' ? 'unreadable' : failure;
  const ids = all.map(({ environmentId = '' }) => environmentId);
  if (ids.includes(given)) return 'as-given';
  const named = environmentsNamed(all.filter(isPresent), given);
  const [first, second] = named;
  if (first === undefined) return 'none';
  if (ids.some((id) => id.toLowerCase() === given.toLowerCase()))
    return {
      problemText: `${quoteUntrusted(given)} is the name of one environment and the id of another; give the id of the one that you mean.`,
    };
  if (second !== undefined) return { problemText: candidatesText(named, given) };
  const { environmentId = '', name = '' } = first;
  return { environmentId, name };
}

/** `all` is absent if the caller may not list environments, or if that failed. */
type Listing = { readonly all?: readonly Environment[]; readonly failure?: FinspaceError };

/** All environments that the caller may see, with deleted ones; read once for all lookups about a call. */
const listedEnvironments = oncePer(async (lookup: Lookup): Promise<Listing> => {
  const { deps, signal } = lookup;
  const list = (): Promise<Listing> =>
    allEnvironments(deps.call, { signal }).then(
      (all) => ({ all }),
      (error: unknown) => {
        if (error instanceof FinspaceError) return { failure: error };
        throw error;
      },
    );
  return (await readIfOffered(deps, 'ListKxEnvironments', list)) ?? {};
});

/** Says that something does not exist, with what was probably meant, and the tool that lists existing ones. */
export async function missingText(lookup: Lookup, { label, value, scope }: Reference, operationName?: OperationName) {
  if (listerOfLabel(label, operationName) === 'ListKxEnvironments') {
    const deleted = deletedText((await listedEnvironments(lookup)).all ?? [], value);
    if (deleted !== undefined) return `${deleted} ${whereListed(lookup.deps, label, operationName) ?? ''}`.trim();
  }
  const known = await valuesOfLabel(lookup, label, scope, operationName);
  const shown = (name: string) =>
    [name, known.get(name)].flatMap((each) => (each ? quoteUntrusted(each) : [])).join(', whose id is ');
  // Tools for whole environments accept `prod` for kdb-prod; a call of an operation needs its whole name.
  const mayBeShortened = label === 'environmentId';
  const existing = existingNamesText(known, shown);
  const hint = lookup.isDestructive
    ? existing
    : didYouMean(value, [...known.keys()], { otherwise: mayBeShortened ? existing : '.', format: shown });
  const where = whereListed(lookup.deps, label, operationName);
  return `There is no ${nounOfLabel(label, operationName)} ${quoteUntrusted(value)}${hint}${where === undefined ? '' : ` ${where}`}`;
}

const MAX_NAMED = 10;

/** The end of a sentence about what is missing, and the existing names; an environment is listed once, by its name. */
function existingNamesText(known: ReadonlyMap<string, string | undefined>, shown: (name: string) => string): string {
  const ids = new Set(known.values());
  const names = [...known.keys()].filter((name) => name !== '' && !ids.has(name));
  if (names.length === 0) return '.';
  const more = names.length > MAX_NAMED ? '; and more' : '';
  return `. Existing ones: ${names.slice(0, MAX_NAMED).map(shown).join('; ')}${more}.`;
}

/** The values that a label may have, each with its id if it differs. */
async function valuesOfLabel(
  lookup: Lookup,
  label: string,
  scope: Reference['scope'],
  operationName: OperationName | undefined,
): Promise<Map<string, string | undefined>> {
  const lister = listerOfLabel(label, operationName);
  if (lister === undefined) return new Map();
  if (lister === 'ListKxEnvironments') {
    const all = ((await listedEnvironments(lookup)).all ?? []).filter(isPresent);
    return new Map([
      ...all.map(({ environmentId = '' }) => [environmentId, undefined] as const),
      ...all.map(({ name = '', environmentId }) => [name, environmentId] as const),
    ]);
  }
  const { [label]: _, ...parents } = scope;
  const list = () => listPages(lookup.deps.call, lister, parents as never, MAX_ITEMS, { signal: lookup.signal });
  const { items } = (await readIfOffered(lookup.deps, lister, list)) ?? { items: [] };
  return new Map(items.map((item) => [String(item[label] ?? ''), undefined]));
}
