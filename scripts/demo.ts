import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Agent, agent, type Members, spent } from './demo-agent.ts';
import { type Cell, PAINT, print, say, step, table } from './demo-screen.ts';

/** An operator's session on the demo world: real clients, the built server, and its real replies. */
const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const { bold, dim, red, green, yellow } = PAINT;

const STALE = 'hdb-equities-b';
const OTHER = 'hdb-equities-a';
const PICTURE = fileURLToPath(new URL('../docs/demo-world.svg', import.meta.url));
const stateDir = mkdtempSync(join(tmpdir(), 'finspace-mcp-demo-'));

const PLAIN = { indent: '', hang: '' };

function introduce({ count, tokens }: { count: number; tokens: number }): void {
  print('finspace-mcp: an operator asks, an agent calls tools, a person approves', { ...PLAIN, painted: bold });
  print(
    [
      'AWS closed Amazon FinSpace on 2026-10-07. This session runs on the FinSpace-compatible service in the server, with a demo world. It needs no AWS account, and touches nothing of yours. No kdb process runs, and there is no data.',
      `The MCP clients are real, over stdio: → marks a call, and ← what the model gets back. The server offers ${count} tools, which cost ${tokens} tokens to list.`,
    ].join('\n'),
    PLAIN,
  );
}

async function notRunning(operator: Agent): Promise<void> {
  step('Which clusters are not running, and why?');
  const { entities } = await operator.call('find_kx_entities', { kinds: ['cluster'], notStatus: ['RUNNING'] });
  table(
    (entities as Members[]).map(({ name, status, reason, since }): Cell[] => [
      [String(name), bold],
      [String(status), /FAILED/.test(String(status)) ? red : yellow],
      String(reason ?? `since ${since}`),
    ]),
  );
}

async function problems(operator: Agent): Promise<void> {
  step('What lags behind its data, and what do we pay for that nobody uses?');
  for (const problem of ['behind', 'unused']) {
    const found = await operator.call('find_kx_problems', { problem });
    table((found['problems'] as Members[]).map(({ entity, why }): Cell[] => [[String(entity), bold], String(why)]));
  }
}

async function picture(operator: Agent): Promise<string> {
  step('Show me the whole of kdb-prod');
  const { environment, counts } = await operator.call('describe_kx_environment', { environment: 'kdb-prod' });
  const { environmentId } = environment as Members;
  print(
    Object.entries(counts as Record<string, Record<string, number>>)
      .map(
        ([kind, states]) =>
          `${kind}: ${Object.entries(states)
            .map(([state, count]) => `${count} ${state}`)
            .join(', ')}`,
      )
      .join(' · '),
  );
  const uri = `finspace://kx/environments/${environmentId}/topology.svg`;
  const picture = await operator.read(uri);
  print(`The resource ${uri} is a picture, an SVG of ${Math.round(picture.length / 1_000)} kB. The README shows it:`);
  say(`   ${green(PICTURE)}   (open it in a browser)`);
  return String(environmentId);
}

async function ingest(operator: Agent, environmentId: string): Promise<void> {
  step("Load today's files into fx_spot, and tell me when it is done");
  const databaseName = 'fx_spot';
  const dbPath = `/${new Date().toISOString().slice(0, 10).replaceAll('-', '.')}/`;
  const changeRequests = [{ changeType: 'PUT', s3Path: `s3://demo-market-data/fx${dbPath}`, dbPath }];
  const { changesetId } = await operator.call('create_kx_changeset', { environmentId, databaseName, changeRequests });
  const waited = { environment: 'kdb-prod', kind: 'changeset', database: databaseName, name: changesetId };
  const { status, waitedSeconds } = await operator.call('wait_for_kx_entity', waited);
  print(
    `${changesetId} is ${status} after ${waitedSeconds} s: a sixtieth of the time that the real service took (--lifecycle realistic takes the full time).`,
  );
}

async function deletes(operator: Agent, unattended: Agent, environmentId: string): Promise<void> {
  step('Delete the volume vol-equities   (still in use: the server refuses, and asks nobody)');
  await operator.refused('delete_kx_volume', { environmentId, volumeName: 'vol-equities' });

  step(`Delete the replica that lags, ${STALE}   (a person has to type its name)`);
  const target = { environmentId, clusterName: STALE };
  await operator.call('delete_kx_cluster', target);
  const { status } = await operator.call('get_kx_cluster', target);
  print(`${STALE} is now ${status}.`);

  step(`Delete ${OTHER}, too   (the approval was for one call: the person is asked again)`);
  await operator.refused('delete_kx_cluster', { environmentId, clusterName: OTHER });

  step('A client that cannot show forms wants to delete rdb-fx   (the plan waits for a person)');
  await unattended.refused('delete_kx_cluster', { environmentId, clusterName: 'rdb-fx' });
}

async function afterwards(operator: Agent): Promise<void> {
  step(`What remains of ${STALE}?`);
  const [newest = ''] = await operator.listed('finspace://recovery/');
  const { create } = JSON.parse(await operator.read(newest)) as { create: { tool: string; arguments: Members }[] };
  print(`A recovery kit (configuration, not data), in the state directory and as a resource:\n${newest}`);
  for (const { tool, arguments: args } of create)
    print(`${tool} with ${Object.keys(args).join(', ')}`, { indent: '     ', painted: dim });
  print('The journal, whose entries are chained by hashes (finspace-mcp journal verify):');
  print(
    execFileSync(process.execPath, [CLI, 'journal', 'verify', '--state-dir', stateDir], { encoding: 'utf8' }).trim(),
    {
      indent: '     ',
      painted: dim,
    },
  );
}

function whatNext(): void {
  say();
  print(`Done: ${spent.calls} calls, ${spent.tokens} tokens in all. Now connect your own client.`, {
    ...PLAIN,
    painted: bold,
  });
  say(`   ${bold('Claude Code')}`);
  say(`     claude mcp add --scope user finspace -- node ${CLI}`);
  print('Claude Desktop, Cursor and most others   (claude_desktop_config.json, ~/.cursor/mcp.json)', {
    hang: '',
    painted: bold,
  });
  say(`     ${JSON.stringify({ mcpServers: { finspace: { command: 'node', args: [CLI] } } })}`);
  say(`   ${bold('VS Code')}   (.vscode/mcp.json)`);
  say(`     ${JSON.stringify({ servers: { finspace: { type: 'stdio', command: 'node', args: [CLI] } } })}`);
  print('Restart the client, and ask it the questions above. README.md says where to go from here.');
}

async function session([operator, unattended]: readonly [Agent, Agent]): Promise<void> {
  introduce(await operator.tools());
  await notRunning(operator);
  await problems(operator);
  const environmentId = await picture(operator);
  await ingest(operator, environmentId);
  await deletes(operator, unattended, environmentId);
  await afterwards(operator);
  whatNext();
}

/** Resolves if the demo ends early: by Ctrl-C, or when the reader of its output closes it, as `head` does. */
const ended = new Promise<void>((resolve, reject) => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? resolve() : reject(error)));
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.once(signal, () => {
      process.exitCode = status;
      resolve();
    });
});
const agents: Agent[] = [];

try {
  const both = await Promise.all([agent(CLI, stateDir, STALE), agent(CLI, stateDir)]);
  agents.push(...both);
  await Promise.race([session(both), ended]);
} finally {
  await Promise.all(agents.map((each) => each.close()));
  rmSync(stateDir, { recursive: true, force: true });
}
