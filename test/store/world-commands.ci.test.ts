import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateKxDatabaseCommand,
  CreateKxEnvironmentCommand,
  FinspaceClient,
  GetKxEnvironmentCommand,
  ListKxEnvironmentsCommand,
} from '@aws-sdk/client-finspace';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { DoctorFinding } from '../../src/commands/finding.ts';
import { NO_PTY, openTerminal } from '../approval/pty.ts';
import { modern } from '../http/support.ts';
import { CLI } from '../support/hosts.ts';
import { KMS_KEY } from '../support/session-calls.ts';
import { SKIPPED } from './cluster.ts';
import { databaseIn, startStores, type TestStores } from './shared-store.ts';

describe.skipIf(SKIPPED !== '')(`commands on worlds in a store ${SKIPPED}`, { timeout: 120_000 }, () => {
  let stores: TestStores;
  let folder: string;
  let url: string;
  beforeAll(async () => {
    stores = await startStores();
  }, 120_000);
  afterAll(() => stores.stop(), 120_000);
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'finspace-worlds-'));
    url = await stores.fresh();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const env = () => ({ PATH: process.env['PATH'] ?? '', FINSPACE_MCP_STATE_DIR: join(folder, 'state') });
  function run(...args: string[]) {
    const { stdout, stderr, status } = spawnSync(process.execPath, [CLI, ...args], { env: env(), encoding: 'utf8' });
    return { stdout, stderr, status };
  }

  /** Starts a server, and resolves with its address once it listens. */
  async function serve(...args: string[]): Promise<string> {
    const server = spawn(process.execPath, [CLI, ...args, '--port', '0'], {
      env: env(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    onTestFinished(async () => {
      server.kill('SIGKILL');
      await new Promise((resolve) => server.once('close', resolve));
    });
    let said = '';
    return new Promise((resolve, reject) => {
      server.stderr.on('data', (chunk) => {
        said += chunk;
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
        if (found !== undefined) resolve(found);
      });
      server.once('close', () => reject(new Error(said)));
    });
  }
  const client = (endpoint: string) =>
    new FinspaceClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'any', secretAccessKey: 'any' } });

  it('serve one world from several servers of the local service, and to agents', async () => {
    const local = ['local', '--store', url, '--world', 'empty', '--lifecycle', 'instant'];
    const [one, two] = await Promise.all([serve(...local), serve(...local)]);
    const { environmentId } = await client(one).send(
      new CreateKxEnvironmentCommand({ name: 'kdb-team', kmsKeyId: KMS_KEY }),
    );
    expect(await client(two).send(new GetKxEnvironmentCommand({ environmentId }))).toMatchObject({
      name: 'kdb-team',
      status: 'CREATED',
    });
    const http = await serve('http', '--store', url, '--seal-keys', stores.sealKeys, '--lifecycle', 'instant');
    const call = { name: 'create_kx_database', arguments: { environmentId, databaseName: 'trades' } };
    expect((await modern(`${http}/mcp`, 'tools/call', call)).status).toBe(200);
    const again = client(two).send(
      new CreateKxDatabaseCommand({ environmentId, databaseName: 'trades', clientToken: 'one' }),
    );
    await expect(again).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
    expect(existsSync(join(folder, 'state', 'world.db'))).toBe(false);
    expect(run('world', 'list', '--store', url).stdout).toBe('us-east-1 111122223333: 1 kxEnvironment, 1 kxDatabase\n');
  });

  it('export, import and reset a world, and keep one that was changed', async () => {
    expect(run('world', 'list', '--store', url).stdout).toMatch(/^No worlds yet/);
    expect(run('world', 'export', '--store', url)).toMatchObject({
      stdout: '',
      status: 2,
      stderr: expect.stringMatching(/^[^\n]*has no world in us-east-1\n$/),
    });
    expect(run('world', 'reset', '--store', url).stdout).toBe('The world in us-east-1 is now demo.\n');
    const demo = run('world', 'export', '--store', url).stdout;
    const there = await serve('local', '--store', url);
    const { environments = [] } = await client(there).send(new ListKxEnvironmentsCommand({}));
    expect(environments.map(({ name }) => name)).toContain('kdb-prod');
    await client(there).send(
      new CreateKxDatabaseCommand({
        environmentId: environments[0]?.environmentId,
        databaseName: 'mine',
        clientToken: 't',
      }),
    );
    const changed = run('world', 'export', '--store', url).stdout;
    expect(run('world', 'reset', '--world', 'empty', '--store', url)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/--yes: required/),
    });
    const reset = run('world', 'reset', '--world', 'empty', '--yes', '--store', url);
    expect(reset).toMatchObject({ status: 0 });
    const kept = /The previous world is in (\S+)/.exec(reset.stdout)?.[1] as string;
    expect(readFileSync(kept, 'utf8').trim()).toBe(changed.trim());
    expect(run('world', 'import', '--world', kept, '--store', url).status).toBe(0);
    expect(run('world', 'export', '--store', url).stdout).toBe(changed);
    expect(demo).not.toBe(changed);
    expect(existsSync(join(folder, 'state', 'world.db'))).toBe(false);
    expect(run('journal', 'show', '--store', url).stdout.trim().split('\n').length).toBeGreaterThan(3);
  });

  it('import the world of a state directory into the store', async () => {
    const owner = stores.cluster.url(databaseIn(url));
    expect(run('world', 'reset', '--world', 'demo').status).toBe(0);
    const before = run('world', 'export').stdout;
    const imported = run('store', 'import', '--store', owner);
    expect(imported).toMatchObject({ status: 0, stdout: expect.stringMatching(/Imported the world in us-east-1 of /) });
    expect(run('world', 'export', '--store', url).stdout).toBe(before);
  });

  it.skipIf(NO_PTY !== undefined)('say how a world leaves the store whose approver key is lost', async () => {
    const state = join(folder, 'state');
    const init = async (store: string, said: string) => {
      const terminal = openTerminal('approve', '--init', '--state-dir', state, '--store', store);
      if (said === 'Set up.')
        for (const prompt of ['New passphrase', 'The same passphrase again']) {
          await terminal.sees(prompt);
          terminal.types('a passphrase of a test');
        }
      await terminal.sees(said);
      await terminal.exitCode();
      return terminal.screen();
    };
    expect(run('world', 'reset', '--store', url).status).toBe(0);
    await init(url, 'Set up.');
    rmSync(join(state, 'approver'), { recursive: true });

    const advice =
      `export the world, create a store in another database (node ${JSON.stringify(realpathSync(CLI))} store init), ` +
      'run this again with that --store, and import the world.';
    expect((await init(url, 'no other key can approve in it.')).replaceAll(/\s+/g, ' ')).toContain(advice);
    const exported = run('world', 'export', '--store', url).stdout;
    const file = join(folder, 'mine.json');
    writeFileSync(file, exported);
    const other = await stores.fresh();
    await init(other, 'Set up.');
    expect(run('world', 'import', '--world', file, '--store', other).status).toBe(0);
    expect(run('world', 'export', '--store', other).stdout).toBe(exported);
  });

  it('include doctor, which reports that the store or its world is pinned to another approver key', async () => {
    const approval = () => {
      const { checks } = JSON.parse(run('doctor', '--json', '--store', url).stdout) as { checks: DoctorFinding[] };
      return checks.find(({ check }) => check === 'approval');
    };
    const name = databaseIn(url);
    expect(approval()).toMatchObject({ status: 'warning' });
    await stores.cluster.query(name, "UPDATE finspace_mcp.identity SET approver = 'SHA256:of the world'");
    expect(approval()).toMatchObject({
      status: 'failed',
      detail: expect.stringMatching(
        /^The world in the store .* SHA256:of the world, but there is no approver key here\. /,
      ),
    });
    const pin = "INSERT INTO finspace_mcp.pins VALUES ('approver', 'SHA256:of the replicas', 'another:1', 0)";
    await stores.cluster.query(name, pin);
    expect(approval()).toMatchObject({
      status: 'failed',
      detail: expect.stringMatching(
        /^The store is pinned to the approver key SHA256:of the replicas, .* No server can join/,
      ),
      advice: expect.stringContaining('store unpin'),
    });
  });

  it('reject a missing world file in one line, and change nothing', async () => {
    run('world', 'reset', '--world', 'empty', '--store', url);
    const missing = run('world', 'import', '--world', join(folder, 'missing.json'), '--store', url);
    expect(missing.status).not.toBe(0);
    expect(missing.stderr).toMatch(/^[^\n]*missing\.json[^\n]*\n$/);
    expect(run('world', 'list', '--store', url).stdout).toBe('us-east-1 111122223333 (unchanged): empty\n');
  });

  it('name a database that does not answer in one line', () => {
    const nowhere = run('local', '--store', 'postgres://127.0.0.1:1/d');
    expect(nowhere).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^[^\n]*does not answer \(ECONNREFUSED\)[^\n]*\n$/),
    });
  });
});
