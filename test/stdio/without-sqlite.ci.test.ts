import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listen } from '../../src/local/listen.ts';
import { OPERATION_NAMES } from '../../src/operations/index.ts';
import { openWorld, type TestWorld } from '../local/world.ts';
import { CLI } from '../support/hosts.ts';

/** If Node has SQLite, this flag disables it. */
const HIDDEN = process.getBuiltinModule?.('node:sqlite') === undefined ? [] : ['--no-experimental-sqlite'];
const CAUSE = 'version GLIBC_2.99 not found';
const KEY = 'arn:aws:kms:us-east-1:111122223333:key/5b0e7c1f-2d84-4f7a-9c36-e1a8d9f04b72';
const CREATE = { name: 'create_kx_environment', arguments: { name: 'kdb-test', kmsKeyId: KEY } };
const LIST = { name: 'list_kx_environments', arguments: {} };

describe('a server whose SQLite cannot be loaded', () => {
  let folder: string;
  let clients: Client[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-without-'));
    cpSync(dirname(CLI), join(folder, 'dist'), { recursive: true });
    for (const target of ['linux-x64-gnu', 'linux-arm64-gnu', 'darwin-arm64', 'darwin-x64']) {
      const part = join(folder, 'node_modules', '@libsql', target);
      mkdirSync(part, { recursive: true });
      writeFileSync(join(part, 'index.js'), `throw new Error('/lib/libc.so.6: ${CAUSE}\\nRequire stack');`);
    }
    clients = [];
  });
  afterEach(async () => {
    for (const client of clients) await client.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const connect = async (...args: string[]) => {
    const client = new Client({ name: 'test', version: '1' });
    const cli = [...HIDDEN, join(folder, 'dist', 'cli.js'), 'stdio', ...args, '--state-dir', join(folder, 'state')];
    const env = { HOME: folder, AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
    await client.connect(new StdioClientTransport({ command: process.execPath, args: cli, env, stderr: 'ignore' }));
    clients.push(client);
    return client;
  };

  it('reports the reason and the remedy on a local world, and continues to run', async () => {
    const client = await connect('--backend', 'local', '--state', join(folder, 'state', 'world.db'));
    for (const request of [LIST, CREATE, LIST]) {
      const text = JSON.stringify(await client.callTool(request));
      expect(text).toContain('SQLite cannot be loaded');
      expect(text).toContain('Use Node.js 22.13 or newer');
    }
    expect(JSON.stringify(await client.callTool(LIST))).toContain(CAUSE);
    expect((await client.listTools()).tools.length).toBeGreaterThan(OPERATION_NAMES.length);
  });

  describe('with another backend', () => {
    let world: TestWorld;
    let service: Awaited<ReturnType<typeof listen>>;
    beforeEach(async () => {
      world = await openWorld({ lifecycle: 'instant' });
      service = await listen(world.serve, { port: 0 });
    });
    afterEach(async () => {
      await service.close();
      await world.close();
    });

    it('reads, and changes nothing because the journal cannot be written', async () => {
      const endpoint = `http://127.0.0.1:${service.port}`;
      const client = await connect('--backend', 'aws', '--region', 'us-east-1', '--endpoint', endpoint);
      expect((await client.callTool(LIST)).structuredContent).toMatchObject({ environments: [] });
      const refused = await client.callTool(CREATE);
      expect(refused.isError).toBe(true);
      expect(JSON.stringify(refused)).toContain('The journal cannot be written (SQLite cannot be loaded)');
      expect(JSON.stringify(refused)).toContain('Use Node.js 22.13 or newer');
      expect((await client.callTool(LIST)).structuredContent).toMatchObject({ environments: [] });
    });
  });
});
