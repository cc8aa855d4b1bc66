import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startLocal } from '../../src/api.ts';
import { approvalFinding } from '../../src/commands/doctor-approval.ts';
import { freeBytesAt, stateFinding } from '../../src/commands/doctor-state.ts';
import type { DoctorFinding } from '../../src/commands/finding.ts';
import { configure } from '../../src/config.ts';
import { initApprover } from '../../src/safety/approver.ts';
import { freePort } from '../support/free-port.ts';
import { CLI } from '../support/hosts.ts';

const SECRET = 'wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY';
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: SECRET };

describe('finspace-mcp doctor', () => {
  let folder: string;
  let state: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-doctor-'));
    state = join(folder, 'state');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs the binary with a separate environment. */
  const run = (args: readonly string[], more: Record<string, string> = {}) =>
    new Promise<{ code: number | null; out: string; said: string }>((resolve) => {
      const env = { PATH: process.env['PATH'], HOME: folder, AWS_EC2_METADATA_DISABLED: 'true', ...more };
      const child = execFile(process.execPath, [CLI, ...args, '--state-dir', state], { env }, (_, out, said) =>
        resolve({ code: child.exitCode, out, said }),
      );
    });
  const doctor = async (args: readonly string[] = [], env: Record<string, string> = {}) => {
    const { code, out } = await run(['doctor', '--json', ...args], env);
    const report = JSON.parse(out) as { ok: boolean; checks: DoctorFinding[] };
    expect(report.ok).toBe(code === 0);
    expect(out).not.toContain(SECRET);
    return new Map(report.checks.map(({ check, ...found }) => [check, found]));
  };
  const aws = (endpoint: string) => ['--backend', 'aws', '--endpoint', endpoint];
  const serve = async (answer: RequestListener) => {
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  /** Everything in the folder, with its content and times. */
  const snapshot = () =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => {
      const { mode, mtimeMs } = statSync(join(folder, name));
      const isFile = statSync(join(folder, name)).isFile();
      return { name, mode, mtimeMs, content: isFile ? readFileSync(join(folder, name), 'base64') : '' };
    });

  it('reports no problems on a new machine, one line for each check, and creates nothing', async () => {
    const { code, out, said } = await run(['doctor']);
    expect({ code, said }).toEqual({ code: 0, said: '' });
    expect(readdirSync(folder)).toEqual([]);
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'ok       Node.js',
      'ok       SQLite',
      'ok       state directory',
      'warning  approval',
      'ok       backend',
      'ok       clock',
    ]);
    expect(out).toContain(`Node.js: ${process.versions.node}`);
    expect(out).toContain('the first request creates the world demo in ');
    expect(out).toContain('To require a passphrase: ');
    expect(existsSync(state)).toBe(false);
  });

  it('reports which approvals count, and changes nothing in a directory in use', async () => {
    await initApprover(state, 'correct horse battery');
    await run(['world', 'reset', '--yes']);
    const before = snapshot();
    const found = await doctor();
    expect(found.get('approval')).toEqual({
      status: 'ok',
      detail: expect.stringMatching(
        /^Needs the passphrase of the key SHA256:[\w-]{43}\. Forms in MCP clients do not count\.$/,
      ),
    });
    expect(found.get('backend')?.detail).toContain(join(state, 'world.db'));
    expect(snapshot()).toEqual(before);
  });

  it('reports that approvals in a terminal count without a key only where replicas share no store', async () => {
    const detailWith = async (more: object) =>
      (await approvalFinding(configure({ stateDir: state, ...more }, {}))).detail;
    expect(await detailWith({})).toBe(
      'There is no approver key. Forms in MCP clients and approvals in a terminal count without a passphrase.',
    );
    expect(await detailWith({ store: 'postgres://finspace_app@db.internal/finspace' })).toBe(
      'There is no approver key. Forms in MCP clients count; approvals in a terminal do not.',
    );
  });

  it('reports a full disk, on which the server would refuse every change', () => {
    mkdirSync(state, { mode: 0o700 });
    const finding = (free: number) => stateFinding(configure({ stateDir: state }, {}), () => free);
    expect(finding(4096)).toMatchObject({ status: 'failed', detail: `The disk of ${state} is full.` });
    expect(finding(2 ** 20).detail).toBe(`${state} has no state.db; the first requested change creates it`);
  });

  it.runIf(process.platform === 'linux')('does not call a disk full that does not say its size', () => {
    expect(freeBytesAt('/proc')).toBe(Number.POSITIVE_INFINITY);
    expect(freeBytesAt(folder)).toBeLessThan(Number.POSITIVE_INFINITY);
  });

  it('reports what the state directory holds if the world is in memory, or if a store has the journal', () => {
    mkdirSync(state, { mode: 0o700 });
    const store = 'postgres://finspace_app@db.internal/finspace';
    const { detail } = stateFinding(configure({ stateDir: state, state: ':memory:' }, {}));
    expect(detail).toBe('holds only connection strings: the local world is in memory');
    expect(stateFinding(configure({ stateDir: state, store }, {}))).toMatchObject({
      status: 'ok',
      detail: `${state}, for keys; plans, approvals and the journal are in --store`,
    });
  });

  it('exits with 1 and says what to do if a file cannot be used', async () => {
    mkdirSync(state);
    writeFileSync(join(state, 'state.db'), 'this is no database at all', { mode: 0o600 });
    const { code, out, said } = await run(['doctor']);
    expect(code).toBe(1);
    expect(said).toBe('finspace-mcp: 1 of 6 checks failed\n');
    expect(out).toMatch(
      /^failed {3}state directory: .*not a SQLite database.* name another directory with --state-dir\.$/m,
    );
  });

  it.skipIf(process.platform === 'win32')('reports files that other users could change or read', async () => {
    mkdirSync(state);
    chmodSync(state, 0o777);
    expect((await doctor()).get('state directory')).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('other users can change files in it'),
    });
    chmodSync(state, 0o700);
    await run(['world', 'reset', '--yes']);
    chmodSync(join(state, 'world.db'), 0o644);
    expect((await doctor()).get('backend')).toMatchObject({ status: 'warning' });
    expect(statSync(join(state, 'world.db')).mode & 0o777).toBe(0o644);
  });

  it.skipIf(process.platform === 'win32')('ends each sentence', async () => {
    mkdirSync(state);
    chmodSync(state, 0o777);
    expect((await run(['doctor'])).out).toContain(
      'which this server creates for you alone. Correct it, or name another directory with --state-dir.\n',
    );
  });

  it('reports a state directory that is a file, or below one', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'state')]) {
      state = path;
      const found = await doctor();
      for (const check of ['state directory', 'backend'])
        expect(found.get(check)).toMatchObject({ status: 'failed', detail: `${file}: is a file, not a folder` });
    }
  });

  it.skipIf(process.platform !== 'linux')('reports a state directory that the first start cannot create', async () => {
    state = '/proc/finspace-mcp';
    expect((await doctor()).get('state directory')).toMatchObject({
      status: 'failed',
      detail: `${state}: the folder cannot be created (ENOENT)`,
    });
  });

  it('reports a clock that is behind the time at which the state database was written', async () => {
    await run(['world', 'reset', '--yes']);
    const later = new Date(Date.now() + 3_600_000);
    utimesSync(join(state, 'state.db'), later, later);
    expect((await doctor()).get('clock')).toMatchObject({
      status: 'failed',
      advice: expect.stringContaining('approve --reset-clock'),
    });
  });

  it('calls an endpoint, and names the sources of region and credentials without showing them', async () => {
    await using service = await startLocal();
    const found = await doctor(aws(service.url), { ...KEYS, AWS_REGION: 'us-east-1' });
    expect(Object.fromEntries(found)).toMatchObject({
      region: { status: 'ok', detail: 'us-east-1, from the environment' },
      credentials: {
        status: 'ok',
        detail: 'from the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; they do not expire',
      },
      backend: { status: 'ok', detail: expect.stringContaining(`${service.url} answers`) },
    });
  });

  it('shows when credentials expire, and warns shortly before', async () => {
    await using service = await startLocal();
    const config = join(folder, 'aws-config');
    const expiresIn = async (ms: number) => {
      const printed = { Version: 1, AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', SecretAccessKey: SECRET };
      const Expiration = new Date(Date.now() + ms).toISOString();
      writeFileSync(join(folder, 'credentials.json'), JSON.stringify({ ...printed, Expiration }));
      writeFileSync(
        config,
        `[profile desk]\nregion = us-east-1\ncredential_process = cat ${join(folder, 'credentials.json')}\n`,
      );
      const found = await doctor([...aws(service.url), '--profile', 'desk'], { AWS_CONFIG_FILE: config });
      expect(found.get('region')?.detail).toBe('us-east-1, from the AWS profile "desk"');
      return { found: found.get('credentials'), Expiration };
    };
    const late = await expiresIn(7_200_000);
    expect(late.found).toEqual({
      status: 'ok',
      detail: `from the credential_process of the AWS profile "desk"; they expire at ${late.Expiration}`,
    });
    expect((await expiresIn(600_000)).found).toMatchObject({ status: 'warning' });
    expect((await expiresIn(-1_000)).found).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('expired'),
    });
  });

  it('lists in order what is missing or wrong before a call is possible', async () => {
    const found = await doctor(aws('http://127.0.0.1:9'));
    expect(Object.fromEntries(found)).toMatchObject({
      region: { status: 'failed', advice: expect.stringContaining('--region') },
      credentials: { status: 'failed', detail: expect.stringContaining('No AWS credentials were found') },
      backend: { status: 'warning', advice: 'First correct what failed above.' },
    });
    const invalid = await doctor(aws('http://127.0.0.1:9'), { AWS_REGION: 'EU West' });
    const detail = '"EU West", from the environment, is not a valid region name.';
    expect(invalid.get('region')).toMatchObject({ status: 'failed', detail });
  });

  it('reports an endpoint that does not answer, and one whose clock differs', async () => {
    const region = { ...KEYS, AWS_REGION: 'us-east-1' };
    const none = await doctor(aws(`http://127.0.0.1:${await freePort()}`), region);
    expect(none.get('backend')).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('connection refused'),
    });
    const url = await serve((_, response) => {
      const date = new Date(Date.now() - 3_600_000).toUTCString();
      response.writeHead(200, { date, 'content-type': 'application/json' }).end('{"environments":[]}');
    });
    expect((await doctor(aws(url), region)).get('clock of the endpoint')).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('60 minutes ahead of the endpoint'),
    });
  });

  it('reads the keys of the issuer, and names the audiences of its tokens', async () => {
    const issuer = await serve((request, response) => {
      const address = `http://${request.headers.host}`;
      const body = request.url === '/jwks' ? { keys: [] } : { issuer: address, jwks_uri: `${address}/jwks` };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    const remote = ['--public-url', 'https://mcp.example', '--auth-issuer'];
    const found = async (settings: string[]) => (await doctor(settings)).get('authorization');
    const forAudience = (text: string) => ({ status: 'ok', detail: `tokens of ${issuer} for the audience ${text}` });
    expect(await found([...remote, issuer])).toEqual(forAudience('https://mcp.example/mcp'));
    const more = ['--auth-issuer', issuer, '--auth-audience', 'api://kdb'];
    expect(await found(more)).toEqual(forAudience('the URL of the endpoint, api://kdb'));
    expect(await found([...remote, `http://127.0.0.1:${await freePort()}`])).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
    expect(await found(['--host', '0.0.0.0'])).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('--auth-issuer or --auth-tokens is required'),
    });
  });

  it('checks each target', async () => {
    await using service = await startLocal();
    const targets = join(folder, 'targets.json');
    const rows = { desk: {}, cloud: { backend: 'aws', endpoint: service.url, region: 'us-east-1' } };
    writeFileSync(targets, JSON.stringify({ targets: rows }));
    const found = await doctor(['--targets', targets], KEYS);
    expect(found.get('desk: backend')).toMatchObject({ status: 'ok' });
    expect(found.get('cloud: backend')).toMatchObject({ status: 'ok' });
  });
});
