import { commandAnywhere } from '../../own-command.ts';
import { StoreError } from '../../sqlite/store-error.ts';
import { REPLACED, RESTORED, SET_BACK } from './schema-journal.ts';

const codeOf = (error: unknown) => String((error as { code?: unknown }).code ?? '');
const messageOf = (error: unknown) => (error instanceof Error ? error.message : '');

/** PostgreSQL starts or stops, has too many connections, or ended a transaction that has to be repeated; or the network failed. */
const TRANSIENT = /^(?:08(?!P01)|57P0[1-3]|53300|40P01|40001|E(?:[A-Z]+|AI_AGAIN)$)/;
const LOST =
  /^(?:Connection terminated|Query read timeout|timeout (?:exceeded|expired)|Client (?:has encountered|was closed))/;

/** Whether a statement that failed may have had its effect, or may succeed later. */
export const isTransient = (error: unknown): boolean => TRANSIENT.test(codeOf(error)) || LOST.test(messageOf(error));

/** Whether a statement failed for lack of disk space, so that it may succeed once a person has freed some. */
export const isDiskFull = (error: unknown): boolean => codeOf(error) === '53100';

/** What is wrong, and what a person can do about it, by code and message of PostgreSQL or Node.js. */
const KNOWN: readonly [RegExp, string, string][] = [
  [
    new RegExp(RESTORED),
    'was restored from a backup, or a failover lost its newest entries',
    `Follow "Backup and restore" in docs/deploy.md, then run ${commandAnywhere('store accept-restore')}.`,
  ],
  [
    new RegExp(REPLACED),
    'is not the one that this replica used, or was restored to a time before its last accept-restore',
    `Name the right database. After such a restore, run ${commandAnywhere('store accept-restore')}, and remove store-position.json from the state directory of each replica.`,
  ],
  [
    new RegExp(SET_BACK),
    'has a clock that was set back, or was ahead before',
    `Correct it or, if it is correct now, run ${commandAnywhere('approve --reset-clock --store URL')}.`,
  ],
  [/^25006/, 'is read-only, for example a standby', 'Name the primary server.'],
  [
    /^28000 .*(?:no encryption|SSL off)/,
    'does not accept this user from this machine without TLS',
    'Use sslmode=verify-full, or allow it in pg_hba.conf.',
  ],
  [/^28000 no pg_hba/, 'does not accept this user from this machine', 'Allow it in pg_hba.conf.'],
  [/^28P01|^28000/, 'does not accept this user or password', 'Check the user of the URL, PGPASSWORD and PGPASSFILE.'],
  [
    /password must be/,
    'requires a password, and none is set',
    'Set PGPASSWORD, or let PGPASSFILE name a file with it that only you can read (mode 0600).',
  ],
  [
    /does not support SSL/,
    'does not offer TLS',
    'Turn it on in PostgreSQL, or use sslmode=disable on a trusted network.',
  ],
  [
    /^ERR_TLS_CERT_ALTNAME/,
    'has a certificate for another host name',
    'Use a host name that the certificate contains, or sslmode=verify-ca.',
  ],
  [
    /^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)/,
    'has a certificate that has expired or is not valid yet',
    'Renew it, or correct the clock of this machine.',
  ],
  [
    /^(?:SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|CERT_|ERR_TLS_CERT)/,
    'has a certificate that this server cannot verify',
    'Name the certificate of its authority in sslrootcert.',
  ],
  [
    /^3D000/,
    'names a database that does not exist',
    `Create it (createdb), then run ${commandAnywhere('store init')}.`,
  ],
  [
    /^42501/,
    'does not give this user the rights that it needs',
    `Run ${commandAnywhere('store init --roles')}, and grant the role finspace_mcp_server to this user.`,
  ],
  [/^(?:3F000|42P01|42883)/, 'is not initialized', `Run ${commandAnywhere('store init')}.`],
  [/^53100/, 'has no disk space left', 'Free space on the disk of PostgreSQL.'],
  [
    /^08P01/,
    'does not accept the settings of the connection; PgBouncer is not supported',
    'Connect to PostgreSQL itself.',
  ],
];

/** An error of the driver in one line for people; it contains no part of a statement. A `StoreError` stays as it is. */
export function asStoreError(name: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const known = KNOWN.find(([pattern]) => pattern.test(`${codeOf(error)} ${messageOf(error)}`));
  const [, what, advice] = known ?? [undefined, `does not answer (${causeOf(error)})`, NETWORK];
  return new StoreError(`The store ${name} ${what}. ${advice}`, { why: `the store ${what}`, advice, cause: error });
}

const NETWORK = 'Check the database of --store, and the network between this machine and it.';

/** A code if there is one; messages of the driver may contain values. */
function causeOf(error: unknown): string {
  const code = codeOf(error);
  if (code !== '') return code;
  const message = messageOf(error);
  if (/timeout/.test(message)) return 'timed out';
  if (LOST.test(message)) return 'the connection ended';
  return /certificate|SSL|TLS|self.signed/i.test(message) ? message.slice(0, 200) : 'no answer';
}
