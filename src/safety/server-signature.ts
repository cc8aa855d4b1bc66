import { type Approver, signedPayload } from './approver.ts';
import type { Approval, PendingApproval } from './ledger.ts';
import type { StateSigner } from './state-signer.ts';

/** The channel of approvals that signed-in people give on the page of a server. */
export const WEB = 'web';

/**
 * Signs what signed-in people approved, so that an approval that someone else wrote into the ledger does not count. Replicas with
 * the same key of --seal-keys accept each other's approvals.
 */
export interface ServerSignature extends Approver {
  /** Whether this consent was given here, to exactly this pending approval, by a person other than the requester. */
  verify(pending: PendingApproval, approval: Approval): boolean;
}

/** The signature of a server, with its signer for approvals. */
export function serverSignature(signer: StateSigner): ServerSignature {
  const payloadText = (pending: PendingApproval, approval: Approval) =>
    signedPayload(pending, approval).toString('base64url');
  return {
    sign: (pending, approval) => ({ ...approval, signature: signer.sign(payloadText(pending, approval)) }),
    verify: (pending, approval) => {
      const { channel, approver, signature = '' } = approval;
      if (channel !== WEB || approver === pending.principal) return false;
      try {
        return signer.verify(signature) === payloadText(pending, approval);
      } catch {
        return false;
      }
    },
  };
}
