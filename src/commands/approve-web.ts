import { setTimeout as pause } from 'node:timers/promises';
import type { PassphraseApprovals } from '../safety/approval-actions.ts';
import type { PendingApproval } from '../safety/ledger.ts';
import { openLocalPage } from './local-page.ts';
import { stopSignal } from './stop-signal.ts';

/** Long enough for a series of decisions; a forgotten page still closes. */
const PAGE_OPEN_MS = 60 * 60_000;

/** Serves the local page and prints its link, until Ctrl-C or for at most an hour. */
export async function serveLocalPage(
  approvals: PassphraseApprovals,
  stateDir: string,
  first: PendingApproval | undefined,
): Promise<void> {
  const onerror = (error: unknown) =>
    void process.stderr.write(`finspace-mcp: ${error instanceof Error ? error.message : error}\n`);
  const page = await openLocalPage(stateDir, { approvals, now: Date.now, firstCode: first?.code, onerror });
  process.stdout.write(
    `Open this link in your browser. It works in one browser only:\n\n  ${page.url}\n\nPress Ctrl-C to close the page. It closes by itself after an hour.\n`,
  );
  await Promise.race([stopSignal('SIGHUP'), pause(PAGE_OPEN_MS)]);
  await page.close();
}
