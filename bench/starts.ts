import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE } from '../scripts/bundle.ts';
import { median, pairRatios, shuffled, spread, verdict } from './measure.ts';

const RUNS = 25;
const UNMEASURED = 2;
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the ratio of starts may be on a version of Node; those before 22 have no compile cache. */
const aim = (major: number) => (major === 22 ? 0.85 : 1);

/** Compares our start on one Node with that of a one-tool SDK server, which is bundled in the same way with the same validator. */
export async function compareStarts(node: string, against?: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'finspace-mcp-bench-'));
  try {
    const reference = join(folder, 'reference.mjs');
    await build({ ...BUNDLE, legalComments: 'none', entryPoints: [at('one-tool-server.ts')], outfile: reference });
    const own = (cli: string, name: string): Contestant => ({
      name,
      args: [cli, '--state-dir', join(folder, name)],
      calls: true,
    });
    const contestants = [
      { name: 'reference', args: [reference], calls: false },
      own(at('../dist/cli.js'), 'ours'),
      ...(against === undefined ? [] : [own(against, 'before')]),
    ];
    const samples = await interleaved(node, contestants, folder);
    report(samples, Number(/^v(\d+)/.exec(samples.version)?.[1]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Contestant {
  readonly name: string;
  readonly args: readonly string[];
  /** Whether it has the tool of the first call. */
  readonly calls: boolean;
}

interface Sample {
  readonly list: number;
  readonly megabytes: number;
  /** From a call 500 ms after the list to its answer, and from one right after it. */
  readonly later: number;
  readonly atOnce: number;
}

interface Samples {
  readonly version: string;
  readonly of: (name: string) => readonly Sample[];
}

async function interleaved(node: string, contestants: readonly Contestant[], home: string): Promise<Samples> {
  const samples = new Map<string, Sample[]>(contestants.map(({ name }) => [name, []]));
  for (let run = -UNMEASURED; run < RUNS; run += 1) {
    for (const { name, args, calls } of shuffled(contestants)) {
      const { list, megabytes, call: later } = await start(node, args, home, calls ? LATER_MS : undefined);
      const { call: atOnce } = calls ? await start(node, args, home, 0) : { call: Number.NaN };
      if (run >= 0) samples.get(name)?.push({ list, megabytes, later, atOnce });
    }
  }
  const version = await new Promise<string>((resolve) => {
    let text = '';
    const child = spawn(node, ['--version']);
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.once('close', () => resolve(text.trim()));
  });
  return { version, of: (name) => samples.get(name) ?? [] };
}

const LATER_MS = 500;

function report({ version, of }: Samples, major: number): void {
  const column = (name: string, member: keyof Sample) => of(name).map((sample) => sample[member]);
  for (const name of ['reference', 'ours', 'before'].filter((each) => of(each).length > 0))
    console.log(
      `${version} ${name}: list after ${spread(column(name, 'list'), 'ms')}, ${spread(column(name, 'megabytes'), 'MB')}`,
    );
  const compared = (member: keyof Sample, other: string) => pairRatios(column('ours', member), column(other, member));
  const list = compared('list', 'reference');
  console.log(`ratios of pairs: ${spread(list, 'x')}`);
  console.log(verdict(`${version} start to tools/list, ours / reference`, median(list), aim(major), 'at most'));
  console.log(
    verdict(`${version} memory then, ours / reference`, median(compared('megabytes', 'reference')), 1.05, 'at most'),
  );
  console.log(
    `${version} first call: ${spread(column('ours', 'later'), 'ms')} after 500 ms, ${spread(column('ours', 'atOnce'), 'ms')} at once`,
  );
  if (of('before').length === 0) return;
  console.log(verdict(`${version} start, ours / before`, median(compared('list', 'before')), 1, 'at most'));
  console.log(
    verdict(`${version} first call after 500 ms, ours / before`, median(compared('later', 'before')), 0.6, 'at most'),
  );
  console.log(
    verdict(`${version} first call at once, ours / before`, median(compared('atOnce', 'before')), 1, 'at most'),
  );
}

interface Start {
  readonly list: number;
  readonly megabytes: number;
  readonly call: number;
}

/** Starts a server with nothing of this process's environment but the path, so that only its own work is measured. */
function start(node: string, args: readonly string[], home: string, callAfter: number | undefined): Promise<Start> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const env = { PATH: process.env['PATH'], HOME: home };
    const child = spawn(node, args, { stdio: ['pipe', 'pipe', 'ignore'], env });
    const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    let seen = { list: Number.NaN, megabytes: Number.NaN };
    let called = 0;
    const end = (call: number) => {
      child.once('exit', () => resolve({ ...seen, call }));
      child.stdin.end();
    };
    const call = () => {
      called = performance.now();
      send({ id: 3, method: 'tools/call', params: { name: 'list_kx_environments', arguments: {} } });
    };
    child.once('error', reject);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { id, result } = JSON.parse(line) as { id?: number; result?: { isError?: boolean } };
      if (id !== undefined && (result === undefined || result.isError))
        reject(new Error(`${args[0]} answered ${line}`));
      if (id === 1) {
        send({ method: 'notifications/initialized' });
        send({ id: 2, method: 'tools/list' });
      } else if (id === 2) {
        seen = { list: performance.now() - began, megabytes: residentMegabytes(child.pid as number) };
        if (callAfter === undefined) end(Number.NaN);
        else setTimeout(call, callAfter);
      } else if (id === 3) end(performance.now() - called);
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
