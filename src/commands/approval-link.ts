import type { KeyObject } from 'node:crypto';
import type { Config } from '../config.ts';
import { type Ledger, PLAN_OPEN_MS } from '../safety/ledger.ts';
import type { Attempts } from '../safety/passphrase-attempts.ts';
import { userName } from '../user-name.ts';
import type { Log } from './log.ts';

export interface LinkOptions {
  readonly config: Pick<Config, 'stateDir'>;
  readonly key: KeyObject;
  readonly ledger: Ledger;
  readonly attempts: Attempts;
  readonly log: Log;
  readonly now: () => number;
}

/** Closes the open page: there is one at a time, however often an agent repeats its call. */
let closeOpenPage: (() => Promise<void>) | undefined;

/** Opens the local page in this process, and returns the link to one plan, which the client shows to its user. */
export async function approvalLink(
  { config, key, ledger, attempts, log, now }: LinkOptions,
  firstCode: string,
): Promise<string> {
  const [{ openLocalPage }, { passphraseApprovals }] = await Promise.all([
    import('./local-page.ts'),
    import('../safety/approval-actions.ts'),
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
  await closeOpenPage?.();
  const onerror = (error: unknown) => log.warn({ error: String(error) }, 'approval page');
  const page = await openLocalPage(config.stateDir, { approvals, now, firstCode, onerror });
  closeOpenPage = page.close;
  setTimeout(() => void page.close(), PLAN_OPEN_MS).unref();
  return page.url;
}
