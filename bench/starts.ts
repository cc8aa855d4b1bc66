import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE } from '../scripts/bundle.ts';
import { BUILT, startStdio } from './client.ts';
import { median, pairRatios, shuffled, spread, verdict } from './measure.ts';

const RUNS = 25;
const UNMEASURED = 2;
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The maximum ratio of start times on a major version of Node; Node 22 is the first with a compile cache. */
const aim = (major: number) => (major === 22 ? 0.85 : 1);

/**
 * Compares our start on one Node with that of a one-tool SDK server, which is bundled with the same options and the same validator. The
 * reference stays a module, as what the SDK publishes is.
 */
export async function compareStarts(node: string, against?: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'finspace-mcp-bench-'));
  try {
    const reference = join(folder, 'reference.mjs');
    await build({ ...BUNDLE, entryPoints: [at('one-tool-server.ts')], outfile: reference });
    const own = (cli: string, name: string): Contestant => ({
      name,
      args: [cli, '--state-dir', join(folder, name)],
      hasTool: true,
    });
    const contestants = [
      { name: 'reference', args: [reference], hasTool: false },
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
  readonly hasTool: boolean;
}

interface Sample {
  /** Milliseconds from the start to the list of tools. */
  readonly listMs: number;
  readonly megabytes: number;
  /** Milliseconds of the first call, if it is made 500 ms after the list. */
  readonly laterCallMs: number;
  /** Milliseconds of the first call, if it is made right after the list. */
  readonly callAtOnceMs: number;
}

interface Samples {
  readonly version: string;
  readonly of: (name: string) => readonly Sample[];
}

async function interleaved(node: string, contestants: readonly Contestant[], home: string): Promise<Samples> {
  const samples = new Map<string, Sample[]>(contestants.map(({ name }) => [name, []]));
  for (let run = -UNMEASURED; run < RUNS; run += 1) {
    for (const { name, args, hasTool } of shuffled(contestants)) {
      const { listMs, megabytes, callMs: laterCallMs } = await start(node, args, home, hasTool ? LATER_MS : undefined);
      const { callMs: callAtOnceMs } = hasTool ? await start(node, args, home, 0) : { callMs: Number.NaN };
      if (run >= 0) samples.get(name)?.push({ listMs, megabytes, laterCallMs, callAtOnceMs });
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
      `${version} ${name}: list after ${spread(column(name, 'listMs'), 'ms')}, ${spread(column(name, 'megabytes'), 'MB')}`,
    );
  const compared = (member: keyof Sample, other: string) => pairRatios(column('ours', member), column(other, member));
  const list = compared('listMs', 'reference');
  console.log(`ratios of pairs: ${spread(list, 'x')}`);
  console.log(verdict(`${version} start to tools/list, ours / reference`, median(list), aim(major), 'at most'));
  console.log(
    verdict(`${version} memory then, ours / reference`, median(compared('megabytes', 'reference')), 1.05, 'at most'),
  );
  console.log(
    `${version} first call: ${spread(column('ours', 'laterCallMs'), 'ms')} after 500 ms, ${spread(column('ours', 'callAtOnceMs'), 'ms')} at once`,
  );
  if (of('before').length === 0) return;
  console.log(verdict(`${version} start, ours / before`, median(compared('listMs', 'before')), 1, 'at most'));
  console.log(
    verdict(
      `${version} first call after 500 ms, ours / before`,
      median(compared('laterCallMs', 'before')),
      0.6,
      'at most',
    ),
  );
  console.log(
    verdict(`${version} first call at once, ours / before`, median(compared('callAtOnceMs', 'before')), 1, 'at most'),
  );
}

interface Start {
  readonly listMs: number;
  readonly megabytes: number;
  readonly callMs: number;
}

/** Starts a server, lists its tools and, if a delay is given, calls one after that many milliseconds. */
async function start(node: string, args: readonly string[], home: string, callAfter?: number): Promise<Start> {
  const began = performance.now();
  const server = await startStdio(node, args, { HOME: home });
  await server.request('tools/list', {});
  const seen = { listMs: performance.now() - began, megabytes: server.megabytes('VmRSS') };
  let callMs = Number.NaN;
  if (callAfter !== undefined) {
    await delay(callAfter);
    callMs = (await server.call('list_kx_environments', {})).ms;
  }
  await server.close();
  return { ...seen, callMs };
}
