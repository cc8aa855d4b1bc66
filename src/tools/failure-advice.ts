import { isFailedUpdate, isLeavingOrGone, memberOf, statusClass } from '../inventory/kinds.ts';
import { deduplicated, withOptions } from '../operations/calls.ts';
import { type FinspaceError, isNotFound } from '../operations/failure.ts';
import { callNamed, type OperationName } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import type { Members } from '../operations/operation.ts';
import {
  createdReference,
  nounOfLabel,
  type Reference,
  readerOfLabel,
  referencesIn,
} from '../operations/references.ts';
import { readIfOffered } from '../safety/offered-read.ts';
import { quotasFor } from '../safety/preview.ts';
import { quoteUnlessPlain, quoteUntrusted } from '../untrusted.ts';
import { WAITABLE_KINDS } from './fleet/wait-target.ts';
import { environmentNamed, type Lookup, missingText } from './identify.ts';
import type { FailureAdvice } from './result.ts';

/** What to do about a failed call. Reads what the call refers to, and names what is missing and what must be waited for. */
export async function failureAdvice(
  lookup: Lookup,
  name: OperationName,
  input: Members,
  error: FinspaceError,
): Promise<FailureAdvice> {
  const { code, advice, outcomeUnknown } = error.fields;
  // What exists or is missing now may be so because of an earlier attempt of this call.
  if (lookup.signal.aborted || outcomeUnknown) return {};
  if (code === 'ResourceNotFound') return missingAdvice(lookup, name, input);
  if (QUOTA.has(code)) return quotaAdvice(lookup, name, input, advice);
  if (code !== 'Conflict' && code !== 'ResourceAlreadyExists') return {};
  const found = (await closedEnvironmentAdvice(lookup, name, input)) ?? (await nameTakenAdvice(lookup, name, input));
  if (found !== undefined) return found;
  if (error.fields.reason === 'RESOURCE_IN_USE') return { advice: IN_USE, retryable: false };
  return code === 'Conflict' && WAITABLE.has(error.fields.reason) ? transitionAdvice(lookup, name, input) : {};
}

const IN_USE =
  'Something uses it. Call plan_change with this tool and its arguments: it lists what uses it, and what to do first about each.';

/** The reasons of temporary conflicts; services other than the local one may state no reason. */
const WAITABLE = new Set<string | undefined>(['INVALID_STATE', undefined]);

const QUOTA = new Set<string>(['LimitExceeded', 'ServiceQuotaExceeded']);

/** The quotas that the call counts against, their use, and what can be deleted. */
async function quotaAdvice(
  lookup: Lookup,
  name: OperationName,
  input: Members,
  generalAdvice: string,
): Promise<FailureAdvice> {
  const { deps, signal } = lookup;
  const planner = { ...deps, call: deduplicated(withOptions(deps.call, { signal })) };
  const read = () => quotasFor(planner, name, input);
  const found = await readIfOffered(deps, 'GetKxEnvironment', read);
  if (found === undefined || found.quotas.length === 0) return {};
  const exceeded = found.blockers.filter(({ item }) => item.kind === 'quota');
  const [exceededText] = exceeded.map(({ item, first }) => `${item.name}: ${item.detail}. ${first}`);
  return { advice: exceededText ?? `Quotas: ${found.quotas.join('; ')}. ${generalAdvice}` };
}

async function missingAdvice(lookup: Lookup, name: OperationName, input: Members): Promise<FailureAdvice> {
  const { path, body } = referencesIn(name, input);
  for (const reference of path) {
    const isLast = reference === path.at(-1) && body.length === 0;
    const wasRead = isLast && readerOfLabel(reference.label, name) === name;
    const found = wasRead ? 'missing' : await readStatus(lookup, reference, name);
    if (found === 'missing' || (isLast && found === 'unknown'))
      return { advice: await missingText(lookup, reference, name) };
  }
  const found = await Promise.all(body.map((reference) => readStatus(lookup, reference, name)));
  const absent = body.filter((_, at) => found[at] === 'missing');
  if (absent.length === 0) return {};
  const lines = await Promise.all(absent.map((reference) => missingText(lookup, reference, name)));
  return { advice: lines.join(' ') };
}

/** What to do if the environment of a call is deleted or being deleted; undefined for a call that deletes something. */
async function closedEnvironmentAdvice(
  lookup: Lookup,
  name: OperationName,
  input: Members,
): Promise<FailureAdvice | undefined> {
  const environment = referencesIn(name, input).path.find(({ label }) => label === 'environmentId');
  if (environment === undefined || name.startsWith('Delete')) return undefined;
  const found = await readStatus(lookup, environment, name);
  if (typeof found !== 'object' || !isLeavingOrGone(found.status)) return undefined;
  const statement = `${nounPhrase(environment, name)} is ${quoteUnlessPlain(found.status)}`;
  return {
    advice: `${statement}, so nothing in it can be created or changed. Use another environment.`,
    retryable: false,
  };
}

