import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ClientConfig } from 'pg';
import { isLoopback } from '../../loopback.ts';
import { StoreError } from '../../sqlite/store-error.ts';
import { userName } from '../../user-name.ts';
import { hostOf, parsedStoreUrl, TLS_MODES } from '../url.ts';

/** Where a store is, and how to connect to it. */
export interface StoreTarget {
  /** `host:port/database`, without user and password. */
  readonly name: string;
  readonly client: ClientConfig;
}

const FILES = { sslrootcert: 'PGSSLROOTCERT', sslcert: 'PGSSLCERT', sslkey: 'PGSSLKEY' } as const;

/** How to connect to a store. Throws `StoreError` for a file that cannot be read or a setting that is missing or wrong. */
export function storeTarget(text: string, env: NodeJS.ProcessEnv = process.env): StoreTarget {
  const url = parsedStoreUrl(text) as URL;
  const given = (name: string, variable: string) => url.searchParams.get(name) ?? (env[variable] || undefined);
  const user = decodeURIComponent(url.username) || given('user', 'PGUSER') || userName();
  const host = url.searchParams.get('host') ?? (hostOf(url) || env['PGHOST'] || 'localhost');
  const port = Number(url.port || given('port', 'PGPORT') || 5432);
  const database = decodeURIComponent(url.pathname.slice(1)) || given('dbname', 'PGDATABASE') || user;
  const name = `${host}:${port}/${database}`;
  const parameters = { host, port, database, user };
  const password = decodeURIComponent(url.password) || env['PGPASSWORD'] || undefined;
  return {
    name,
    client: {
      ...parameters,
      password: password ?? (() => passwordInFile(parameters, env)),
      ssl: tlsOf(name, host, given),
    },
  };
}

const isThisMachine = (host: string) => host.startsWith('/') || isLoopback(host);

/** TLS as libpq names its modes. Without one, a server on another machine must prove who it is. */
function tlsOf(name: string, host: string, given: (name: string, variable: string) => string | undefined) {
  const mode = given('sslmode', 'PGSSLMODE') ?? (isThisMachine(host) ? 'disable' : 'verify-full');
  if (!TLS_MODES.includes(mode)) throw new StoreError(`${name}: PGSSLMODE expects one of ${TLS_MODES.join(', ')}`);
  if (mode === 'disable' || host.startsWith('/')) return false;
  const [ca, cert, key] = Object.entries(FILES).map(([parameter, variable]) =>
    contentOf(name, parameter, given(parameter, variable)),
  );
  if (mode === 'verify-ca' && ca === undefined) throw new StoreError(`${name}: sslmode=verify-ca needs sslrootcert`);
  const isVerified = mode !== 'require' || ca !== undefined;
  const anyName = mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined };
  return { ca, cert, key, rejectUnauthorized: isVerified, ...anyName };
}

function contentOf(name: string, parameter: string, path: string | undefined): string | undefined {
  if (path === undefined || path === 'system') return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new StoreError(`${name}: ${parameter}: ${path} cannot be read`);
  }
}

interface ConnectionParameters {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** The password of the first line of `PGPASSFILE` that fits; empty without one, as for libpq. */
function passwordInFile({ host, port, database, user }: ConnectionParameters, env: NodeJS.ProcessEnv): string {
  const path = env['PGPASSFILE'] ?? join(homedir(), '.pgpass');
  const wanted = [host.startsWith('/') ? 'localhost' : host, String(port), database, user];
  for (const line of linesOf(path)) {
    const fields = line.split(UNESCAPED_COLON).map((field) => field.replaceAll(/\\(.)/g, '$1'));
    const fits = wanted.every(
      (value, at) => fields[at] === '*' || fields[at] === value || (at === 0 && fields[0] === host),
    );
    if (fits && fields[4] !== undefined) return fields[4];
  }
  return '';
}

const UNESCAPED_COLON = /(?<=(?<!\\)(?:\\\\)*):/;

/** libpq ignores a password file that others can read, and so does this. */
function linesOf(path: string): string[] {
  try {
    const { mode } = statSync(path);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) return [];
    return readFileSync(path, 'utf8').split(/\r?\n/);
  } catch {
    return [];
  }
}
