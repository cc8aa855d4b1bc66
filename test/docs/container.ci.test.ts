import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FinspaceClient, ListKxEnvironmentsCommand } from '@aws-sdk/client-finspace';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { DEFAULT_PORTS } from '../../src/transports/http/settings.ts';
import { CLI } from '../support/hosts.ts';

const read = (name: string) => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');
const dockerfile = read('Dockerfile');
const compose = read('compose.yaml');
const deploy = read('docs/deploy.md');
const instruction = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(dockerfile)?.[1] ?? '';
const words = (json: string) => JSON.parse(json) as string[];

describe('the container', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-container-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** What the image runs with these arguments, with its environment, on a port that is free. */
  const run = (args: readonly string[], more: Record<string, string> = {}) => {
    expect(words(instruction('ENTRYPOINT'))).toEqual(['finspace-mcp']);
    const own = Object.fromEntries(
      instruction('ENV')
        .split(' ')
        .map((pair) => pair.split('=', 2)),
    ) as typeof more;
    const env = { ...process.env, ...own, FINSPACE_MCP_STATE_DIR: folder, FINSPACE_MCP_PORT: '0', ...more };
    const server = spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    onTestFinished(() => void server.kill('SIGKILL'));
    return server;
  };
  const portOf = async (server: ReturnType<typeof run>) => {
    const [said] = (await once(server.stderr, 'data')) as [Buffer];
    return Number(/http:\/\/0\.0\.0\.0:(\d+)/.exec(String(said))?.[1] ?? expect.fail(String(said)));
  };
  const health = (port: number, host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path: '/healthz', headers: { host } };
      request(options, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });

  it('exposes the ports on which its commands listen, and the documents publish the same', () => {
    expect(instruction('EXPOSE').split(' ').map(Number)).toEqual([DEFAULT_PORTS.http, DEFAULT_PORTS.local]);
    const published = (text: string) =>
      [...text.matchAll(/127\.0\.0\.1:(\d+):(\d+)/g)].map(([, here, inside]) => [Number(here), Number(inside)]);
    expect(published(deploy)).toEqual([[DEFAULT_PORTS.http, DEFAULT_PORTS.http]]);
    expect(published(compose)).toEqual([[DEFAULT_PORTS.local, DEFAULT_PORTS.local]]);
    expect(deploy).not.toMatch(/http(?: |$)[^\n]*--port 4566/);
    expect([...deploy.matchAll(/^ +server [\d.]+:(\d+);$/gm)].map(([, port]) => Number(port))).toEqual([
      DEFAULT_PORTS.http,
      DEFAULT_PORTS.http,
      DEFAULT_PORTS.http,
    ]);
  });

  it('serves MCP with the command of the documents, to clients with a token', async () => {
    const tokens = join(folder, 'tokens.json');
    const sha256 = 'a'.repeat(64);
    writeFileSync(tokens, JSON.stringify({ tokens: [{ name: 'ann', sha256, scopes: ['finspace:read'] }] }));
    const line = /^ +finspace-mcp-image ([^\n]+)\n/m.exec(deploy)?.[1] ?? '';
    const args = line.split(' ').map((word) => word.replace('/etc/finspace-mcp/tokens.json', tokens));
    expect(args[0]).toBe(words(instruction('CMD'))[0]);
    const port = await portOf(run(args));
    expect(await health(port, `127.0.0.1:${port}`)).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST' })).status).toBe(401);
  });

  it('does not serve MCP without authorization', async () => {
    const [code] = await once(run(words(instruction('CMD'))), 'exit');
    expect(code).toBe(2);
  });

  it('serves FinSpace to other containers with the command of the compose file', async () => {
    const args = words(/command: (.*)/.exec(compose)?.[1] ?? '');
    expect(compose).toMatch(/FINSPACE_MCP_CREDENTIALS: \$\{FINSPACE_CREDENTIALS:\?/);
    const port = await portOf(run(args, { FINSPACE_MCP_CREDENTIALS: 'TESTKEY:TESTSECRET' }));
    const [, probe = '', probed] = /^ +- "(fetch\('http:\/\/127\.0\.0\.1:(\d+).*)"$/m.exec(compose) ?? [];
    expect(Number(probed)).toBe(DEFAULT_PORTS.local);
    const probing = spawn(process.execPath, ['-e', probe.replace(`:${probed}`, `:${port}`)]);
    expect((await once(probing, 'exit'))[0]).toBe(0);
    expect(await health(port, 'finspace:4566')).toBe(200);
    const client = (secretAccessKey: string) =>
      new FinspaceClient({
        endpoint: `http://127.0.0.1:${port}`,
        region: 'us-east-1',
        credentials: { accessKeyId: 'TESTKEY', secretAccessKey },
        maxAttempts: 1,
      });
    const { environments } = await client('TESTSECRET').send(new ListKxEnvironmentsCommand({}));
    expect(environments?.map(({ name }) => name)).toContain('kdb-prod');
    await expect(client('wrong').send(new ListKxEnvironmentsCommand({}))).rejects.toThrow(/signature/);
  });

  it.each([
    [{}, '--host: 0.0.0.0 is not loopback, which needs --credentials'],
    [
      { FINSPACE_MCP_CREDENTIALS: 'KEY:SECRET', FINSPACE_MCP_CONTROL: 'true' },
      '--control: moves the clock without credentials, which needs --host on loopback',
    ],
  ])('does not serve FinSpace to everybody: %j', async (env, words) => {
    const server = run(['local'], env as Record<string, string>);
    let said = '';
    server.stderr.on('data', (chunk) => (said += chunk));
    const [code] = await once(server, 'close');
    expect([code, said]).toEqual([2, `finspace-mcp: ${words}\n`]);
  });
});
