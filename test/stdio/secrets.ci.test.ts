import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { initApprover } from '../../src/safety/approver.ts';
import { modernBody, modernHeaders, post } from '../http/support.ts';
import { canaries, canary, filesUnder, leaksIn } from '../safety/support/canaries.ts';
import { ENVIRONMENT, LEAKY_CALLS, type LeakyService, openLeakyService } from '../safety/support/leaky-service.ts';
import { CLI } from '../support/hosts.ts';

const SECRETS = {
  ...canaries(),
  profileKey: canary('profile'),
  bearer: canary('bearer'),
  wrongBearer: canary('wrong'),
  storePassword: canary('store'),
  sealKey: randomBytes(32).toString('base64'),
};

let folder: string;
let stateDir: string;
let upstream: LeakyService;
let child: ChildProcessWithoutNullStreams;
let streams: { stdout: string; stderr: string };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-test-'));
  stateDir = join(folder, 'state');
  mkdirSync(stateDir, { mode: 0o700 });
  upstream = await openLeakyService(SECRETS);
  await initApprover(stateDir, SECRETS.passphrase);
});
afterEach(async () => {
  child.kill('SIGKILL');
  await upstream.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A file beside the state directory, where operators keep such files. */
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** The built binary with access to every secret, and with the most verbose log. */
function start(level: string, ...args: string[]): void {
  const credentials = `[default]\naws_access_key_id = ${SECRETS.profileKey}\naws_secret_access_key = ${SECRETS.profileKey}\n`;
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: SECRETS.accessKey,
    AWS_SECRET_ACCESS_KEY: SECRETS.secretKey,
    AWS_SESSION_TOKEN: SECRETS.sessionToken,
    AWS_SHARED_CREDENTIALS_FILE: file('credentials', credentials),
    DATABASE_PASSWORD: SECRETS.otherVariable,
    NODE_DEBUG: '',
  };
  const backend = ['--backend', 'aws', '--endpoint', upstream.url, '--region', 'us-east-1', '--max-attempts', '1'];
  child = spawn(process.execPath, [CLI, ...args, ...backend, '--state-dir', stateDir, '--log-level', level], { env });
  streams = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => {
      streams[name] += chunk;
    });
}

const seen = (what: RegExp) => expect.poll(() => streams.stdout + streams.stderr, { timeout: 20_000 }).toMatch(what);
/** Where the server listens, as it logs it. */
const addressIn = (log: string) => (/"url":"(http[^"]+)"/.exec(log) as RegExpExecArray)[1] as string;
const stopped = async () => {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
};

/** Everything that can be read afterwards, except the file that holds the credential on purpose. */
function places(): Record<string, string> {
  const files = filesUnder(stateDir);
  for (const path of Object.keys(files)) if (path.includes('/secrets/')) delete files[path];
  expect(Object.keys(files).some((path) => path.includes('state.db'))).toBe(true);
  return { ...files, ...streams };
}

it.each(['debug', 'trace'])(
  'no secret appears in the streams and files of a server on stdio that logs at %s',
  async (level) => {
    start(level, 'stdio');
    const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const clientInfo = { name: 'raw', version: '1' };
    send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } });
    send({ method: 'notifications/initialized' });
    LEAKY_CALLS.forEach(([name, given], at) => {
      send({ id: 100 + at, method: 'tools/call', params: { name, arguments: given } });
    });
    send({ id: 200, method: 'resources/read', params: { uri: `finspace://kx/environments/${ENVIRONMENT}` } });
    child.stdin.write('this is no JSON\n');
    for (const id of [...LEAKY_CALLS.map((_, at) => 100 + at), 200]) await seen(new RegExp(`"id":${id}[,}]`));
    // The journal is read a second after the start, and unfinished calls are logged.
    await stopped();
    expect(streams.stdout).toContain('ValidationException');
    expect(streams.stdout).toContain('[masked]');
    expect(leaksIn(places(), SECRETS)).toEqual([]);
  },
);

it('no secret appears in the streams, replies and files of a server on HTTP', async () => {
  const tokens = [
    {
      name: 'agent',
      sha256: createHash('sha256').update(SECRETS.bearer).digest('hex'),
      scopes: ['finspace:read', 'finspace:write', 'finspace:destroy', 'finspace:approve'],
    },
  ];
  const auth = ['--auth-tokens', file('tokens.json', JSON.stringify({ tokens }))];
  start('trace', 'http', '--port', '0', '--access-log', ...auth);
  await seen(/"url":"http/);
  const url = addressIn(streams.stderr);
  const said: string[] = [];
  const ask = async (method: string, params: Record<string, unknown>, token: string, to = url) => {
    const headers = { ...modernHeaders(method, params), authorization: `Bearer ${token}` };
    const response = await post(to, modernBody(method, params), headers);
    said.push(JSON.stringify([...response.headers]), await response.text());
    return response.status;
  };
  for (const [name, given] of LEAKY_CALLS) await ask('tools/call', { name, arguments: given }, SECRETS.bearer);
  expect(await ask('tools/list', {}, SECRETS.wrongBearer)).toBe(401);
  expect(await ask('tools/list', {}, SECRETS.wrongBearer, `${url}?access_token=${SECRETS.wrongBearer}`)).toBe(401);
  for (const path of ['/metrics', '/readyz', '/healthz']) {
    const response = await fetch(new URL(path, url), { headers: { authorization: `Bearer ${SECRETS.bearer}` } });
    said.push(await response.text());
  }
  await stopped();
  expect(said.join('\n')).toContain('ValidationException');
  expect(leaksIn({ ...places(), 'the replies': said.join('\n') }, SECRETS)).toEqual([]);
});

it('no secret appears if the store of a fleet is unreachable', async () => {
  const url = `postgres://finspace:${SECRETS.storePassword}@127.0.0.1:1/fleet?sslmode=disable`;
  const keys = ['--seal-keys', file('keys', `${SECRETS.sealKey}\n`)];
  start('trace', 'http', '--port', '0', '--store', url, ...keys);
  await seen(/The store 127\.0\.0\.1:1\/fleet does not answer \(ECONNREFUSED\)/);
  await expect.poll(() => child.exitCode, { timeout: 20_000 }).toBe(1);
  expect(leaksIn({ ...filesUnder(stateDir), ...streams }, SECRETS)).toEqual([]);
});
