import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bundled } from '../test/local/contest.ts';
import { median, pairRatios, shuffled, spread, verdict } from './measure.ts';

const ROUNDS = 31;
const UNMEASURED = 3;

/** The maximum cost of a request, as a ratio to its cost in the other checkout. */
const AIM = 1.15;

type Times = Readonly<Record<string, number>>;

/** The local service of this checkout beside that of another one, whose packages are installed; round by round, in random order. */
export async function compareCheckouts(folder: string, checkout: string): Promise<void> {
  const contestants = [await contestant('ours', folder), await contestant('before', folder, checkout)];
  const samples = new Map<string, Times[]>(contestants.map(({ name }) => [name, []]));
  for (let round = -UNMEASURED; round < ROUNDS; round += 1)
    for (const { name, measure } of shuffled(contestants)) {
      const times = await measure(round + UNMEASURED);
      if (round >= 0) samples.get(name)?.push(times);
    }
  await Promise.all(contestants.map(({ close }) => close()));
  const [ours = [], before = []] = ['ours', 'before'].map((name) => samples.get(name));
  for (const what of Object.keys(ours[0] ?? {})) report(what, ours, before);
}

function report(what: string, ours: readonly Times[], before: readonly Times[]): void {
  const [own, others] = [ours, before].map((all) => all.map((times) => times[what] ?? Number.NaN)) as [
    number[],
    number[],
  ];
  const ratios = pairRatios(own, others);
  console.log(`${what}: ${spread(own, 'us')}, before ${spread(others, 'us')}, ours / before ${spread(ratios, 'x')}`);
  console.log(verdict(`${what}, ours / before`, median(ratios), AIM, 'at most'));
}

interface Contestant {
  readonly name: string;
  readonly measure: (round: number) => Promise<Times>;
  readonly close: () => Promise<void>;
}

async function contestant(name: string, parent: string, checkout?: string): Promise<Contestant> {
  const folder = join(parent, name);
  await mkdir(folder);
  const script = await bundled(new URL('local-rates.ts', import.meta.url), checkout);
  const child = spawn(process.execPath, [script, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    name,
    measure: async (round) => {
      child.stdin.write(`${round}\n`);
      const { value } = await lines.next();
      if (value === undefined) throw new Error(`local-rates: ${name} ended`);
      return JSON.parse(value);
    },
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
