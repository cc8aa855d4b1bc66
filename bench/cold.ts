import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { median, spread, verdict } from './measure.ts';

const RUNS = 25;
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** From spawn to the answer of `tools/list`, ours beside a bundled one-tool SDK server, interleaved. */
export async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'finspace-mcp-bench-'));
  try {
    const reference = join(folder, 'reference.mjs');
    await build({
      entryPoints: [at('one-tool-server.ts')],
      outfile: reference,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      minify: true,
      keepNames: true,
    });
    const ours = [at('../dist/cli.js'), '--state', join(folder, 'world.db')];
    const samples = { ours: [] as Sample[], reference: [] as Sample[] };
    for (let run = -2; run < RUNS; run += 1) {
      const pair = { reference: await coldStart([reference]), ours: await coldStart(ours) };
      if (run < 0) continue;
      samples.ours.push(pair.ours);
      samples.reference.push(pair.reference);
    }
    const ms = (list: Sample[]) => list.map((sample) => sample.ms);
    const rss = (list: Sample[]) => list.map((sample) => sample.megabytes);
    console.log(`reference, 1 tool:  ${spread(ms(samples.reference), 'ms')}, ${spread(rss(samples.reference), 'MB')}`);
    console.log(`ours, 50 tools:     ${spread(ms(samples.ours), 'ms')}, ${spread(rss(samples.ours), 'MB')}`);
    console.log(
      verdict('cold start, ours / reference', median(ms(samples.ours)) / median(ms(samples.reference)), 1.1, 'at most'),
    );
    console.log(verdict('resident memory in MB', median(rss(samples.ours)), 65, 'at most'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Sample {
  readonly ms: number;
  readonly megabytes: number;
}

function coldStart(args: readonly string[]): Promise<Sample> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    child.once('error', reject);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { id } = JSON.parse(line) as { id?: number };
      if (id === 1) {
        send({ method: 'notifications/initialized' });
        send({ id: 2, method: 'tools/list' });
      } else if (id === 2) {
        const sample = { ms: performance.now() - start, megabytes: residentMegabytes(child.pid as number) };
        child.once('exit', () => resolve(sample));
        child.stdin.end();
      }
    });
    const clientInfo = { name: 'bench', version: '1' };
    send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } });
  });
}

/** Read from /proc; not a number where there is none. */
function residentMegabytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
