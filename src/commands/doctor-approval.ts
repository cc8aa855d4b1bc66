import type { KeyObject } from 'node:crypto';
import { type Config, isEphemeral } from '../config.ts';
import { readPinnedApprover } from '../local/pinned-approver.ts';
import { ownCommand } from '../own-command.ts';
import { approverKey, keyFingerprint, trustsForms } from '../safety/approver.ts';
import { DAMAGED_KEY_ADVICE, readKeys } from '../safety/approver-keys.ts';
import { type DoctorFinding, failed, ok, warning } from './finding.ts';
import { worldLocationText } from './open-worlds.ts';
import { approveCommand } from './out-of-band.ts';

const CHECK = 'approval';

/** How people approve calls with these settings; `served` are the configurations of the backends. */
export async function approvalFinding(config: Config, served: readonly Config[] = [config]): Promise<DoctorFinding> {
  const { approve, stateDir } = config;
  if (approve === 'none') return warning(CHECK, 'No call needs approval, not even a delete (--approve none).');
  if (isEphemeral(config)) return ok(CHECK, 'Forms in the MCP client count. The world in memory needs no passphrase.');
  let key: KeyObject | undefined;
  try {
    key = await usableKey(stateDir);
  } catch (error) {
    const why = `The approver key cannot be used, so nobody can approve: ${(error as Error).message}`;
    return failed(CHECK, why, DAMAGED_KEY_ADVICE);
  }
  const usableFingerprint = key && keyFingerprint(key);
  const pin = (await pinsOf(config, served)).find(({ fingerprint }) => fingerprint !== usableFingerprint);
  if (pin !== undefined) return otherKeyFinding(pin, usableFingerprint);
  if (key === undefined) return noKeyFinding(stateDir, served);
  const forms = (await trustsForms(stateDir, key)) ? 'Forms count, too' : 'Forms in MCP clients do not count';
  return ok(CHECK, `Needs the passphrase of the key ${usableFingerprint}. ${forms}.`);
}

/** The key, if its private part can be used, too; undefined without a key. Rejects with ApproverError. */
async function usableKey(stateDir: string): Promise<KeyObject | undefined> {
  const key = await approverKey(stateDir);
  if (key !== undefined) await readKeys(stateDir);
  return key;
}

function noKeyFinding(stateDir: string, served: readonly Config[]): DoctorFinding {
  const kept = served.filter((one) => !isEphemeral(one));
  const counting = kept.filter(({ backend, store }) => backend === 'local' && store === undefined);
  const counts =
    counting.length === kept.length
      ? 'Forms in MCP clients and approvals in a terminal count without a passphrase.'
      : `Forms in MCP clients count; approvals in a terminal ${counting.length > 0 ? 'count only for local targets' : 'do not'}.`;
  const init = `To require a passphrase: ${approveCommand('--init', stateDir)}`;
  return warning(CHECK, `There is no approver key. ${counts}`, init);
}

/** A key without which something of these settings does not work. */
interface Pin {
  readonly fingerprint: string;
  /** What is pinned to the key. */
  readonly what: string;
  /** What does not work without the key. */
  readonly effect: string;
  readonly advice: string;
}

function otherKeyFinding(
  { fingerprint, what, effect, advice }: Pin,
  usableFingerprint: string | undefined,
): DoctorFinding {
  const here =
    usableFingerprint === undefined ? 'there is no approver key here' : `the key here is ${usableFingerprint}`;
  return failed(CHECK, `${what} is pinned to the approver key ${fingerprint}, but ${here}. ${effect}`, advice);
}

/** The keys to which the store and the worlds are pinned. What cannot be read has a finding of its own. */
async function pinsOf({ store, stateDir }: Config, served: readonly Config[]): Promise<Pin[]> {
  const pinnedInStore = store === undefined ? undefined : await fingerprintsInStore(store).catch(() => undefined);
  const copyAdvice = `put a copy of the folder approver that holds this key into ${stateDir}`;
  const worldPins = served
    .filter((one) => one.backend === 'local' && !isEphemeral(one))
    .map(async (one) => {
      const readFile = () => readPinnedApprover(one.state).catch(() => undefined);
      const fingerprint = one.worldStore === undefined ? await readFile() : pinnedInStore?.world;
      return typeof fingerprint === 'string' ? [worldPin(fingerprint, one, copyAdvice)] : [];
    });
  const replicas = pinnedInStore?.replicas;
  return [
    ...(typeof replicas === 'string' ? [storePin(replicas, copyAdvice)] : []),
    ...(await Promise.all(worldPins)).flat(),
  ];
}

const fingerprintsInStore = async (url: string) =>
  (await import('../store/postgres/administration.ts')).pinnedApprovers(url);

const storePin = (fingerprint: string, copyAdvice: string): Pin => ({
  fingerprint,
  what: 'The store',
  effect: 'No server can join it with this state directory.',
  advice: `To use that key, ${copyAdvice}. If the key was replaced on purpose, stop all replicas and run ${ownCommand()} store unpin.`,
});

const worldPin = (fingerprint: string, location: Config, copyAdvice: string): Pin => ({
  fingerprint,
  what: `The world in ${worldLocationText(location)}`,
  effect: 'No call that needs approval can run.',
  advice: `Name the state directory of this key with --state-dir, or ${copyAdvice}. If its passphrase is lost, follow "A lost passphrase" in SECURITY.md.`,
});
