import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleManifest, partsFor, SYSTEMS, stageBundle } from '../../scripts/mcpb.ts';
import { ROOT } from '../../scripts/project.ts';

const TOOLS = join(ROOT, 'test', 'package', 'tools', 'node_modules', '@anthropic-ai', 'mcpb', 'dist');
const mcpb = (...args: string[]) =>
  execFileSync(process.execPath, [join(TOOLS, 'cli', 'cli.js'), ...args], { stdio: 'pipe' });

interface Started {
  readonly command: string;
  readonly args: string[];
  readonly env: Record<string, string>;
}

it.each(SYSTEMS)('each question of the bundle for %s has a default, and every answer reaches the server', (system) => {
  const { user_config: questions, server, compatibility } = bundleManifest(system);
  expect(compatibility.platforms).toEqual([system]);
  for (const question of Object.values(questions)) expect(question).toHaveProperty('default');
  expect(Object.values(server.mcp_config.env)).toEqual(Object.keys(questions).map((key) => `\${user_config.${key}}`));
});

describe.skipIf(!existsSync(TOOLS))('the bundle for Claude Desktop', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-mcpb-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is valid, and starts from its own manifest without any answer', { timeout: 180_000 }, async () => {
    const system = SYSTEMS.find((one) => one === process.platform) ?? 'linux';
    const parts = partsFor(system).filter(([name]) => existsSync(join(ROOT, 'node_modules', name)));
    const [staged, file, unpacked] = ['staged', 'bundle.mcpb', 'unpacked'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    stageBundle(system, staged, parts);
    mcpb('validate', join(staged, 'manifest.json'));
    expect(readFileSync(join(staged, 'icon.png')).subarray(1, 4).toString()).toBe('PNG');
    mcpb('pack', staged, file);
    mcpb('unpack', file, unpacked);
    const { getMcpConfigForManifest } = await import(join(TOOLS, 'index.js'));
    const { command, args, env } = (await getMcpConfigForManifest({
      manifest: JSON.parse(readFileSync(join(unpacked, 'manifest.json'), 'utf8')),
      extensionPath: unpacked,
      systemDirs: {},
      userConfig: {},
      pathSeparator: '/',
    })) as Started;
    const client = new Client({ name: 'mcpb', version: '1.0.0' });
    const state = { FINSPACE_MCP_STATE: ':memory:', HOME: folder };
    const path = { PATH: process.env['PATH'] ?? '' };
    await client.connect(new StdioClientTransport({ command, args, env: { ...path, ...env, ...state }, cwd: folder }));
    const { structuredContent } = await client.callTool({ name: 'list_kx_environments', arguments: {} });
    await client.close();
    expect((structuredContent as { environments: object[] }).environments.length).toBeGreaterThan(0);
  });
});
