import { type Approver, statement } from './approver.ts';
import type { Approval, PendingApproval } from './ledger.ts';
import type { Seal } from './seal.ts';

/** The channel of approvals that signed-in people give on the page of a server. */
export const WEB = 'web';

/**
 * Seals what signed-in people approved, so that an approval that someone else wrote into the ledger does not count. Replicas with
 * the same seal key accept each other's approvals.
 */
export interface Witness extends Approver {
  /** Whether this consent was given here, to exactly this pending approval, by a person other than the requester. */
  saw(pending: PendingApproval, approval: Approval): boolean;
}

/** A witness by the seal for approvals. */
export function witness(seal: Seal): Witness {
  const said = (pending: PendingApproval, approval: Approval) => statement(pending, approval).toString('base64url');
  return {
    sign: (pending, approval) => ({ ...approval, signature: seal.seal(said(pending, approval)) }),
    saw: (pending, approval) => {
      const { channel, approver, signature = '' } = approval;
      if (channel !== WEB || approver === pending.principal) return false;
      try {
        return seal.unseal(signature) === said(pending, approval);
      } catch {
        return false;
      }
    },
  };
}
