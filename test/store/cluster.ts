import { execFile, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

const DEBIAN = '/usr/lib/postgresql';
const folders = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
const binaries = folders.map((version) => join(DEBIAN, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));

/** The user that runs PostgreSQL if this process runs as root, because PostgreSQL refuses to. */
export const user = process.getuid?.() === 0 ? idsOf('postgres') : undefined;

/** Why no test here can start PostgreSQL; empty if one can. */
export const SKIPPED =
  binaries === undefined
    ? 'SKIPPED: PostgreSQL is not installed (apt-get install postgresql)'
    : process.getuid?.() === 0 && user === undefined
      ? 'SKIPPED: there is no user postgres'
      : '';
if (SKIPPED !== '') console.warn(`The store in PostgreSQL is not tested. ${SKIPPED}`);

function idsOf(name: string): { uid: number; gid: number } | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout));
  return uid ? { uid, gid: gid as number } : undefined;
}

/** A separate PostgreSQL server on a Unix socket, with fsync. */
export interface Cluster {
  /** The folder of its socket. */
  readonly folder: string;
  /** The URL of a database. */
  url(database: string, user?: string): string;
  /** Creates a database, as a copy of another one if that is named. */
  create(database: string, template?: string): Promise<string>;
  query<T extends object>(database: string, text: string, values?: unknown[]): Promise<T[]>;
  start(options?: string): Promise<void>;
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** Kills its processes. */
  kill(): Promise<void>;
  /** Suspends its processes, so that connections stay open and nothing is answered. */
  pause(): void;
  resume(): void;
  /** A standby server, which follows this one until it is promoted. */
  standby(isSynchronous: boolean): Promise<Cluster & { promote(): Promise<void> }>;
  /** A cold backup of its files, and a function that restores it. */
  backup(): Promise<{ restore(): Promise<void> }>;
  remove(): Promise<void>;
}

/** Gives a file or folder to the user that runs PostgreSQL. */
export function give(path: string): void {
  if (user !== undefined) chownSync(path, user.uid, user.gid);
}

/** Starts a new cluster, with its files in a folder. */
export async function startCluster(parent = tmpdir(), ...options: readonly string[]): Promise<Cluster> {
  const folder = mkdtempSync(join(parent, 'finspace-pg-'));
  give(folder);
  const data = join(folder, 'data');
  await bin('initdb', '-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C', '--no-sync', ...options);
  const config = ["listen_addresses = ''", 'wal_level = replica', 'max_wal_senders = 4', 'max_connections = 200'];
  writeFileSync(join(data, 'postgresql.auto.conf'), `${config.join('\n')}\n`);
  const cluster = clusterIn(folder);
  await cluster.start();
  return cluster;
}

const bin = (name: string, ...args: string[]) =>
  run(join(String(binaries), name), args, { ...user, cwd: tmpdir(), env: { PATH: process.env['PATH'] ?? '' } });

/** The cluster with its files in a folder. */
export function clusterIn(folder: string): Cluster {
  const data = join(folder, 'data');
  const url = (database: string, name = 'postgres') =>
    `postgres://${name}@/${database}?host=${encodeURIComponent(folder)}`;
  const query = async <T extends object>(database: string, text: string, values: unknown[] = []): Promise<T[]> => {
    const client = new pg.Client({ host: folder, database, user: 'postgres' });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query<T>(text, values)).rows;
    } finally {
      await client.end();
    }
  };
  const processes = () => {
    if (!existsSync(join(data, 'postmaster.pid'))) return [];
    const [first = ''] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', first.trim()], { encoding: 'utf8' });
    return [first, ...stdout.split('\n')].map(Number).filter((pid) => pid > 1);
  };
  const signal = (name: NodeJS.Signals) => {
    for (const pid of processes()) {
      try {
        process.kill(pid, name);
      } catch {
        // It has ended.
      }
    }
  };
  const start = async (options = '') => {
    const args = ['-D', data, '-l', join(folder, 'log'), '-o', `-k ${folder} ${options}`, '-w', '-t', '30', 'start'];
    await bin('pg_ctl', ...args).catch((error: Error) => {
      throw new Error(`${error.message}\n${readFileSync(join(folder, 'log'), 'utf8').slice(-2_000)}`);
    });
  };
  const stop = async (mode = 'fast') => void (await bin('pg_ctl', '-D', data, '-m', mode, '-w', 'stop'));
  return {
    folder,
    url,
    query,
    start,
    stop,
    create: async (database, template = 'template1') => {
      await query('postgres', `CREATE DATABASE ${database} TEMPLATE ${template}`);
      return url(database);
    },
    kill: async () => {
      const [postmaster = 0] = processes();
      signal('SIGKILL');
      for (let tries = 0; tries < 200 && existsSync(`/proc/${postmaster}`); tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 10));
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    standby: async (isSynchronous) => {
      const own = mkdtempSync(join(tmpdir(), 'finspace-pg-'));
      give(own);
      const source = `host=${folder} user=postgres application_name=standby`;
      await bin(
        'pg_basebackup',
        '-D',
        join(own, 'data'),
        '-d',
        source,
        '-R',
        '-X',
        'stream',
        '-c',
        'fast',
        '--no-sync',
      );
      const standby = clusterIn(own);
      await standby.start();
      if (isSynchronous) {
        await query('postgres', "ALTER SYSTEM SET synchronous_standby_names = 'standby'");
        await query('postgres', 'SELECT pg_reload_conf()');
      }
      return { ...standby, promote: async () => void (await bin('pg_ctl', '-D', join(own, 'data'), '-w', 'promote')) };
    },
    backup: async () => {
      const copy = `${data}.backup`;
      await stop();
      await run('cp', ['-a', data, copy]);
      await start();
      return {
        restore: async () => {
          await stop('immediate');
          rmSync(data, { recursive: true });
          await run('cp', ['-a', copy, data]);
          await start();
        },
      };
    },
    remove: async () => {
      signal('SIGCONT');
      await stop('immediate').catch(() => {});
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
