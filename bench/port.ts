import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUILT } from './client.ts';
import { type Counted, type Exchange, loadOf, send } from './http-load.ts';
import { type Running, start } from './http-server.ts';
import { cpuSeconds, median, optionOf, pairRatios, shuffled, spread, verdict } from './measure.ts';
import { CREATE, prepareAt } from './port-requests.ts';

const CONNECTIONS = 32;
const ROUNDS = 31;
const ROUND_MS = 500;
/** The minimum of our requests per second, as a ratio to those of dynalite. */
const AIM = 0.6;
const DYNALITE = '4.0.0';
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

interface Measured extends Counted {
  /** CPU time of the server in seconds; NaN if /proc does not show it. */
  readonly cpuPerCall: number;
}

interface Contestant {
  readonly name: string;
  readonly server: Running;
  readonly next: () => Exchange;
  readonly rounds: Measured[];
}

/**
 * `finspace-mcp local` on its port beside dynalite, both with files and fsync, in rounds of random order. Only right replies
 * count. With `--against=CLI`, another build of ours takes part.
 */
export async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'finspace-mcp-bench-'));
  const running: Running[] = [];
  const started = async (...args: string[]) => {
    const server = await start(args);
    running.push(server);
    return server;
  };
  try {
    for (const [row, contestants] of await contestantsByRow(folder, started)) {
      await measure(contestants);
      report(row, contestants);
    }
  } finally {
    for (const { child } of running) child.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/** For each kind of request, the servers that are compared: ours comes first. */
async function contestantsByRow(
  folder: string,
  started: (...args: string[]) => Promise<Running>,
): Promise<[row: string, contestants: Contestant[]][]> {
  const local = (cli: string, name: string) =>
    started(cli, 'local', '--port', '0', '--state-dir', join(folder, name), '--access-log=false');
  const dynalite = async (durability: string) =>
    started(at('dynalite-server.mjs'), await installDynalite(), join(folder, durability), durability);
  const ours = await local(BUILT, 'ours');
  const { rows, stored } = await prepareAt(ours.port);
  const [synced, unsynced] = [await dynalite('fsync'), await dynalite('as-shipped')];
  for (const exchange of stored) await send(synced.port, exchange);
  const against = optionOf('against');
  const before = against === undefined ? undefined : await local(against, 'before');
  const beforeRows = before === undefined ? {} : (await prepareAt(before.port)).rows;
  return Object.entries(rows).map(([row, next]) => {
    const contestants = [contestant('ours', ours, next.ours), contestant('dynalite', synced, next.dynalite)];
    if (row === CREATE) contestants.push(contestant('dynalite without fsync', unsynced, next.dynalite));
    const earlier = beforeRows[row];
    if (before && earlier) contestants.push(contestant('before', before, earlier.ours));
    return [row, contestants];
  });
}

const contestant = (name: string, server: Running, next: () => Exchange): Contestant => ({
  name,
  server,
  next,
  rounds: [],
});

async function measure(contestants: readonly Contestant[]): Promise<void> {
  for (let round = -2; round < ROUNDS; round += 1)
    for (const { server, next, rounds } of shuffled(contestants)) {
      const before = cpuSeconds(server.child.pid);
      const counted = await loadOf(server.port, next, CONNECTIONS, ROUND_MS);
      if (round >= 0) rounds.push({ ...counted, cpuPerCall: (cpuSeconds(server.child.pid) - before) / counted.calls });
    }
}

function report(row: string, [ours, ...others]: readonly Contestant[]): void {
  for (const { name, rounds } of [ours as Contestant, ...others]) {
    const gap = Math.max(...rounds.map(({ worstGapMs }) => worstGapMs)).toFixed(0);
    const cpu = median(rounds.map(({ cpuPerCall }) => cpuPerCall * 1e6)).toFixed(0);
    const wrong = rounds.reduce((sum, { errors, crossed }) => sum + errors + crossed, 0);
    const rate = spread(perSecond(rounds), '/s');
    console.log(`${`${row}, ${name}`.padEnd(40)}${rate}, ${cpu} us of CPU, worst gap ${gap} ms, ${wrong} wrong`);
  }
  for (const { name, rounds } of others) {
    const ratios = pairRatios(perSecond(ours?.rounds ?? []), perSecond(rounds));
    const cpu = median(pairRatios(cpuPerCall(rounds), cpuPerCall(ours?.rounds ?? [])));
    console.log(`${row}, ours / ${name}: ${spread(ratios, 'x')}, ${cpu.toFixed(2)} by CPU time`);
    if (name === 'dynalite') console.log(verdict(`${row}, ours / dynalite`, median(ratios), AIM, 'at least'));
  }
}

const perSecond = (rounds: readonly Measured[]) => rounds.map((round) => round.perSecond);
const cpuPerCall = (rounds: readonly Measured[]) => rounds.map((round) => round.cpuPerCall);

/** The folder with dynalite and its packages, installed on first use: only this bench needs these 24 packages. */
async function installDynalite(): Promise<string> {
  const folder = at(`../node_modules/.cache/dynalite-${DYNALITE}`);
  if (existsSync(join(folder, 'node_modules', 'dynalite'))) return folder;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"private":true}');
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = spawn('npm', ['install', ...options, `dynalite@${DYNALITE}`], { cwd: folder, stdio: ['ignore', 2, 2] });
  const [code] = await once(npm, 'exit');
  if (code !== 0) throw new Error(`dynalite ${DYNALITE} cannot be installed`);
  return folder;
}
