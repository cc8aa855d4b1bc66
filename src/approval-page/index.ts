import type { PassphraseApprovals } from '../safety/approval-actions.ts';
import { browserAccess } from './browser-access.ts';
import { notice } from './notices.ts';
import { type ApprovalPageContext, handlePlans, type RecentPlan } from './plans.ts';
import { clock } from './views.ts';

export interface LocalPageOptions {
  readonly approvals: PassphraseApprovals;
  readonly now: () => number;
  /** The origins that the page is served under, for example `http://127.0.0.1:4000`. */
  readonly origins: readonly string[];
  /** Code of the plan that the link opens; the list of plans when omitted. */
  readonly firstCode?: string | undefined;
  /** The `approve` command with these arguments, as a person can run it. */
  readonly command: (args: string) => string;
  /** Receives the cause of an error for which the page shows only a general message. */
  readonly onerror: (error: unknown) => void;
}

export interface LocalPage {
  /** Path of the link for the person's browser. It works in one browser only. */
  readonly link: string;
  handle(request: Request): Promise<Response>;
}

/** The local page: shows open plans, and accepts the passphrase and the name of the target. Works without scripts. */
export function localPage(options: LocalPageOptions): LocalPage {
  const { approvals, now, origins, firstCode, command, onerror } = options;
  const newLinkText = `For a new link: ${command(firstCode === undefined ? '--web' : `--web ${firstCode}`)}`;
  const access = browserAccess(origins, newLinkText);
  const { home } = access;
  const context: ApprovalPageContext = {
    home,
    now,
    visitor: '',
    actions: approvals,
    recentPlans: new Map<string, RecentPlan>(),
    initCommand: command('--init'),
    proof: () => (approvals.hasPassphrase ? 'passphrase' : 'nothing'),
    formToken: access.formToken,
    approver: async ({ code }, fields, showAgain) => {
      const unlocked = await approvals.unlock(fields.get('passphrase') ?? '');
      if (unlocked.kind === 'open') return unlocked.approver;
      if (unlocked.kind === 'wrong') return showAgain('Wrong passphrase. Nothing was approved.');
      return notice('too-many', { home, code, more: `You can try again at ${clock(unlocked.until)}.` });
    },
    pathAfter: (code) => `${home}${code}`,
  };
  const route = async (request: Request): Promise<Response> => {
    const rejected = access.refusal(request);
    if (rejected !== undefined) return notice(rejected);
    const entering = access.enter(request, `${home}${firstCode ?? ''}`);
    if (entering !== undefined) return entering;
    if (!access.isVisitor(request)) return notice('stranger', { more: newLinkText });
    return handlePlans(request, new URL(request.url).pathname.slice(home.length), context);
  };
  return {
    link: access.link,
    handle: (request) =>
      route(request).catch((error: unknown) => {
        onerror(error);
        return notice('failed', { home });
      }),
  };
}
