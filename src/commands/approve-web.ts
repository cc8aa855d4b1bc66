import { approvalPage } from '../approval-page/index.ts';
import type { PassphraseApprovals } from '../safety/approval-actions.ts';
import type { PendingApproval } from '../safety/ledger.ts';
import { listen } from '../transports/http/listener.ts';
import { approveCommand } from './out-of-band.ts';

/** Long enough for a series of decisions; a forgotten page still closes. */
const PAGE_OPEN_MS = 60 * 60_000;

/** Serves the local page on a free loopback port and prints its link, until Ctrl-C or for at most an hour. */
export async function serveApprovalPage(
  approvals: PassphraseApprovals,
  stateDir: string,
  first: PendingApproval | undefined,
): Promise<void> {
  let page: ReturnType<typeof approvalPage> | undefined;
  const handle = (request: Request) => (page as NonNullable<typeof page>).handle(request);
  const listener = await listen(handle, { host: '127.0.0.1', port: 0 });
  const origins = ['127.0.0.1', 'localhost'].map((host) => `http://${host}:${listener.port}`);
  const onerror = (error: unknown) =>
    void process.stderr.write(`finspace-mcp: ${error instanceof Error ? error.message : error}\n`);
  const command = (args: string) => approveCommand(args, stateDir);
  page = approvalPage({ approvals, now: Date.now, origins, firstCode: first?.code, command, onerror });
  process.stdout.write(
    `Open this link in your browser. It works once:\n\n  ${origins[0]}${page.link}\n\nPress Ctrl-C to close the page. It closes by itself after an hour.\n`,
  );
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, PAGE_OPEN_MS);
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
      process.once(signal, () => {
        clearTimeout(timer);
        resolve();
      });
  });
  await listener.close();
}
