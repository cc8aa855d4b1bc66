import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { type Answer, BUILT, type StdioServer, startStdioAt } from './client.ts';
import { environmentId, environmentName, type FleetEndpoint, fleetEndpoint, TAG } from './fleet-endpoint.ts';
import { growthPicture, type Point } from './fleet-picture.ts';
import { median, optionOf, pairRatios, shuffled, spread, verdict } from './measure.ts';

const SIZES = [1, 10, 100, 1_000];
const ROUNDS = Number(optionOf('rounds') ?? 3);
const LATENCY_MS = 30;
/** After this long, the rate of the endpoint counts as learnt. */
const LEARNT_MS = 5_000;

/** What one question to a server cost. */
interface Sample {
  readonly ms: number;
  readonly calls: number;
  readonly refused: number;
  /** The share of the requests after five seconds that were refused. */
  readonly refusedLater: number;
  readonly answers: number;
  readonly tokens: number;
  readonly found: number;
  readonly megabytes: number;
  readonly isComplete: boolean;
}

interface Contestant {
  readonly name: string;
  readonly cli: string;
}

interface Question {
  readonly tool: string;
  readonly args: object;
  /** How often each new server gets the question; each time is a separate sample. */
  readonly times?: number;
}

const PROBLEMS: Question = { tool: 'find_kx_problems', args: {}, times: 2 };

/**
 * What whole fleets cost: how time, calls, answers and memory grow with the number of environments, and what happens at an endpoint
 * that admits few requests. `--against=CLI` measures another build in most comparisons, `--only=latency|throttled|one` runs
 * one part, and `--rounds=N` runs N rounds instead of three.
 */
