import { digest } from '../digest.ts';
import type { OperationName } from '../operations/index.ts';
import { type ApprovalParts, approvalText, type FittedText } from './approval-text.ts';
import type { ShownPlan } from './ledger.ts';
import { type BoundCall, callDigestOf } from './plan-digests.ts';
import type { Blocker } from './plan-parts.ts';
import type { Forbidden } from './protection.ts';
import { EVERYTHING, type Visibility } from './visibility.ts';

/** The subject of consent: what a person is shown, and what the consent is bound to. */
export interface ApprovalRequest extends BoundCall {
  /** Why this server refuses it without requesting approval. */
  readonly forbidden: Forbidden | undefined;
  readonly blockers: readonly Blocker[];
  /** Digest of tool, arguments, backend, principal and state: what an approval is bound to. */
  readonly callDigest: string;
  /** Digest of its subject: a newer plan about the same subject replaces an older one. */
  readonly subjectDigest: string;
  readonly shown: ShownPlan;
  /** Whether a form can show it. */
  readonly formFit: FittedText['formFit'];
  /** The text for a caller, without what that caller may not see. */
  readonly textFor: (visibility: Visibility) => string;
}

interface PlanDetails {
  readonly operation: OperationName;
  readonly noun: string;
  /** What another plan about the same subject has in common with this one, besides tool, backend and principal. */
  readonly subject: object;
  /** The parts of the text for a caller. */
  readonly partsFor: (visibility: Visibility) => ApprovalParts;
}

/** What a person is shown of a call, and what the consent to it is bound to. */
export function approvalRequest(
  call: BoundCall,
  { operation, noun, subject, partsFor }: PlanDetails,
): Omit<ApprovalRequest, 'forbidden' | 'blockers'> {
  const { tool, backendLocation: place, principal } = call;
  const { target, server } = place;
  const parts = partsFor(EVERYTHING);
  const { typed: name, inOrder, lost, interrupted } = parts;
  const { text, formFit } = approvalText(parts);
  return {
    ...call,
    callDigest: callDigestOf(call),
    // The names of these members are part of the digest, which outlives an update of this server.
    subjectDigest: digest({ tool, place, principal, ...subject }),
    shown: { operation, target, server, noun, name, text, inOrder: inOrder || undefined, lost, interrupted },
    formFit,
    textFor: (visibility) => approvalText(partsFor(visibility), visibility).text,
  };
}
