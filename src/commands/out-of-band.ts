import type { KeyObject } from 'node:crypto';
import { type Config, defaultStateDir, isEphemeral } from '../config.ts';
import { commandAnywhere, ownCommand, shellWord } from '../own-command.ts';
import type { OutOfBand } from '../safety/approvals.ts';
import { isApprovedBy } from '../safety/approver.ts';
import { approverFolder } from '../safety/approver-keys.ts';
import { LedgerError } from '../safety/ledger.ts';
import { type ServerSignature, WEB } from '../safety/server-signature.ts';

/** The approval page of an HTTP server. */
export interface ServerPage {
  /** An id that differs between servers whose approvers may differ. */
  readonly server: string;
  readonly url: () => string;
  readonly pageSignature: ServerSignature;
}

export interface OutOfBandOptions {
  /** The approver's key, as it was when the server started. */
  readonly approverKey: Promise<KeyObject | undefined>;
  readonly isLedgerShared: boolean;
  /** Whether callers sign in: they may then be on other machines, where paths of this one are useless. */
  readonly signedIn: boolean;
  readonly page: ServerPage | undefined;
}

/** How a person can approve outside the client: on the page of this server, in a terminal, or not at all. */
export function outOfBandApproval(config: Config, options: OutOfBandOptions): () => Promise<OutOfBand | undefined> {
  const { page } = options;
  return async () => {
    const terminal = await terminalApproval(config, options);
    if (page === undefined) return terminal;
    const onPage = `A person approves it on the page ${page.url()}, signed in with a token that has the scope finspace:approve. The caller that requested it cannot approve it.`;
    return {
      accepts: (pending, approval) =>
        approval.channel === WEB
          ? page.pageSignature.verify(pending, approval)
          : (terminal?.accepts(pending, approval) ?? false),
      instructions: (code) => (terminal === undefined ? onPage : `${onPage} ${terminal.instructions(code)}`),
      page: page.url(),
    };
  };
}

/**
 * Approvals in a terminal or on the local page. If an approver's key existed when the server started, only approvals signed with
 * it count. Without a key, unsigned ones count on the local backend only, and never in a shared ledger. A world in memory has no
 * ledger that another process can open.
 */
async function terminalApproval(
  config: Config,
  { approverKey, isLedgerShared, signedIn, page }: OutOfBandOptions,
): Promise<OutOfBand | undefined> {
  const { backend: kind, stateDir } = config;
  if (isEphemeral(config)) return undefined;
  const key = await approverKey.catch((error: Error) => {
    throw unusableKeyError(config, error);
  });
  const instructions = (code: string) => {
    if (signedIn)
      return `${page === undefined ? 'In' : 'Or in'} a terminal on the machine of this server, with its settings: ${commandAnywhere(`approve ${code}`)}`;
    if (isLedgerShared)
      return `In a terminal on this machine, with the same --store: ${approveCommand(code, stateDir)}`;
    return `In a terminal on this machine: ${approveCommand(code, stateDir)} ; or in a browser: ${approveCommand(`--web ${code}`, stateDir)}`;
  };
  const acceptsSignedWith =
    (signer: KeyObject): OutOfBand['accepts'] =>
    (pending, approval) =>
      isApprovedBy(pending, approval, signer);
  if (key !== undefined) return { accepts: acceptsSignedWith(key), instructions };
  return kind === 'local' && !isLedgerShared
    ? { accepts: (_, { channel }) => channel !== WEB, instructions }
    : undefined;
}

/** Says why the approver key cannot be used, and what a person can do about it. */
export function unusableKeyError({ stateDir }: Config, { message }: Error): LedgerError {
  const repair = `A person must repair the folder ${approverFolder(stateDir)} or restore it from a backup, and then restart this server.`;
  const replace = `If the key is lost, "A lost passphrase" in SECURITY.md leads to a new one (${approveCommand('--init', stateDir)}).`;
  return new LedgerError(
    `No call can be approved, because the approver key cannot be used. ${message}.\n${repair} ${replace}`,
  );
}

/** What a person can do so that calls can be approved outside the client, where they cannot yet. */
export const outOfBandAdvice = (config: Config) =>
  isEphemeral(config)
    ? 'restart this server with its world in a file (without --state :memory:)'
    : `set up approvals outside the client (${approveCommand('--init', config.stateDir)}) and restart this server`;

/** An `approve` command with these arguments for a state directory, as a person can run it on this machine. */
export const approveCommand = (args: string, stateDir: string) =>
  `${ownCommand()} approve ${args}${stateDirFlag(stateDir)}`;

/** What a person must add to a command so that it uses this state directory; nothing for the default one. */
const stateDirFlag = (stateDir: string) =>
  stateDir === defaultStateDir(process.env) ? '' : ` --state-dir ${shellWord(stateDir)}`;
