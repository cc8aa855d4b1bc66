import type { ApprovalActions, PassphraseApprovals } from '../safety/approval-actions.ts';
import { approveLine } from '../safety/approval-head.ts';
import { CANNOT_UNDO, GROUPS } from '../safety/approval-text.ts';
import type { Approver } from '../safety/approver.ts';
import { ApproverError } from '../safety/approver-keys.ts';
import { itemText } from '../safety/item-text.ts';
import type { PendingApproval } from '../safety/ledger.ts';
import type { Item } from '../safety/plan-parts.ts';
import {
  closedReason,
  locationText,
  pagesOf,
  planText,
  printable,
  remaining,
  requestText,
  unlisted,
  WEAK_PROOF,
} from '../safety/plan-text.ts';
import type { Terminal } from './approve-terminal.ts';
import { foldLine } from './fold.ts';

/** How often a person may type a wrong code or passphrase. */
export const MAX_TRIES = 3;

/** The open plans for people: a few lines each, which also fit a narrow terminal. */
export function planListText(waiting: readonly PendingApproval[], now: number, columns: number | undefined): string[] {
  const lines = waiting.flatMap((pending, at) => [
    ...(at === 0 ? [] : ['']),
    `${printable(pending.code)}  ${planText(pending).headline}`,
    `       ${locationText(pending)}`,
    `       ${printable(requestText(pending, now))}`,
  ]);
  return lines.flatMap((line) => foldLine(line, columns));
}

/**
 * The pending approval with a code, in any letter case. Throws ApproverError when none has that code, with the reason when
 * `status` knows it.
 */
export async function findPlan(
  waiting: readonly PendingApproval[],
  code: string,
  status: ApprovalActions['status'],
): Promise<PendingApproval> {
  const planCode = code.trim().toUpperCase();
  const found = waiting.find((pending) => pending.code === planCode);
  if (found !== undefined) return found;
  const open =
    waiting.length === 0 ? 'no plan is open' : `open plans: ${waiting.map(({ code }) => printable(code)).join(', ')}`;
  const closedStatus = await status(planCode);
  const why = closedStatus === undefined ? '' : ` ${closedReason(closedStatus)}`;
  throw new ApproverError(`plan ${printable(JSON.stringify(planCode.slice(0, 20)))} is not open (${open}).${why}`);
}

/** Shows one complete plan, then reads the name and the passphrase. Throws ApproverError when nothing was approved. */
export async function approveAtTerminal(
  terminal: Terminal,
  approvals: PassphraseApprovals,
  pending: PendingApproval,
): Promise<void> {
  const { code, shown, expires } = pending;
  const now = Date.now();
  terminal.say();
  for (const [at, line] of shown.text.split('\n').entries()) terminal.say(printable(line), styleOf(line, at));
  for (const group of ['lost', 'interrupted'] as const)
    await showItems(terminal, GROUPS[group], unlisted(shown.text, shown[group]));
  terminal.say();
  terminal.say(printable(`Plan ${code}, ${requestText(pending, now)}.`));
  terminal.say();
  const typed = await askName(terminal, approvals, pending);
  const approver = approvals.hasPassphrase
    ? await unlock(terminal, approvals)
    : await approverWithoutKey(terminal, approvals);
  const verdict = await approvals.approve(pending, typed, approver);
  if (verdict !== 'approved') throw new ApproverError(CLOSED);
  terminal.say(
    `Approved. The agent can now make the same call again; it runs once, within ${remaining(expires, Date.now())}.`,
  );
}

const FIRST_LINES = 3;

/** How the line of a plan at a position is emphasized. */
function styleOf(line: string, at: number): 'strong' | 'warning' | undefined {
  if (at < FIRST_LINES) return 'strong';
  return line === CANNOT_UNDO ? 'warning' : undefined;
}

const CLOSED = 'It is no longer open: it expired or was answered elsewhere. Nothing was approved here.';

/** Items for which the text has no room, by kind and page by page, so that nothing scrolls away unread. */
async function showItems(terminal: Terminal, title: string, items: readonly Item[]): Promise<void> {
  for (const [at, page] of pagesOf(items).entries()) {
    if (at > 0 && (await terminal.ask('Enter shows more: ')) === undefined)
      throw new ApproverError('Nothing was approved.');
    terminal.say();
    terminal.say(`${title}: ${page.title}`, 'strong');
    for (const item of page.items) terminal.say(`- ${itemText(item)}`);
  }
}

/** Reads the name of the target, again after a wrong one until the plan is closed. Throws ApproverError when it was not typed. */
async function askName(terminal: Terminal, approvals: PassphraseApprovals, pending: PendingApproval): Promise<string> {
  const { code, shown } = pending;
  for (;;) {
    const typed = await terminal.ask(`${printable(approveLine(shown.name).replace(/\.$/, ''))}: `);
    if (typed === undefined || typed === '') throw new ApproverError(`Nothing was approved. ${code} stays open.`);
    const verdict = await approvals.check(pending, typed);
    if (verdict === 'right') return typed;
    if (verdict === 'closed') throw new ApproverError(CLOSED);
    if (verdict === 'wrong-name')
      throw new ApproverError(
        'That is wrong too. The plan is closed and nothing runs. To start over, have the agent repeat the call.',
      );
    terminal.say('That does not match exactly. Try again, or press Enter to leave.');
  }
}

async function approverWithoutKey(terminal: Terminal, approvals: PassphraseApprovals): Promise<Approver> {
  terminal.say(`${WEAK_PROOF} (To set a passphrase: the same command with --init.)`);
  terminal.say();
  const opened = await approvals.unlock('');
  return (opened as Extract<typeof opened, { kind: 'open' }>).approver;
}

/** Reads the passphrase. Throws ApproverError when it is wrong. */
export async function unlock(terminal: Terminal, approvals: PassphraseApprovals): Promise<Approver> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const passphrase = await terminal.askHidden('Your passphrase (it is not shown): ');
    if (passphrase === undefined) throw new ApproverError('Nothing was approved.');
    const opened = await approvals.unlock(passphrase);
    if (opened.kind === 'open') return opened.approver;
    if (opened.kind === 'locked')
      throw new ApproverError(
        `Too many wrong passphrases. Try again at ${new Date(opened.until).toLocaleTimeString()}.`,
      );
    terminal.say('Wrong passphrase.');
  }
  throw new ApproverError(
    'Nothing was approved. If you forgot the passphrase, approve --init explains how to replace it.',
  );
}
