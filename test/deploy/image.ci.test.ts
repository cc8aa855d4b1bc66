import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { homeOf, ROOT, readManifest, SUMMARY } from '../../scripts/project.ts';
import { DEFAULT_PORTS } from '../../src/transports/http/settings.ts';
import { read } from '../docs/pages.ts';
import { bearer, tokens } from '../http/people.ts';
import { closeAll, modern } from '../http/support.ts';
import { buildImage, checkHealth, instruction, portOf, runImage, stages, words } from './image.ts';
import { HAS_TOOLS, tool } from './tools.ts';

const dockerfile = read('Dockerfile');
const deploy = read('docs/deploy.md');

describe('the Dockerfile', () => {
  it.skipIf(!HAS_TOOLS)('passes the linter', () => {
    const { validate } = tool('dockerfile-utils') as { validate(text: string): object[] };
    expect(validate(dockerfile)).toEqual([]);
    expect(validate(dockerfile.replace('EXPOSE 8080', 'EXPOSE http port'))).not.toEqual([]);
  });

  it('names its base image once, by digest', () => {
    const bases = stages(dockerfile).map(([from]) => from?.text);
    expect(bases).toEqual([
      expect.stringMatching(/^node:24\.[\d.]+-[\w-]+@sha256:[0-9a-f]{64} AS node$/),
      'node AS build',
      'node',
    ]);
  });

  it('installs the packages of the lockfile, without running their scripts', () => {
    const installs = dockerfile.match(/npm (?:ci|install|i) .*/g);
    expect(installs).toEqual(['npm ci --ignore-scripts']);
  });

  it('does not run as root, and has the labels that registries expect', () => {
    expect(instruction('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    const { mcpName, homepage } = homeOf(readManifest());
    const labels = Object.fromEntries(
      Array.from(instruction('LABEL').matchAll(/([\w.]+)="([^"]*)"/g), ([, name = '', value]) => [name, value]),
    );
    expect(labels).toEqual({
      'io.modelcontextprotocol.server.name': mcpName,
      'org.opencontainers.image.title': readManifest().name,
      'org.opencontainers.image.description': SUMMARY,
      'org.opencontainers.image.source': homepage,
      'org.opencontainers.image.licenses': readManifest().license,
    });
  });

  it('exposes the ports on which its commands listen, as the documents say', () => {
    expect(instruction('EXPOSE').split(' ').map(Number)).toEqual([DEFAULT_PORTS.http, DEFAULT_PORTS.local]);
    const published = [...deploy.matchAll(/127\.0\.0\.1:(\d+):(\d+)/g)].map(([, here, inside]) => [here, inside]);
    expect(published).toEqual([[`${DEFAULT_PORTS.http}`, `${DEFAULT_PORTS.http}`]]);
    expect(deploy).not.toMatch(/http(?: |$)[^\n]*--port 4566/);
    expect([...deploy.matchAll(/^ +server [\d.]+:(\d+);$/gm)].map(([, port]) => Number(port))).toEqual([
      DEFAULT_PORTS.http,
      DEFAULT_PORTS.http,
      DEFAULT_PORTS.http,
    ]);
  });
});

describe('the image, built without Docker', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-image-'));
    buildImage(folder);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(closeAll);

  it('contains the same code as any other build', () => {
    const code = readdirSync(join(folder, 'app', 'dist'));
    expect(code).toContain('cli.js');
    for (const name of code)
      expect(readFileSync(join(folder, 'app', 'dist', name)).equals(readFileSync(join(ROOT, 'dist', name))), name).toBe(
        true,
      );
  });

  it('serves MCP with the documented command to clients with a token, and stays healthy until it stops', async () => {
    const { file, ann } = tokens({ ann: ['finspace:read'] });
    const line = /^ +finspace-mcp-image ([^\n]+)\n/m.exec(deploy)?.[1] ?? '';
    const args = line.split(' ').map((word) => word.replace('/etc/finspace-mcp/tokens.json', file));
    expect(args[0]).toBe(words('CMD')[0]);
    const server = runImage(folder, args);
    const port = await portOf(server);
    expect(await checkHealth(port)).toBe(0);
    const url = `http://127.0.0.1:${port}/mcp`;
    expect((await modern(url, 'tools/list')).status).toBe(401);
    expect((await modern(url, 'tools/list', {}, bearer(ann))).status).toBe(200);
    server.kill('SIGTERM');
    expect(await once(server, 'exit')).toEqual([0, null]);
    expect(await checkHealth(port)).toBe(1);
  });

  it('does not serve MCP without authorization', async () => {
    const [code] = await once(runImage(folder, words('CMD')), 'exit');
    expect(code).toBe(2);
  });

  it.each([
    [{}, '--host: 0.0.0.0 is beyond loopback, so --credentials is required'],
    [
      { FINSPACE_MCP_CREDENTIALS: 'KEY:SECRET', FINSPACE_MCP_CONTROL: 'true' },
      '--control: POST /_control/clock requires no credentials, so --host must be a loopback address',
    ],
  ])('serves neither FinSpace nor the clock of its world without credentials: %j', async (env, refusal) => {
    const server = runImage(folder, ['local'], env as Record<string, string>);
    let said = '';
    server.stderr.on('data', (chunk) => (said += chunk));
    const [code] = await once(server, 'close');
    expect([code, said]).toEqual([2, `finspace-mcp: ${refusal}\n`]);
  });
});
