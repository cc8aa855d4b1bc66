import type { Call, CallOptions, OperationName } from '../operations/index.ts';
import { type Finding, type Members, NOTHING } from './blast/finding.ts';
import { BLAST_READERS } from './blast/index.ts';
import { digest } from './digest.ts';
import type { Shown } from './ledger.ts';
import { protectedBy } from './protection.ts';
import { type Place, questionText } from './question.ts';
import { subjectOf } from './subject.ts';

/** One call, not made yet: what it would do, what stands in its way, and what it is bound to. */
export interface Plan extends Finding {
  readonly operation: OperationName;
  readonly input: Members;
  readonly noun: string;
  /** What a person has to type. */
  readonly name: string;
  /** Why this server refuses it outright; nobody is asked. */
  readonly forbidden: string | undefined;
  /** Digest of the target and its dependants: two plans with the same fingerprint saw the same things. */
  readonly fingerprint: string;
  /** Digest of operation, arguments, backend, principal and fingerprint. */
  readonly binding: string;
  readonly principal: string;
  readonly shown: Shown;
}

export interface Planner {
  readonly call: Call;
  readonly place: Place;
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
  const finding = read === undefined ? NOTHING : await read({ call, input, entity, options });
  const forbidden = await protectedBy(call, operation, input, finding.lost, options);
  const fingerprint = digest({ entity, finding });
  const { lost, interrupted } = finding;
  const text = questionText(operation, input, subject, finding, place);
  return {
    ...finding,
    operation,
    input,
    noun,
    name,
    forbidden,
    fingerprint,
    principal,
    binding: bindingOf({ operation, input, place, principal, fingerprint }),
    shown: { operation, noun, name, text, lost, interrupted },
  };
}

/** What an approval is bound to. */
export function bindingOf(bound: {
  operation: OperationName;
  input: Members;
  place: Place;
  principal: string;
  fingerprint: string;
}): string {
  return digest(bound);
}
