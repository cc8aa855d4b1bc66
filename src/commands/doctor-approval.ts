import type { KeyObject } from 'node:crypto';
import { type Config, isEphemeral } from '../config.ts';
import { readPinnedApprover } from '../local/pinned-approver.ts';
import { ownCommand } from '../own-command.ts';
import { approverKey, keyFingerprint, trustsForms } from '../safety/approver.ts';
import { DAMAGED_KEY_ADVICE, readKeys } from '../safety/approver-keys.ts';
import { type DoctorFinding, failed, ok, warning } from './finding.ts';
import { worldPlace } from './open-worlds.ts';
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
  const own = key && keyFingerprint(key);
  const pin = (await pinsOf(config, served)).find(({ fingerprint }) => fingerprint !== own);
  if (pin !== undefined) return otherKeyFinding(pin, own);
  if (key === undefined) return noKeyFinding(config);
  const forms = (await trustsForms(stateDir, key)) ? 'Forms count, too' : 'Forms in MCP clients do not count';
  return ok(CHECK, `Needs the passphrase of the key ${own}. ${forms}.`);
}

/** The key, if its private part can be used, too; undefined without a key. Rejects with ApproverError. */
async function usableKey(stateDir: string): Promise<KeyObject | undefined> {
  const key = await approverKey(stateDir);
  if (key !== undefined) await readKeys(stateDir);
  return key;
}

function noKeyFinding({ backend, store, stateDir }: Config): DoctorFinding {
  const counts =
    backend === 'local' && store === undefined
      ? 'Forms in MCP clients and approvals in a terminal count without a passphrase.'
      : 'Forms in MCP clients count; approvals in a terminal do not.';
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

function otherKeyFinding({ fingerprint, what, effect, advice }: Pin, own: string | undefined): DoctorFinding {
  const here = own === undefined ? 'there is no approver key here' : `the key here is ${own}`;
  return failed(CHECK, `${what} is pinned to the approver key ${fingerprint}, but ${here}. ${effect}`, advice);
}

/** The keys to which the store and the worlds are pinned. What cannot be read has a finding of its own. */
async function pinsOf({ store, stateDir }: Config, served: readonly Config[]): Promise<Pin[]> {
  const inStore = store === undefined ? undefined : await fingerprintsInStore(store).catch(() => undefined);
  const folder = `put a copy of the folder approver that holds this key into ${stateDir}`;
  const ofWorlds = served
    .filter((one) => one.backend === 'local' && !isEphemeral(one))
    .map(async (one) => {
      const inFile = () => readPinnedApprover(one.state).catch(() => undefined);
      const fingerprint = one.worldStore === undefined ? await inFile() : inStore?.world;
      return typeof fingerprint === 'string' ? [worldPin(fingerprint, one, folder)] : [];
    });
  const ofReplicas = inStore?.replicas;
  return [
    ...(typeof ofReplicas === 'string' ? [storePin(ofReplicas, folder)] : []),
    ...(await Promise.all(ofWorlds)).flat(),
  ];
}

const fingerprintsInStore = async (url: string) =>
  (await import('../store/postgres/administration.ts')).pinnedApprovers(url);

const storePin = (fingerprint: string, folder: string): Pin => ({
  fingerprint,
  what: 'The store',
  effect: 'No server can join it with this state directory.',
  advice: `To use that key, ${folder}. If the key was replaced on purpose, stop all replicas and run ${ownCommand()} store unpin.`,
});

const worldPin = (fingerprint: string, location: Config, folder: string): Pin => ({
  fingerprint,
  what: `The world in ${worldPlace(location)}`,
  effect: 'No call that needs approval can run.',
  advice: `Name the state directory of this key with --state-dir, or ${folder}. If its passphrase is lost, follow "A lost passphrase" in SECURITY.md.`,
});
