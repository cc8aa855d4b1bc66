import { labels } from '../operations/http.ts';
import { type Call, type CallOptions, type OperationName, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import { callText, typedName } from './approval-call.ts';
import type { ApprovalText } from './approval-text.ts';
import { type Blocker, type Finding, type Members, UNREAD } from './blast/finding.ts';
import { BLAST_READERS } from './blast/index.ts';
import { closedEnvironment, isLeaving, wrongStatus } from './blast/statuses.ts';
import { digest } from './digest.ts';
import { homeOf } from './home.ts';
import type { Shown } from './ledger.ts';
import type { Place } from './place.ts';
import { type Forbidden, ownPath, protectedBy } from './protection.ts';
import type { Sight } from './sight.ts';
import { subjectOf } from './subject.ts';

/** Where a plan was made: by which server, too, where people sign in to approve. */
export interface PlanPlace extends Place {
  /** Says who may approve, without telling; differs between servers that let other people do so. */
  readonly server?: string | undefined;
}

/** What consent is asked for: what a person is shown, and what the consent is bound to. */
export interface Bound {
  /** The tool that would run. */
  readonly tool: string;
  readonly input: Members;
  readonly place: PlanPlace;
  readonly principal: string;
  /** Why this server refuses it outright; nobody is asked. */
  readonly forbidden: Forbidden | undefined;
  readonly blockers: readonly Blocker[];
  /** Digest of the target and its dependants: two plans with the same fingerprint saw the same things. */
  readonly fingerprint: string;
  /** Digest of tool, arguments, backend, principal and fingerprint. */
  readonly binding: string;
  /** Digest of what it is about: a newer plan about the same replaces an older one. */
  readonly about: string;
  readonly shown: Shown;
  /** Whether what is shown can be put into a form. */
  readonly fits: ApprovalText['fits'];
  /** What is shown, without what a caller may not see. */
  readonly textFor: (sight: Sight) => string;
}

/** One call, not made yet: what it would do, what stands in its way, and what it is bound to. */
export interface Plan extends Finding, Bound {
  readonly operation: OperationName;
  readonly noun: string;
  readonly name: string;
  readonly blockers: Finding['blockers'];
  /** Digest of what the target is, apart from what changes about it while its dependants go. */
  readonly identity: string;
  /** Whether the target is on its way out already. */
  readonly leaving: boolean;
}

export interface Planner {
  readonly call: Call;
  readonly place: PlanPlace;
}

/**
 * Reads the target of a call and everything that it touches. Undefined when there is no such target. Rejects with what the
 * reading calls reject with, so that what cannot be read is never planned as if it were not there.
 */
export async function planCall(
  { call, place }: Planner,
  operation: OperationName,
  input: Members,
  principal: string,
  options: CallOptions = {},
): Promise<Plan | undefined> {
  const subject = await subjectOf(call, operation, input, options);
  if (subject === undefined) return undefined;
  const { noun, name, entity } = subject;
  const read = BLAST_READERS[operation];
  const found = read === undefined ? UNREAD : await read({ call, input, entity, options });
  const [forbidden, home] = await Promise.all([
    protectedBy(call, operation, input, found, options),
    homeOf(call, input, entity, options),
  ]);
  const status = statusOf(entity);
  const blockers = [
    ...closedEnvironment(home.environment ?? String(input['environmentId']), home.status),
    ...wrongStatus(operation, { kind: noun, name, arn: ownPath(operation, input) }, status),
    ...found.blockers,
  ];
  const finding = { ...found, blockers };
  const fingerprint = digest({ entity, finding, home });
  const { lost, interrupted } = finding;
  const { risk } = operationNamed(operation);
  const facts = { operation, risk, input, subject, finding, place, home };
  const { text, fits } = callText(facts);
  const bound = { tool: toolName(operation), input, place, principal, fingerprint };
  const typed = typedName(operation, input, subject);
  const shown = { operation, target: place.target, server: place.server, noun, name: typed, text, lost, interrupted };
  const identity = identityOf(entity);
  const leaving = isLeaving(status);
  return {
    ...finding,
    ...bound,
    operation,
    noun,
    name,
    forbidden,
    identity,
    leaving,
    binding: bindingOf(bound),
    about: digest({ tool: bound.tool, place, principal, target: targetOf(operation, input) }),
    shown,
    fits,
    textFor: (sight) => callText(facts, sight).text,
  };
}

/** What a call is about: its target, and of a creation all that would be made. */
const targetOf = (operation: OperationName, input: Members) =>
  operation.startsWith('Create') ? input : labels(operationNamed(operation)).map((label) => input[label]);

/** The deprecated GetEnvironment nests what it shows. */
const statusOf = ({ status, environment }: Members) => status ?? (environment as Members | undefined)?.['status'];

/** What changes about an entity while its dependants are removed. */
const PASSING = ['attachedClusters', 'clusters', 'activeVersions', 'status', 'statusReason', 'lastModifiedTimestamp'];

/** What an entity is; differs when it was replaced or changed by somebody. */
export const identityOf = (entity: Members) =>
  digest(Object.fromEntries(Object.entries(entity).filter(([member]) => !PASSING.includes(member))));

/** What an approval is bound to. */
export function bindingOf({
  tool,
  input,
  place,
  principal,
  fingerprint,
}: Pick<Bound, 'tool' | 'input' | 'place' | 'principal' | 'fingerprint'>): string {
  return digest({ tool, input, place, principal, fingerprint });
}
