import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE } from '../scripts/bundle.ts';
import { BUILT, measured } from './client.ts';
import { median, pairRatios, shuffled, spread, verdict } from './measure.ts';

const RUNS = 25;
const UNMEASURED = 2;
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The maximum ratio of start times on a version of Node; versions before 22 have no compile cache. */
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
      own(BUILT, 'ours'),
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
  /** Whether the server has the tool of the first call. */
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
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
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

/** Starts a server, lists its tools and, if a delay is given, calls one after that many milliseconds. */
async function start(node: string, args: readonly string[], home: string, callAfter?: number): Promise<Start> {
  const began = performance.now();
  const server = await measured(node, args, { HOME: home });
  await server.request('tools/list', {});
  const seen = { list: performance.now() - began, megabytes: server.megabytes('VmRSS') };
  let call = Number.NaN;
  if (callAfter !== undefined) {
    await delay(callAfter);
    call = (await server.call('list_kx_environments', {})).ms;
  }
  await server.close();
  return { ...seen, call };
}
