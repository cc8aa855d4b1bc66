import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE } from '../scripts/bundle.ts';
import { burst, type Call, type Counted, load } from './http-load.ts';
import { type Running, start } from './http-server.ts';
import { cpuSeconds, median, megabytesOf, shuffled, spread, verdict } from './measure.ts';

const CONNECTIONS = 64;
const ROUNDS = 7;
const ROUND_MS = 2_000;
const BURST = 10_000;
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const ECHO: Call = { method: 'tools/call', params: { name: 'echo', arguments: { text: 'hello' } }, expects: 'hello' };
const LIST: Call = { method: 'tools/list', params: {}, expects: 'get_kx_cluster' };
const getCluster = (environmentId: string, clusterName: string): Call => ({
  method: 'tools/call',
  params: { name: 'get_kx_cluster', arguments: { environmentId, clusterName } },
  expects: `"clusterName":"${clusterName}"`,
});

interface Measured extends Counted {
  /** CPU time of the server in seconds; unlike elapsed time, it hardly depends on other load on the machine. */
  readonly cpuPerCall: number;
}

interface Row {
  readonly server: Running;
  readonly calls: Call[];
  readonly counts: Measured[];
}

/** `tools/call` and `tools/list` beside two SDK servers with one tool, interleaved; then ten thousand simultaneous calls. */
export async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'finspace-mcp-bench-'));
  const running: Running[] = [];
  const started = async (...args: string[]) => {
    const server = await start(args);
    running.push(server);
    return server;
  };
  try {
    const reference = join(folder, 'reference.mjs');
    await build({ ...BUNDLE, entryPoints: [at('http-reference-server.ts')], outfile: reference });
    const product = [at('../dist/cli.js'), 'http', '--port', '0', '--state', ':memory:'];
    const echo = await started(reference, 'echo');
    const aws = await started(reference, 'aws');
    const ours = await started(...product, '--access-log=false');
    const clusters = await findClusters(ours.port);
    const rows: Record<string, Row> = {
      echo: { server: echo, calls: [ECHO], counts: [] },
      'echo after one AWS-client call': { server: aws, calls: [ECHO], counts: [] },
      'ours, get_kx_cluster': { server: ours, calls: clusters, counts: [] },
      'ours, tools/list': { server: ours, calls: [LIST], counts: [] },
    };
    for (let round = -1; round < ROUNDS; round += 1) {
      for (const row of shuffled(Object.values(rows))) {
        const before = cpuSeconds(row.server.child.pid);
        const counted = await load(row.server.port, row.calls, CONNECTIONS, ROUND_MS);
        const cpuPerCall = (cpuSeconds(row.server.child.pid) - before) / counted.calls;
        if (round >= 0) row.counts.push({ ...counted, cpuPerCall });
      }
    }
    for (const [name, { counts }] of Object.entries(rows)) {
      const p99 = median(counts.map(({ p99Ms }) => p99Ms)).toFixed(0);
      const gap = Math.max(...counts.map(({ worstGapMs }) => worstGapMs)).toFixed(0);
      const wrong = counts.reduce((sum, { errors, crossed }) => sum + errors + crossed, 0);
      console.log(
        `${name.padEnd(32)}${spread(
          counts.map(({ perSecond }) => perSecond),
          '/s',
        )}, p99 ${p99} ms, worst gap ${gap} ms, ${(median(counts.map(({ cpuPerCall }) => cpuPerCall)) * 1e6).toFixed(0)} us of CPU, ${wrong} wrong`,
      );
    }
    const call = 'ours, get_kx_cluster';
    for (const [name, base, aim] of [
      [call, 'echo after one AWS-client call', 0.9],
      [call, 'echo', 0.45],
      ['ours, tools/list', 'echo', 0.7],
    ] as const) {
      const [ours, theirs] = [rows[name]?.counts ?? [], rows[base]?.counts ?? []];
      const ratio = (of: (ours: Measured, theirs: Measured) => number) =>
        median(ours.map((one, round) => of(one, theirs[round] as Measured)));
      const perSecond = ratio((one, other) => one.perSecond / other.perSecond);
      const perCpu = ratio((one, other) => other.cpuPerCall / one.cpuPerCall);
      console.log(`${verdict(`${name} / ${base}`, perSecond, aim, 'at least')}, ${perCpu.toFixed(2)} by CPU time`);
    }
    await manyAtOnce(await start([...product, '--access-log=false']), running, clusters);
  } finally {
    for (const { child } of running) child.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function manyAtOnce(server: Running, running: Running[], clusters: readonly Call[]): Promise<void> {
  running.push(server);
  const { errors, crossed, allMs } = await burst(server.port, clusters, BURST);
  console.log(`${BURST} calls at one moment: all ended after ${(allMs / 1_000).toFixed(1)} s`);
  console.log(verdict('errors', errors, 0, 'at most'));
  console.log(verdict('crossed replies', crossed, 0, 'at most'));
  console.log(verdict('peak resident memory in MB', megabytesOf(server.child.pid, 'VmHWM'), 600, 'at most'));
}

/** The clusters of the demo world, so that each reply shows which call it answers. */
async function findClusters(port: number): Promise<Call[]> {
  const ask = async (name: string, args: object) => {
    const response = await fetch(`http://127.0.0.1:${port}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': name,
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: {
          name,
          arguments: args,
          _meta: {
            'io.modelcontextprotocol/protocolVersion': '2026-07-28',
            'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
            'io.modelcontextprotocol/clientCapabilities': {},
          },
        },
      }),
    });
    return ((await response.json()) as { result: { structuredContent: Record<string, Record<string, string>[]> } })
      .result.structuredContent;
  };
  const { environments = [] } = await ask('list_kx_environments', {});
  const calls: Call[] = [];
  for (const { environmentId = '' } of environments) {
    const { kxClusterSummaries = [] } = await ask('list_kx_clusters', { environmentId });
    calls.push(...kxClusterSummaries.map(({ clusterName = '' }) => getCluster(environmentId, clusterName)));
  }
  if (calls.length === 0) throw new Error('the demo world has no clusters');
  return calls;
}
