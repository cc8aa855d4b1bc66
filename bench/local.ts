import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openWorldStore } from '../src/local/store.ts';
import { bundled, CONTENDER, type ContenderReport, contest } from '../test/local/contest.ts';
import { openBuilder, ROLE } from '../test/local/environment-builder.ts';
import { openWorld, type TestWorld } from '../test/local/world.ts';
import { compareCheckouts } from './local-against.ts';
import { median, optionOf, spread, verdict } from './measure.ts';

const FEW = 1_000;
const MANY = 100_000;
const ROUNDS = 11;

/**
 * The local service: reads among few and many entities, durable writes beside bare commits, and eight writers on one file. With
 * `--against=FOLDER`, its requests beside those of another checkout instead.
 */
export async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'finspace-mcp-bench-'));
  const against = optionOf('against');
  try {
    if (against !== undefined) return await compareCheckouts(folder, resolve(against));
    await reads(folder);
    await writes(folder);
    await eightWriters(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Crowd {
  readonly world: TestWorld;
  readonly environmentId: string;
  readonly users: number;
}

async function crowd(path: string, users: number): Promise<Crowd> {
  const world = await openWorld({ store: await openWorldStore(path), lifecycle: 'instant' });
  const { environmentId } = await openBuilder(world);
  await world.call('CreateKxUser', { environmentId, userName: nameOf(0), iamRole: ROLE });
  await world.store.write(async (tx) => {
    const collection = `arn:aws:finspace:us-east-1:111122223333:kxEnvironment/${environmentId}/kxUser`;
    const first = await tx.get(collection, nameOf(0));
    if (first === undefined) throw new Error('there is no first user');
    for (let index = 1; index < users; index++)
      await tx.put({ ...first, name: nameOf(index), position: nameOf(index) });
  });
  return { world, environmentId, users };
}

const nameOf = (index: number) => `user_${String(index).padStart(6, '0')}`;

async function reads(folder: string): Promise<void> {
  const few = await crowd(join(folder, 'few.db'), FEW);
  const many = await crowd(join(folder, 'many.db'), MANY);
  const kinds = { get: microsOfGet, 'list page': microsOfPage };
  for (const [what, micros] of Object.entries(kinds)) {
    const samples = { few: [] as number[], many: [] as number[] };
    for (let round = -2; round < ROUNDS; round++) {
      const pair = { few: await micros(few, round), many: await micros(many, round) };
      if (round < 0) continue;
      samples.few.push(pair.few);
      samples.many.push(pair.many);
    }
    console.log(`${what}, ${FEW}:  ${spread(samples.few, 'us')}`);
    console.log(`${what}, ${MANY}: ${spread(samples.many, 'us')}`);
    console.log(verdict(`${what}, ${MANY} / ${FEW}`, median(samples.many) / median(samples.few), 2, 'at most'));
  }
  await Promise.all([few.world.close(), many.world.close()]);
}

/** Microseconds of one get, the names spread over the whole collection. */
async function microsOfGet({ world, environmentId, users }: Crowd, round: number): Promise<number> {
  const count = 300;
  const start = performance.now();
  for (let index = 0; index < count; index++) {
    const userName = nameOf(((index + round + 2) * 7919) % users);
    await world.call('GetKxUser', { environmentId, userName });
  }
  return ((performance.now() - start) * 1000) / count;
}

/** Microseconds of one page of a hundred. */
async function microsOfPage({ world, environmentId }: Crowd): Promise<number> {
  const count = 9;
  let nextToken: string | undefined;
  const start = performance.now();
  for (let page = 0; page < count; page++) {
    ({ nextToken } = await world.call('ListKxUsers', { environmentId, nextToken }));
  }
  return ((performance.now() - start) * 1000) / count;
}

/** In a separate process, bundled like the product, because functions of unbundled sources are slower to create. */
async function writes(folder: string): Promise<void> {
  const script = await bundled(new URL('local-writes.ts', import.meta.url));
  const child = spawn(process.execPath, [script, folder], { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`local-writes: ${code}`);
}

async function eightWriters(folder: string): Promise<void> {
  const path = join(folder, 'eight.db');
  const world = await openWorld({ store: await openWorldStore(path), lifecycle: 'instant' });
  const { environmentId } = await openBuilder(world);
  await world.close();
  const script = await bundled(CONTENDER);
  const options = { script, path, environmentId, seconds: 4 };
  const control = await contest('spin', options);
  const writing = await contest('write', options);
  const worst = (all: ContenderReport[], pick: (one: ContenderReport) => number) => Math.max(...all.map(pick));
  const total = writing.reduce((sum, { commits }) => sum + commits, 0);
  const least = Math.min(...writing.map(({ commits }) => commits)) / total;
  const [loop, idle] = [worst(writing, (it) => it.loop.p99), worst(control, (it) => it.loop.p99)];
  console.log(
    `eight writers: ${total} commits in 4 s; event loop p99 of eight processes that only spin: ${idle.toFixed(0)} ms`,
  );
  console.log(verdict("least writer's share of the commits", least, 0.05, 'at least'));
  console.log(
    verdict(
      'p99 wait for a commit in ms',
      worst(writing, (it) => it.wait.p99),
      250,
      'at most',
    ),
  );
  console.log(verdict('p99 event-loop delay in ms, beyond that of spinning', Math.max(0, loop - idle), 50, 'at most'));
}