export async function main(): Promise<void> {
  const against = optionOf('against');
  const only = optionOf('only');
  const ours = { name: 'ours', cli: BUILT };
  const contestants = [ours, ...(against === undefined ? [] : [{ name: 'before', cli: against }])];
  const folder = await mkdtemp(join(tmpdir(), 'finspace-mcp-bench-'));
  try {
    if (only === undefined || only === 'latency') await growth(contestants, folder);
    if (only === undefined || only === 'one') await one(contestants, folder);
    if (only === undefined || only === 'throttled') await throttled(contestants, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function growth(contestants: readonly Contestant[], folder: string): Promise<void> {
  console.log(`find_kx_problems, ${LATENCY_MS} ms an operation, 20 clusters an environment`);
  const points: Point[][] = [[], []];
  for (const environments of SIZES) {
    const rounds = environments > 100 ? 1 : ROUNDS;
    const some = environments > 100 ? contestants.slice(0, 1) : contestants;
    const samples = await compare(some, { environments, latencyMs: LATENCY_MS }, PROBLEMS, rounds, folder);
    report(`${environments} environments`, samples);
    const [first, again] = [0, 1].map((at) => samples.get('ours')?.[at] ?? []);
    for (const [at, all] of [first, again].entries()) if (all?.[0]) points[at]?.push(pointOf(environments, all));
    if (environments === 100) {
      console.log(verdict('first answer, seconds', secondsOf(first), 5, 'at most'));
      console.log(verdict('first answer, calls', callsOf(first), 2_000, 'at most'));
      console.log(verdict('the same again, seconds', secondsOf(again), 3, 'at most'));
    }
  }
  const [first = [], again = []] = points;
  writeFileSync(PICTURE, growthPicture({ first, again }));
  console.log(`drawn: ${PICTURE.pathname.split('/').slice(-2).join('/')}`);
}

const PICTURE = new URL('../docs/performance.svg', import.meta.url);

function pointOf(environments: number, all: readonly Sample[]): Point {
  const middle = (pick: (sample: Sample) => number) => median(all.map(pick));
  return {
    environments,
    calls: middle(({ calls }) => calls),
    seconds: middle(({ ms }) => ms / 1_000),
    tokens: middle(({ tokens }) => tokens),
    megabytes: middle(({ megabytes }) => megabytes),
  };
}

/** One environment among a thousand, and the problems of all, without latency: the cost of the product itself. */
async function one(contestants: readonly Contestant[], folder: string): Promise<void> {
  const last = 999;
  const fleet = { environments: last + 1 };
  for (const [word, environment] of [
    ['by id', environmentId(last)],
    ['by name', environmentName(last)],
  ]) {
    const question = { tool: 'describe_kx_environment', args: { environment }, times: 3 };
    const samples = await compare(contestants, fleet, question, ROUNDS, folder);
    report(`one of 1,000 environments ${word}, no latency`, samples);
    console.log(verdict(`${word}, warm, milliseconds`, secondsOf(samples.get('ours')?.[2]) * 1_000, 80, 'at most'));
  }
  const samples = await compare(contestants, fleet, PROBLEMS, 1, folder);
  report('find_kx_problems in 1,000 environments, no latency', samples);
  console.log(verdict('first answer, seconds', secondsOf(samples.get('ours')?.[0]), 8, 'at most'));
}

async function throttled(contestants: readonly Contestant[], folder: string): Promise<void> {
  const problems = { tool: 'find_kx_problems', args: {} };
  const few = await compare(contestants, { environments: 100, perSecond: 50 }, problems, 1, folder);
  report('find_kx_problems in 100 environments against 50 requests/s', few);
  console.log(verdict('refused after 5 s', of(few.get('ours')?.[0], 'refusedLater'), 0.03, 'at most'));
  const tag = { tool: 'find_kx_entities', args: { kinds: ['cluster'], tags: [{ key: TAG.key, value: TAG.value }] } };
  // Earlier builds use another name for this condition.
  const tagged = await compare(contestants.slice(0, 1), { environments: 20, perSecond: 10 }, tag, 1, folder);
  report('find by tag in 20 environments against 10 requests/s', tagged);
  const sample = tagged.get('ours')?.[0]?.[0];
  console.log(verdict('found of 40', sample?.found ?? 0, 40, 'at least'));
}

/** The samples of each contestant, by the number of times that the question was asked before; all interleaved in random order. */
async function compare(
  contestants: readonly Contestant[],
  fleet: Parameters<typeof fleetEndpoint>[0],
  question: Question,
  rounds: number,
  folder: string,
): Promise<Map<string, Sample[][]>> {
  const samples = new Map(
    contestants.map(({ name }) => [name, Array.from({ length: question.times ?? 1 }, (): Sample[] => [])]),
  );
  for (let round = 0; round < rounds; round += 1)
    for (const { name, cli } of shuffled(contestants)) {
      const endpoint = await fleetEndpoint(fleet);
      const home = await mkdtemp(join(folder, 'home-'));
      const server = await startStdioAt(endpoint.url, home, cli);
      try {
        for (const times of samples.get(name) ?? []) times.push(await ask(server, endpoint, question));
      } finally {
        await server.close();
        await endpoint.close();
      }
    }
  return samples;
}

/** Asks, and follows the cursors of answers that ended early until nothing is left. */
async function ask(server: StdioServer, { arrivals }: FleetEndpoint, { tool, args }: Question): Promise<Sample> {
  arrivals.length = 0;
  const began = performance.now();
  const answers: Answer[] = [await server.call(tool, args)];
  for (let last = answers[0]; isStopped(last); last = answers.at(-1))
    answers.push(await server.call(tool, { ...args, cursor: last?.data['cursorForRest'] ?? last?.data['cursor'] }));
  const ms = performance.now() - began;
  const later = arrivals.filter(({ at }) => at - began > LEARNT_MS);
  const refused = (all: readonly { readonly refused: boolean }[]) => all.filter((each) => each.refused).length;
  const tokens = answers.map(({ text, data }) => countTokens(text === '' ? JSON.stringify(data) : text));
  return {
    ms,
    calls: arrivals.length,
    refused: refused(arrivals),
    refusedLater: later.length === 0 ? 0 : refused(later) / later.length,
    answers: answers.length,
    tokens: Math.max(...tokens),
    found: answers.reduce((sum, { data }) => sum + Number(data['found'] ?? 0), 0),
    megabytes: server.megabytes('VmHWM'),
    isComplete: answers.every(({ data }) => data['notRead'] === undefined),
  };
}

/** Whether an answer ended early, with a cursor for what is left. */
const isStopped = (answer: Answer | undefined) =>
  answer?.data['environmentsLeft'] !== undefined && answer.data['cursor'] !== undefined;

const of = (samples: readonly Sample[] = [], member: 'ms' | 'calls' | 'refusedLater') =>
  samples.length === 0 ? Number.NaN : median(samples.map((sample) => sample[member]));
const secondsOf = (samples: readonly Sample[] | undefined) => of(samples, 'ms') / 1_000;
const callsOf = (samples: readonly Sample[] | undefined) => of(samples, 'calls');

function report(what: string, samples: ReadonlyMap<string, readonly (readonly Sample[])[]>): void {
  console.log(`\n${what}`);
  for (const [name, times] of samples)
    for (const [at, all] of times.entries()) {
      const [sample] = all;
      if (sample === undefined) continue;
      const seconds = spread(
        all.map(({ ms }) => ms / 1_000),
        's',
      );
      const label = at === 0 ? 'first' : at === 1 ? 'again' : `again ${at}`;
      const lines = [
        `${callsOf(all)} calls`,
        ...(sample.refused === 0 ? [] : [`${sample.refused} refused, ${percent(sample.refusedLater)} after 5 s`]),
        ...(sample.answers === 1 ? [] : [`${sample.answers} answers`]),
        ...(sample.found === 0 ? [] : [`${sample.found} found`]),
        `${sample.tokens} tokens`,
        `${sample.megabytes.toFixed(0)} MB`,
        sample.isComplete ? 'complete' : 'INCOMPLETE',
      ];
      console.log(`  ${name.padEnd(7)}${label.padEnd(8)}${seconds}; ${lines.join(', ')}`);
    }
  const [ours, before] = ['ours', 'before'].map((name) => samples.get(name));
  for (const [at, all] of (before === undefined ? [] : (ours ?? [])).entries()) {
    const times = (of: readonly Sample[] = []) => of.map(({ ms }) => ms);
    console.log(
      `  ours / before, ${at === 0 ? 'first' : 'again'}: ${spread(pairRatios(times(all), times(before?.[at])), 'x')}`,
    );
  }
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

if (import.meta.filename === process.argv[1]) await main();