/** What to do about the entity that already has the name of a create; undefined if there is none. */
async function nameTakenAdvice(
  lookup: Lookup,
  name: OperationName,
  input: Members,
): Promise<FailureAdvice | undefined> {
  const isEnvironment = name === 'CreateKxEnvironment';
  const created = isEnvironment
    ? await environmentReference(lookup, String(input['name']))
    : createdReference(name, input);
  const found = created === undefined ? 'unknown' : await readStatus(lookup, created, name);
  if (created === undefined || typeof found !== 'object') return undefined;
  const { label } = created;
  const { status } = found;
  const state = status === undefined ? 'already exists' : `is ${quoteUnlessPlain(status)}`;
  const statement = `${nounPhrase(created, name)} ${isEnvironment ? 'has that name, and ' : ''}${state}`;
  if (isLeavingOrGone(status))
    return { advice: `${statement}. ${howToWait(label, name, 'DELETED')}, then repeat this call.`, retryable: true };
  const reader = toolName(readerOfLabel(label, name) as OperationName);
  return statusClass(status) === 'failed' && !isFailedUpdate(status)
    ? {
        advice: `${statement}: ${reader} shows why. Delete it to free the name, or choose another name.`,
        retryable: false,
      }
    : { advice: `${statement}. Use it, or choose another name.`, retryable: false };
}

/** A reference to the only environment with a name; undefined if there is none, or more than one. */
async function environmentReference(lookup: Lookup, given: string): Promise<Reference | undefined> {
  const meant = await environmentNamed(lookup, given);
  if (typeof meant !== 'object' || !('environmentId' in meant)) return undefined;
  const { environmentId } = meant;
  return { label: 'environmentId', value: environmentId, scope: { environmentId } };
}

/** What to do about an entity that is in transition, or has failed. */
async function transitionAdvice(lookup: Lookup, name: OperationName, input: Members): Promise<FailureAdvice> {
  const { path, body } = referencesIn(name, input);
  const all = [...path, ...body].toReversed();
  const found = await Promise.all(all.map((reference) => readStatus(lookup, reference, name)));
  const classes = found.map((seen, at) => classOf(seen, all[at] as Reference));
  const at = classes.includes('underway') ? classes.indexOf('underway') : classes.indexOf('failed');
  const seen = found[at];
  if (typeof seen !== 'object') return {};
  const reference = all[at] as Reference;
  const { label } = reference;
  const reader = toolName(readerOfLabel(label, name) as OperationName);
  const statement = `${nounPhrase(reference, name)} is ${quoteUnlessPlain(String(seen.status))}`;
  if (classes[at] === 'failed') {
    const advice = isFailedUpdate(seen.status)
      ? `${statement}: ${reader} shows why. Its last update failed: repeat that update first.`
      : `${statement}, and waiting does not help: ${reader} shows why. Delete it and create it again.`;
    return { advice, retryable: false };
  }
  return isLeavingOrGone(seen.status)
    ? { advice: `${statement} already. ${howToWait(label, name, 'DELETED')}.`, retryable: false }
    : { advice: `${statement}. ${howToWait(label, name)}, then repeat this call.`, retryable: true };
}

/** The class of what was read. An environment can be changed although its network could not be updated. */
function classOf(seen: Awaited<ReturnType<typeof readStatus>>, { label }: Reference) {
  if (typeof seen !== 'object' || (label === 'environmentId' && isFailedUpdate(seen.status))) return 'settled';
  return statusClass(seen.status);
}

/** Says for which entity a call must wait; undefined if waiting helps with none. Nothing waits for an entity that is being deleted. */
export async function unreadyText(lookup: Lookup, name: OperationName, input: Members): Promise<string | undefined> {
  const { path, body } = referencesIn(name, input);
  for (const reference of [...path, ...body]) {
    const found = await readStatus(lookup, reference, name);
    if (typeof found === 'object' && statusClass(found.status) === 'underway' && !isLeavingOrGone(found.status))
      return `${nounPhrase(reference, name)} is ${quoteUnlessPlain(found.status)}.`;
  }
  return undefined;
}

/** `The cluster "rdb"`. */
const nounPhrase = ({ label, value }: Reference, operationName: OperationName) =>
  `The ${nounOfLabel(label, operationName)} ${quoteUntrusted(value)}`;

function howToWait(label: string, operationName: OperationName, until?: string): string {
  const kind = WAITABLE_KINDS.find((each) => memberOf(each) === label);
  if (kind === undefined)
    return `Repeat ${toolName(readerOfLabel(label, operationName) as OperationName)} until ${until === undefined ? 'its status changes' : 'it is gone'}`;
  return `Call wait_for_kx_entity (kind ${kind}${until === undefined ? '' : `, until ${until}`})`;
}

async function readStatus(lookup: Lookup, { label, scope }: Reference, operationName: OperationName) {
  const reader = readerOfLabel(label, operationName);
  if (reader === undefined) return 'unknown';
  const { call } = lookup.deps;
  const read = async () => {
    try {
      return await callNamed(call, reader, scope, { signal: lookup.signal });
    } catch (error) {
      if (isNotFound(error)) return 'missing';
      throw error;
    }
  };
  const found = await readIfOffered(lookup.deps, reader, read);
  if (found === undefined || found === 'missing') return found ?? 'unknown';
  return { status: found['status'] as string | undefined };
}
