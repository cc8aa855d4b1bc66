import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

/** An operator's session on the demo world: a real client, the built server, every word on screen from a real reply. */
const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
type Members = Record<string, unknown>;

const colours = process.stdout.isTTY && !process.env['NO_COLOR'];
const paint = (code: number) => (text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
const [bold, dim, red, green, yellow, cyan] = [1, 2, 31, 32, 33, 36].map(paint) as [
  Paint,
  Paint,
  Paint,
  Paint,
  Paint,
  Paint,
];
type Paint = (text: string) => string;

const say = (text = '') => console.log(text);
const heading = (text: string) => say(`\n${bold(cyan(`● ${text}`))}`);
const STATES: Record<string, Paint> = {
  RUNNING: green,
  CREATED: green,
  ACTIVE: green,
  COMPLETED: green,
  CREATE_FAILED: red,
  FAILED: red,
};
const state = (status: unknown) => (STATES[String(status)] ?? yellow)(String(status));
const table = (rows: readonly (readonly string[])[], widths: readonly number[]) => {
  for (const row of rows)
    say(`  ${row.map((cell, at) => cell + ' '.repeat(Math.max(0, (widths[at] ?? 0) - plain(cell).length))).join(' ')}`);
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with the escape character
const plain = (text: string) => text.replaceAll(/\u001b\[\d+m/g, '');

let answer: { action: 'decline' } | { action: 'accept'; content: { name: string } } = { action: 'decline' };
const folder = await mkdtemp(join(tmpdir(), 'finspace-mcp-demo-'));
const client = new Client(
  { name: 'finspace-mcp-demo', version: '1.0.0' },
  { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: { pin: '2026-07-28' } } },
);
client.setRequestHandler('elicitation/create', async ({ params }) => {
  say(dim('  ┌ the client shows this form to a person'));
  for (const line of params.message.split('\n')) say(`  ${dim('│')} ${yellow(line)}`);
  await pause(600);
  const typed = answer.action === 'accept' ? `types ${JSON.stringify(answer.content.name)}` : 'declines';
  say(`  ${dim('└')} the person ${bold(typed)}`);
  return answer;
});

async function call(name: string, args: Members = {}): Promise<Members> {
  const result = await client.callTool({ name, arguments: args });
  if (result.isError)
    throw new Error(result.content.map((block) => (block.type === 'text' ? block.text : '')).join('\n'));
  return result.structuredContent as Members;
}

async function tour(): Promise<void> {
  heading('Which environments and clusters are there?');
  const { environments } = (await call('list_kx_environments')) as { environments: Members[] };
  const estate = await Promise.all(
    environments.map(async ({ environmentId, name, status }) => {
      const { kxClusterSummaries } = await call('list_kx_clusters', { environmentId });
      const clusters = kxClusterSummaries as Members[];
      return { environmentId: String(environmentId), name: String(name), status, clusters };
    }),
  );
  for (const { environmentId, name, status, clusters } of estate) {
    say(`  ${bold(name)} ${state(status)} ${dim(environmentId)}`);
    table(
      clusters.map((cluster) => [
        `  ${cluster['clusterName']}`,
        String(cluster['clusterType']),
        state(cluster['status']),
      ]),
      [20, 12],
    );
  }

  heading('Why did a cluster fail?');
  for (const { environmentId, clusters } of estate) {
    for (const { clusterName } of clusters.filter(({ status }) => status === 'CREATE_FAILED')) {
      const { statusReason } = await call('get_kx_cluster', { environmentId, clusterName });
      say(`  ${bold(String(clusterName))}: ${red(String(statusReason))}`);
    }
  }

  heading("Which clusters lag behind their database's newest changeset?");
  for (const { environmentId, clusters } of estate) await showLag(environmentId, clusters);

  const { environmentId } = estate.reduce((largest, next) =>
    next.clusters.length > largest.clusters.length ? next : largest,
  );
  await ingest(environmentId);
  await deleteCarefully(environmentId);
}

async function showLag(environmentId: string, clusters: readonly Members[]): Promise<void> {
  const newest = new Map<string, unknown>();
  for (const { clusterName } of clusters) {
    const { databases = [] } = (await call('get_kx_cluster', { environmentId, clusterName })) as {
      databases?: Members[];
    };
    for (const { databaseName, changesetId, dataviewConfiguration } of databases) {
      const mounted = changesetId ?? (dataviewConfiguration as Members | undefined)?.['changesetId'];
      if (mounted === undefined) continue;
      const name = String(databaseName);
      if (!newest.has(name)) {
        newest.set(name, (await call('get_kx_database', { environmentId, databaseName }))['lastCompletedChangesetId']);
      }
      if (newest.get(name) === mounted) continue;
      say(
        `  ${bold(String(clusterName))} mounts ${name} at ${yellow(String(mounted))}, newest is ${green(String(newest.get(name)))}`,
      );
    }
  }
}

async function ingest(environmentId: string): Promise<void> {
  heading('Load a new day into fx_spot');
  const databaseName = 'fx_spot';
  const dbPath = `/${new Date().toISOString().slice(0, 10).replaceAll('-', '.')}/`;
  const changeRequests = [{ changeType: 'PUT', s3Path: `s3://demo-market-data/fx${dbPath}`, dbPath }];
  const created = await call('create_kx_changeset', { environmentId, databaseName, changeRequests });
  const { changesetId } = created;
  let status = String(created['status']);
  say(`  changeset ${changesetId}`);
  for (let ticks = 1; ; ticks += 1) {
    progress(status, ticks);
    if (status === 'COMPLETED' || status === 'FAILED') break;
    await pause(250);
    status = String((await call('get_kx_changeset', { environmentId, databaseName, changesetId }))['status']);
  }
  const { numBytes, numChangesets } = await call('get_kx_database', { environmentId, databaseName });
  say(`  ${databaseName} now has ${numChangesets} changesets, ${(Number(numBytes) / 1e6).toFixed(0)} MB`);
}

function progress(status: string, ticks: number): void {
  const line = `  ${'▓'.repeat(ticks)} ${state(status)}`;
  if (!process.stdout.isTTY) say(line);
  else process.stdout.write(`\r${line}${status === 'COMPLETED' || status === 'FAILED' ? '\n' : ''}`);
}

async function deleteCarefully(environmentId: string): Promise<void> {
  heading('Delete a cluster: declined first, then approved');
  const clusterName = 'rdb-fx';
  const request = { name: 'delete_kx_cluster', arguments: { environmentId, clusterName } };
  const declined = await client.callTool(request);
  const [block] = declined.content;
  say(`  the agent gets: ${dim(block?.type === 'text' ? block.text.replaceAll('\n', ' ') : '')}`);
  answer = { action: 'accept', content: { name: clusterName } };
  await call(request.name, request.arguments);
  const { status } = await call('get_kx_cluster', { environmentId, clusterName });
  say(`  ${clusterName} is now ${state(status)}`);
}

function howToConnect(): void {
  const server = { command: 'node', args: [CLI] };
  heading('Connect it to your client');
  say(`${bold('Claude Desktop')} (claude_desktop_config.json) and ${bold('Cursor')} (~/.cursor/mcp.json):`);
  say(JSON.stringify({ mcpServers: { finspace: server } }, null, 2));
  say(`${bold('VS Code')} (.vscode/mcp.json):`);
  say(JSON.stringify({ servers: { finspace: { type: 'stdio', ...server } } }, null, 2));
}

try {
  const args = [CLI, '--state', join(folder, 'world.db'), '--log-level', 'warn'];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'inherit' }));
  say(bold('finspace-mcp demo'));
  say(
    'AWS closed Amazon FinSpace on 2026-10-07. This runs on the embedded FinSpace-compatible service: no account, no network.',
  );
  await tour();
  await client.close();
  howToConnect();
} finally {
  await rm(folder, { recursive: true, force: true });
}
