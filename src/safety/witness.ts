import { type Approver, statement } from './approver.ts';
import type { Approval, Question } from './ledger.ts';
import type { Seal } from './seal.ts';

/** The channel of approvals that signed-in people give on the page of a server. */
export const WEB = 'web';

/**
 * Seals what signed-in people approved, so that an approval that someone else wrote into the ledger does not count. Replicas with
 * the same seal key accept each other's approvals.
 */
export interface Witness extends Approver {
  /** Whether this consent was given here, to exactly this question, by a person other than the requester. */
  saw(question: Question, approval: Approval): boolean;
}

/** A witness by the seal for approvals. */
export function witness(seal: Seal): Witness {
  const said = (question: Question, approval: Approval) => statement(question, approval).toString('base64url');
  return {
    sign: (question, approval) => ({ ...approval, signature: seal.seal(said(question, approval)) }),
    saw: (question, approval) => {
      const { channel, approver, signature = '' } = approval;
      if (channel !== WEB || approver === question.principal) return false;
      try {
        return seal.unseal(signature) === said(question, approval);
      } catch {
        return false;
      }
    },
  };
}
