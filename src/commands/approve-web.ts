import type { Desk } from '../safety/approver-desk.ts';
import type { Question } from '../safety/ledger.ts';

export async function serveApprovalPage(_desk: Desk, _question: Question | undefined): Promise<void> {}
