import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { CLI } from '../support/hosts.ts';
import { give, SKIPPED, user } from './cluster.ts';
import { databaseIn, startStores, type TestStores } from './shared-store.ts';

const WHY = SKIPPED || (existsSync('/usr/sbin/pgbouncer') ? '' : 'SKIPPED: PgBouncer is not installed');

describe.skipIf(WHY !== '')(`a store behind PgBouncer in transaction mode ${WHY}`, { timeout: 120_000 }, () => {
  let stores: TestStores;
  beforeAll(async () => {
    stores = await startStores();
  }, 120_000);
  afterAll(() => stores.stop(), 120_000);

  it.each([
    ['refuses the settings of the connection', '', 'does not accept the settings of the connection; PgBouncer'],
    [
      'ignores them',
      'ignore_startup_parameters = options',
      'does not apply the settings of the connection, as with PgBouncer',
    ],
  ])('that %s is rejected in one line', async (_, setting, message) => {
    const database = databaseIn(await stores.fresh());
    const folder = mkdtempSync(join(tmpdir(), 'pgbouncer-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const config = join(folder, 'pgbouncer.ini');
    const settings = [
      ...['[databases]', `* = host=${stores.cluster.folder} user=postgres`, '[pgbouncer]', 'pool_mode = transaction'],
      ...['auth_type = any', `unix_socket_dir = ${folder}`, 'listen_port = 5432', setting],
    ];
    writeFileSync(config, `${settings.join('\n')}\n`);
    give(folder);
    give(config);
    const pgbouncer = spawn('/usr/sbin/pgbouncer', [config], { ...user, stdio: 'ignore' });
    onTestFinished(() => void pgbouncer.kill('SIGKILL'));
    await expect.poll(() => existsSync(join(folder, '.s.PGSQL.5432')), { timeout: 10_000 }).toBe(true);
    const url = `postgres://postgres@/${database}?host=${encodeURIComponent(folder)}`;
    const begun = performance.now();
    const { stdout, stderr, status } = spawnSync(process.execPath, [CLI, 'store', 'status', '--store', url], {
      encoding: 'utf8',
    });
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    // It does not wait, because the problem does not pass by itself.
    expect(performance.now() - begun).toBeLessThan(7_000);
  });
});
