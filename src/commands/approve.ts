import { type Config, ConfigError } from '../config.ts';
import { terminalColumns, writeLines } from '../output.ts';
import { type PassphraseApprovals, passphraseApprovals } from '../safety/approval-actions.ts';
import { approverKey } from '../safety/approver.ts';
import { ApproverError, withKeyAdvice } from '../safety/approver-keys.ts';
import type { PendingApproval } from '../safety/ledger.ts';
import { isBehind } from '../safety/ledger-clock.ts';
import type { Store } from '../store/store.ts';
import { userName } from '../user-name.ts';
import { whileOpen } from '../while-open.ts';
import { acceptClock } from './approve-clock.ts';
import { approveAtTerminal, findPlan, MAX_TRIES, planListText } from './approve-dialog.ts';
import { distrustForms, setUpKey, trustForms } from './approve-key.ts';
import { isTerminal, openTerminal, type Terminal } from './approve-terminal.ts';
import { openForPerson } from './open-store.ts';
import { approveCommand } from './out-of-band.ts';

/**
 * `finspace-mcp approve [CODE] [--decline | --web | --init | --trust-forms | --distrust-forms | --reset-clock]`: where a person
 * approves or declines plans, and sets up approvals.
 */
export async function approve(
  { stateDir, state, worldStore, store: url }: Pick<Config, 'stateDir' | 'state' | 'worldStore' | 'store'>,
  switches: ReadonlySet<string>,
  code?: string,
): Promise<void> {
  // Only --init can be combined, with --trust-forms.
  const isInit = switches.has('init');
  const [act = 'dialog', other] = [...switches].filter((name) => !(isInit && name === 'trust-forms'));
  if (other !== undefined) throw new ConfigError(`--${act} and --${other} cannot be combined`);
  if (act === 'init')
    return withTerminal('Setting up a passphrase', (terminal) =>
      setUpKey(terminal, { stateDir, state, worldStore }, switches.has('trust-forms')),
    );
  if (act === 'distrust-forms') return distrustForms(stateDir);
  const key = await withKeyAdvice(approverKey(stateDir));
  if (url !== undefined && key === undefined && act !== 'decline') throw new ApproverError(needsKeyText(stateDir));
  await whileOpen(await openForPerson({ store: url, stateDir }), (store) => {
    const approvals = passphraseApprovals({
      dir: stateDir,
      key,
      // This command opens no approvals, so how long they are open does not matter.
      ledger: store.ledger(0),
      attempts: store.attempts,
      now: Date.now,
      user: userName(),
      channel: act === 'web' ? 'page' : 'terminal',
    });
    if (act === 'decline') return decline(approvals, code);
    if (act === 'web') return openPage(approvals, stateDir, code);
    if (act === 'trust-forms')
      return withTerminal('Trusting forms', (terminal) => trustForms(terminal, approvals, stateDir));
    if (act === 'reset-clock') return resetClockIfBehind(approvals, store, stateDir);
    return approveInTerminal(approvals, code);
  });
}

const needsKeyText = (stateDir: string) =>
  `With --store, approvals in a terminal and on the local page need a passphrase. Set one up (${approveCommand('--init', stateDir)}), copy the folder approver of this state directory into the state directory of every replica, and restart them; or approve on the approval page of an HTTP server (/approvals).`;

async function decline(approvals: PassphraseApprovals, code: string | undefined): Promise<void> {
  if (code === undefined) throw new ConfigError('--decline: needs the CODE of the plan to decline');
  const pending = await findPlan(await approvals.list(), code, approvals.status);
  if ((await approvals.decline(pending)) === 'closed') throw new ApproverError(`${pending.code} is no longer open.`);
  process.stdout.write(`Declined ${pending.code}. Nothing runs.\n`);
}

async function approveInTerminal(approvals: PassphraseApprovals, code: string | undefined): Promise<void> {
  const waiting = await approvals.list();
  if (waiting.length === 0 && code === undefined) {
    process.stdout.write('Nothing waits for approval.\n');
    return;
  }
  if (code === undefined) writeLines(planListText(waiting, Date.now(), terminalColumns()));
  const chosen = code === undefined ? undefined : await findPlan(waiting, code, approvals.status);
  await approvals.requireUsableKey();
  await withTerminal('Approving', async (terminal) =>
    approveAtTerminal(terminal, approvals, chosen ?? (await choose(terminal, waiting, approvals))),
  );
}

async function choose(
  terminal: Terminal,
  waiting: readonly PendingApproval[],
  approvals: PassphraseApprovals,
): Promise<PendingApproval> {
  for (let tries = 1; ; tries += 1) {
    const typed = await terminal.ask('\nCode of the plan to show: ');
    if (typed === undefined || typed.trim() === '') throw new ApproverError('Nothing was approved.');
    try {
      return await findPlan(waiting, typed, approvals.status);
    } catch (error) {
      if (tries === MAX_TRIES || !(error instanceof ApproverError)) throw error;
      terminal.say(error.message);
    }
  }
}

async function resetClockIfBehind(approvals: PassphraseApprovals, store: Store, stateDir: string): Promise<void> {
  if (!isBehind(await store.clock.read())) {
    process.stdout.write('The clock is not behind any recorded time. There is nothing to reset.\n');
    return;
  }
  await approvals.requireUsableKey();
  await withTerminal('Resetting the clock', (terminal) => acceptClock(terminal, approvals, store, stateDir));
}

async function openPage(approvals: PassphraseApprovals, stateDir: string, code: string | undefined): Promise<void> {
  const chosen = code === undefined ? undefined : await findPlan(await approvals.list(), code, approvals.status);
  await approvals.requireUsableKey();
  if (!isTerminal()) throw terminalRequired('Opening the local page');
  const { serveLocalPage } = await import('./approve-web.ts');
  await serveLocalPage(approvals, stateDir, chosen);
}

async function withTerminal(what: string, work: (terminal: Terminal) => Promise<void>): Promise<void> {
  if (!isTerminal()) throw terminalRequired(what);
  const terminal = openTerminal();
  try {
    await work(terminal);
  } finally {
    terminal.close();
  }
}

const terminalRequired = (what: string) =>
  new ApproverError(`${what} needs a person at a terminal, but stdin or stdout is not a terminal.`);
