import { type Environment, environmentsNamed, environmentsNow } from '../inventory/fleet.ts';
import { walk } from '../inventory/pages.ts';
import { didYouMean } from '../nearest.ts';
import { FinspaceError } from '../operations/failure.ts';
import type { OperationName } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import { createdBy, listerOfLabel, nounOfLabel, type Reference } from '../operations/references.ts';
import { withheld } from '../safety/policy.ts';
import { quoted } from '../safety/untrusted.ts';
import type { ToolEnvironment } from './environment.ts';

/** What is looked up when a call has failed, never before. */
export interface Lookup {
  readonly environment: Pick<ToolEnvironment, 'call' | 'restrictions' | 'caller' | 'quotas'>;
  readonly signal: AbortSignal;
}

const MOST_LISTED = 1_000;

/** Runs a read, if this caller may; undefined when it may not, or when the read fails. */
export async function lookedUp<T>(
  { environment: { restrictions, caller } }: Lookup,
  name: OperationName,
  read: () => Promise<T>,
): Promise<T | undefined> {
  if (withheld(name, restrictions, caller) !== undefined) return undefined;
  try {
    return await read();
  } catch (error) {
    if (error instanceof FinspaceError) return undefined;
    throw error;
  }
}

/** `list_kx_clusters shows the names.`, where this caller is offered such a tool; not for what the operation nearby is to make. */
export function whereListed(
  { restrictions, caller }: Lookup['environment'],
  label: string,
  near?: OperationName,
): string | undefined {
  const isNew = near !== undefined && createdBy(near) === label;
  const lister = isNew ? undefined : listerOfLabel(label, near);
  if (lister === undefined || withheld(lister, restrictions, caller) !== undefined) return undefined;
  return `${toolName(lister)} shows ${label.endsWith('Name') ? 'the names' : `each ${label}`}.`;
}

/** The id of an environment that was meant by its name or ARN; undefined when there is none such. */
export async function environmentMeant(lookup: Lookup, given: string): Promise<string | undefined> {
  const inArn = /:(?:kxEnvironment|environment)\/([^/]+)/.exec(given)?.[1];
  if (inArn !== undefined) return `This is an ARN; the id in it is ${quoted(inArn)}.`;
  const named = environmentsNamed(await environmentsOf(lookup), given).filter(
    ({ environmentId }) => environmentId !== given,
  );
  if (named.length === 0) return undefined;
  const ids = named.map(({ environmentId = '' }) => quoted(environmentId)).join(' and ');
  return `${quoted(given)} is the name of an environment; give its id, which is ${ids}.`;
}

const listed = new WeakMap<Lookup, Promise<Environment[]>>();

/** The environments that there are, read once for all that is looked up about a call. */
function environmentsOf(lookup: Lookup): Promise<Environment[]> {
  const { environment, signal } = lookup;
  const read = async () =>
    (await lookedUp(lookup, 'ListKxEnvironments', () => environmentsNow(environment.call, { signal }))) ?? [];
  const environments = listed.get(lookup) ?? read();
  listed.set(lookup, environments);
  return environments;
}

/** Says that something is not there, with what was probably meant, and which tool lists what there is. */
export async function notThere(lookup: Lookup, { label, value, scope }: Reference, near: OperationName) {
  const meant = label === 'environmentId' ? await environmentMeant(lookup, value) : undefined;
  if (meant !== undefined) return meant;
  const known = await knownAs(lookup, label, scope, near);
  const shown = (name: string) =>
    [name, known.get(name)].flatMap((each) => (each ? quoted(each) : [])).join(', whose id is ');
  const hint = didYouMean(value, [...known.keys()], { otherwise: '.', shown });
  const where = whereListed(lookup.environment, label, near);
  return `There is no ${nounOfLabel(label)} ${quoted(value)}${hint}${where === undefined ? '' : ` ${where}`}`;
}

/** What a label may name, each with its id where that is another. */
async function knownAs(
  lookup: Lookup,
  label: string,
  scope: Reference['scope'],
  near: OperationName,
): Promise<Map<string, string | undefined>> {
  if (label === 'environmentId') {
    const all = await environmentsOf(lookup);
    return new Map([
      ...all.map(({ environmentId = '' }) => [environmentId, undefined] as const),
      ...all.map(({ name = '', environmentId }) => [name, environmentId] as const),
    ]);
  }
  const lister = listerOfLabel(label, near);
  if (lister === undefined) return new Map();
  const { [label]: _, ...parents } = scope;
  const list = () => walk(lookup.environment.call, lister, parents as never, MOST_LISTED, { signal: lookup.signal });
  const { items } = (await lookedUp(lookup, lister, list)) ?? { items: [] };
  return new Map(items.map((item) => [String(item[label] ?? ''), undefined]));
}
