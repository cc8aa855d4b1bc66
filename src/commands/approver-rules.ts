import type { KeyObject } from 'node:crypto';
import { type Config, isEphemeral } from '../config.ts';
import { approverKey, keyFingerprint, trustsForms } from '../safety/approver.ts';
import { LedgerError } from '../safety/ledger.ts';
import type { Store } from '../store/store.ts';
import type { Log } from './log.ts';
import { approveCommand, unusableKeyError } from './out-of-band.ts';

/** The rules that the approver's key of a server sets, as they were when the server started. */
export interface ApproverRules {
  /** Undefined if no key was set up. Rejects when the key cannot be trusted. */
  readonly key: Promise<KeyObject | undefined>;
  /** Its fingerprint; undefined if there is no trusted key. */
  fingerprint(): Promise<string | undefined>;
  /** The fingerprint that replicas must have in common; empty if no key was set up. Rejects when the key cannot be trusted. */
  sharedFingerprint(): Promise<string>;
  /** The command with which the owner lets forms count. */
  readonly trustCommand: string;
  /** Whether approvals without a passphrase count: forms, and sign-ins on the page of an HTTP server. */
  trustsForms(): Promise<boolean>;
  /** Throws LedgerError if the world is pinned to a key, unless this server has that key and can trust it. */
  requirePinnedKey(pinned: string | null): Promise<void>;
}

/** The rules of a state directory. A local world in memory has no approver, because it has nothing to protect. */
export function approverRules(config: Config): ApproverRules {
  const key = isEphemeral(config) ? Promise.resolve(undefined) : approverKey(config.stateDir);
  const areFormsTrusted = key
    .then((approver) => approver === undefined || trustsForms(config.stateDir, approver))
    .catch(() => false);
  key.catch(() => {});
  const fingerprint = () =>
    key.then(
      (approver) => approver && keyFingerprint(approver),
      () => undefined,
    );
  const sharedFingerprint = () => key.then((approver) => (approver === undefined ? '' : keyFingerprint(approver)));
  return {
    key,
    fingerprint,
    sharedFingerprint,
    trustCommand: approveCommand('--trust-forms', config.stateDir),
    trustsForms: () => areFormsTrusted,
    requirePinnedKey: async (pinned) => {
      if (pinned === null) return;
      const serverKey = await sharedFingerprint().catch((error: Error) => {
        throw unusableKeyError(config, error);
      });
      if (pinned === serverKey) return;
      throw new LedgerError(
        `This world is pinned to the approver key ${pinned}; this server has ${serverKey === '' ? 'none' : `the key ${serverKey}`}. ` +
          'No call that needs approval runs here. The person who owns the key must restart the server with the state directory that holds it (--state-dir).',
      );
    },
  };
}

/** Logs which key approvals need and, once per store, that forms do not count and how to change that. */
export async function reportApprover(rules: ApproverRules, store: Pick<Store, 'isFirst'>, log: Log): Promise<void> {
  const approver = await rules.fingerprint();
  if (approver === undefined) return;
  const forms = await rules.trustsForms();
  log.info(
    { approver, forms },
    `approvals need the passphrase of this key; forms ${forms ? 'count too' : 'do not count'}`,
  );
  if (forms || !(await store.isFirst('forms do not count'))) return;
  log.warn(
    { approver },
    'forms in MCP clients, and sign-ins on the approval page of an HTTP server, do not count as approval while there is an approver key: ' +
      `approve with the passphrase. To let them count, too: ${rules.trustCommand}`,
  );
}
