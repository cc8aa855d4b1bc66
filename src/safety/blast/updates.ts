import { environmentsNow } from '../../inventory/fleet.ts';
import { walk } from '../../inventory/pages.ts';
import { quoted } from '../untrusted.ts';
import { type Finding, type Members, NOTHING, type Subject } from './finding.ts';

/** A name that is or was another environment's would make people approve for the wrong one. */
export async function renamingKxEnvironment(subject: Subject): Promise<Finding> {
  const { call, input, options } = subject;
  return input['name'] === undefined ? NOTHING : renaming(subject, await environmentsNow(call, options));
}

/** The same for the dataset browser, whose service does not refuse a name that is taken. */
export async function changingEnvironment(subject: Subject): Promise<Finding> {
  const { call, input, options } = subject;
  if (input['name'] === undefined) return NOTHING;
  const { items } = await walk(call, 'ListEnvironments', {}, MOST_ENVIRONMENTS, options);
  return renaming(subject, items);
}

const MOST_ENVIRONMENTS = 10_000;

async function renaming({ input, formerNames }: Subject, all: readonly Members[]): Promise<Finding> {
  const { name, environmentId } = input;
  const isOther = (id: unknown) => id !== environmentId;
  const taken = all.some((other) => other['name'] === name && isOther(other['environmentId']));
  const former = (await formerNames?.())?.some((known) => known.name === name && isOther(known.environmentId)) ?? false;
  if (!taken && !former) return NOTHING;
  return { ...NOTHING, asks: [`${quoted(String(name))} ${taken ? 'is' : 'was'} the name of another environment.`] };
}
