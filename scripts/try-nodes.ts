import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ROOT, readManifest } from './project.ts';

const FOLDER = join(ROOT, 'test', 'package', 'nodes', 'node_modules');

interface Answer {
  readonly isError?: boolean;
  readonly content: readonly { readonly text?: string }[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
}

/**
 * Runs the command of an installed package on each Node.js of `test/package/nodes`, one after the other on one state directory: each
 * reads what earlier ones wrote there. Node.js 20 writes with libsql, newer versions with their own SQLite.
 */
export async function tryNodes(user: string): Promise<void> {
  const nodes = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.startsWith('node-')) : [];
  if (nodes.length === 0)
    return console.log('SKIPPED: no other Node.js; npm install --prefix test/package/nodes --no-save adds some');
  for (const [at, name] of nodes.sort().entries()) await tryNode(join(FOLDER, name, 'bin', 'node'), user, at);
}

async function tryNode(node: string, user: string, turn: number): Promise<void> {
  const began = performance.now();
  const cli = join(user, 'node_modules', 'finspace-mcp', 'dist', 'cli.js');
  const run = (...args: string[]) => execFileSync(node, args, { encoding: 'utf8' }).trim();
  equal(run(cli, '--version'), readManifest().version);
  const stateDir = join(user, 'state-of-all');
  const client = new Client({ name: 'try-nodes', version: '1.0.0' });
  await client.connect(new StdioClientTransport({ command: node, args: [cli, '--state-dir', stateDir] }));
  const call = async (tool: string, given: object) =>
    (await client.callTool({ name: tool, arguments: { ...given } })) as unknown as Answer;
  ok((await client.listTools()).tools.length > 50);
  const environmentId = await environmentIn(call);
  deepEqual(
    await written(call, environmentId),
    Array.from({ length: turn }, (_, earlier) => `node-${earlier}`),
  );
  const database = { environmentId, databaseName: `node-${turn}` };
  equal((await call('create_kx_database', database)).isError, undefined);
  const refused = await call('delete_kx_database', database);
  equal(refused.isError, true);
  match(refused.content[0]?.text ?? '', /approv/);
  deepEqual((await written(call, environmentId)).at(-1), database.databaseName);
  await client.close();
  match(run(cli, 'journal', 'verify', '--state-dir', stateDir), /^\d+ entries, all in order/);
  console.log(`works on Node.js ${run('--version')} (${((performance.now() - began) / 1_000).toFixed(1)} s)`);
}

type Call = (tool: string, given: object) => Promise<Answer>;

async function environmentIn(call: Call): Promise<string> {
  const { structuredContent } = await call('list_kx_environments', {});
  const { environments } = structuredContent as { environments: { environmentId: string }[] };
  return environments[0]?.environmentId ?? '';
}

/** The databases in the environment that `tryNode` created. */
async function written(call: Call, environmentId: string): Promise<string[]> {
  const { structuredContent } = await call('list_kx_databases', { environmentId });
  const { kxDatabases } = structuredContent as { kxDatabases: { databaseName: string }[] };
  return kxDatabases.map(({ databaseName }) => databaseName).filter((name) => /^node-\d$/.test(name));
}
