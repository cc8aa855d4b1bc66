import type { KeyObject } from 'node:crypto';
import type { Config } from '../config.ts';
import { type Ledger, PLAN_OPEN_MS } from '../safety/ledger.ts';
import type { Attempts } from '../safety/passphrase-attempts.ts';
import { userName } from '../user-name.ts';
import type { Log } from './log.ts';
import { approveCommand } from './out-of-band.ts';

export interface LinkOptions {
  readonly config: Pick<Config, 'stateDir'>;
  readonly key: KeyObject;
  readonly ledger: Ledger;
  readonly attempts: Attempts;
  readonly log: Log;
  readonly now: () => number;
}

/** Closes the open page: there is one at a time, however often an agent repeats its call. */
let close: (() => Promise<void>) | undefined;

/**
 * Opens the local page in this process on a free loopback port, and returns the link to one plan, which the client shows to
 * its user.
 */
export async function approvalLink(
  { config, key, ledger, attempts, log, now }: LinkOptions,
  code: string,
): Promise<string> {
  const [{ approvalPage }, { passphraseApprovals }, { listen }] = await Promise.all([
    import('../approval-page/index.ts'),
    import('../safety/approval-actions.ts'),
    import('../transports/http/listener.ts'),
  ]);
  const approvals = passphraseApprovals({
    dir: config.stateDir,
    key,
    ledger,
    attempts,
    now,
    user: userName(),
    channel: 'page',
  });
  let page: ReturnType<typeof approvalPage> | undefined;
  await close?.();
  const listener = await listen((request) => (page as NonNullable<typeof page>).handle(request), {
    host: '127.0.0.1',
    port: 0,
  });
  const origin = `http://127.0.0.1:${listener.port}`;
  const onerror = (error: unknown) => log.warn({ error: String(error) }, 'approval page');
  const command = (args: string) => approveCommand(args, config.stateDir);
  page = approvalPage({ approvals, now, origins: [origin], firstCode: code, command, onerror });
  close = () => listener.close();
  setTimeout(() => void listener.close(), PLAN_OPEN_MS).unref();
  return `${origin}${page.link}`;
}
