import type { Config } from '../config.ts';
import type { PassphraseApprovals } from '../safety/approval-actions.ts';
import { checkPassphrase, initApprover, keyFingerprint } from '../safety/approver.ts';
import { ApproverError, refuseSecondKey, storeFormTrust } from '../safety/approver-keys.ts';
import { unlock } from './approve-dialog.ts';
import type { Terminal } from './approve-terminal.ts';
import { approveCommand } from './out-of-band.ts';
import { pinWorlds, refusePinnedWorld } from './world-owner.ts';

const trustLines = (when: 'count' | 'will count') => [
  `Forms in MCP clients, and sign-ins on the approval page of an HTTP server, ${when} without the passphrase.`,
  'A form is only as trustworthy as its client: an agent that fills in forms approves its own calls.',
];
const notTrustedLine = (stateDir: string) =>
  `Forms in MCP clients do not count: approve with the passphrase. To let forms count, too: ${approveCommand('--trust-forms', stateDir)}`;
const RESTART = 'Restart the servers that use this state directory.';

/** Lets a person choose the passphrase, creates the key, and pins it to the existing worlds. */
export async function setUpKey(
  terminal: Terminal,
  { stateDir, ...location }: Pick<Config, 'stateDir' | 'state' | 'worldStore'>,
  trustForms: boolean,
): Promise<void> {
  await refuseSecondKey(stateDir);
  await refusePinnedWorld(location);
  terminal.say('Approvals will need this passphrase. Keep it from agents and from files that they can read.');
  const first = await terminal.askHidden('New passphrase (at least 10 characters): ');
  if (first !== undefined) checkPassphrase(first);
  const again = first === undefined ? undefined : await terminal.askHidden('The same passphrase again: ');
  if (first === undefined || again === undefined) throw new ApproverError('Nothing was set up.');
  if (first !== again) throw new ApproverError('The two do not match. Nothing was set up.');
  const fingerprint = keyFingerprint(await initApprover(stateDir, first, { trustForms }));
  terminal.say(`Set up. The key is ${fingerprint}`);
  await pinWorlds(location, fingerprint);
  for (const line of trustForms ? trustLines('count') : [notTrustedLine(stateDir)]) terminal.say(line);
  terminal.say(RESTART);
}

/** Lets the owner of the key declare, with the passphrase, that forms count without it. */
export async function trustForms(terminal: Terminal, approvals: PassphraseApprovals, stateDir: string): Promise<void> {
  if (!approvals.hasPassphrase) throw new ApproverError('Forms count here: no passphrase was set up.');
  await approvals.requireUsableKey();
  for (const line of trustLines('will count')) terminal.say(line);
  terminal.say('Type the passphrase to allow that.');
  const { trustInForms } = await unlock(terminal, approvals);
  await storeFormTrust(stateDir, trustInForms);
  terminal.say(`Allowed. ${RESTART}`);
}

/** Revokes the trust in forms. This needs no passphrase, because it only makes approvals harder to give. */
export async function distrustForms(stateDir: string): Promise<void> {
  await storeFormTrust(stateDir, undefined);
  process.stdout.write(`Forms no longer count. ${RESTART}\n`);
}
