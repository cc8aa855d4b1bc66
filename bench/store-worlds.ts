import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorldStore } from '../src/local/store.ts';
import { openWorlds } from '../src/store/postgres/world/store.ts';
import { openBuilder, ROLE } from '../test/local/environment-builder.ts';
import { openWorld, type TestWorld } from '../test/local/world.ts';
import { databaseIn, type TestStores } from '../test/store/shared-store.ts';
import { median, rate, spread, verdict } from './measure.ts';

const WRITERS = 8;
const READERS = 64;
const FOR_MS = 3_000;
const TRIP_MS = 2.5;
const SAMPLES = 200;

/** The rates of a world in the store on a Unix socket, and its latency when each round trip to the database is delayed. */
export async function benchWorlds(stores: TestStores): Promise<void> {
  const url = await stores.fresh();
  const store = await openWorlds(url);
  const { world, environments } = await openEnvironments(store);
  const create = creator(world);
  const get = (environmentId: string) => world.call('GetKxUser', { environmentId, userName: 'ann' });
  const [first = ''] = environments;
  const one = await rate(1, FOR_MS, () => create(first));
  const eight = await rate(WRITERS, FOR_MS, (writer) => create(environments[writer] as string));
  const gets = await rate(READERS, FOR_MS, (reader) => get(environments[reader % WRITERS] as string));
  console.log(verdict('creates by one writer per second', one, 150, 'at least'));
  console.log(verdict('creates by eight writers in eight environments per second', eight, 800, 'at least'));
  console.log(verdict('gets by 64 readers per second', gets, 4_000, 'at least'));
  await world.close();

  const slow = await slowSocket(stores.cluster.folder);
  const far = await openWorlds(`postgres://server@/${databaseIn(url)}?host=${encodeURIComponent(slow.folder)}`);
  const distant = await openWorld({ store: far, lifecycle: 'instant' });
  const times = {
    create: await timesOf(() => creator(distant)(first)),
    cluster: await timesOf((index) => distant.refusal('CreateKxCluster', clusterInput(first, index))),
    get: await timesOf(() => distant.call('GetKxUser', { environmentId: first, userName: 'ann' })),
  };
  for (const [what, all] of Object.entries(times))
    console.log(`${what} with ${TRIP_MS} ms trips: ${spread(all, 'ms')}`);
  console.log(verdict(`create of a user with ${TRIP_MS} ms trips in ms`, median(times.create), 60, 'at most'));
  console.log(verdict(`create of a cluster with ${TRIP_MS} ms trips in ms`, median(times.cluster), 60, 'at most'));
  console.log(verdict(`get with ${TRIP_MS} ms trips in ms`, median(times.get), 8, 'at most'));
  await far.close();
  slow.close();
}

/** A world with an environment for each writer, and a user in each. */
async function openEnvironments(store: WorldStore) {
  const world = await openWorld({ store, lifecycle: 'instant' });
  const { environmentId, group } = await openBuilder(world);
  await group('sg-one');
  const environments = [environmentId];
  for (let index = 1; index < WRITERS; index += 1) {
    const kmsKeyId = 'arn:aws:kms:us-east-1:111122223333:key/5b0e7c1f-2d84-4f7a-9c36-e1a8d9f04b72';
    environments.push((await world.call('CreateKxEnvironment', { name: `kdb-${index}`, kmsKeyId })).environmentId);
  }
  for (const one of environments)
    await world.call('CreateKxUser', { environmentId: one, userName: 'ann', iamRole: ROLE });
  return { world, environments };
}

/** A socket with delayed round trips, served by a separate process. */
async function slowSocket(clusterFolder: string) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-slow-'));
  const script = fileURLToPath(new URL('slow-socket.mjs', import.meta.url));
  const [own, database] = [folder, clusterFolder].map((each) => join(each, '.s.PGSQL.5432')) as [string, string];
  const socket = spawn(process.execPath, [script, own, database, `${TRIP_MS}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(socket.stdout, 'data');
  const close = () => {
    socket.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, close };
}

let users = 0;
const creator = (world: TestWorld) => (environmentId: string) => {
  users += 1;
  return world.call('CreateKxUser', { environmentId, userName: `user_${users}`, iamRole: ROLE });
};

const clusterInput = (environmentId: string, index: number) => ({
  environmentId,
  clusterName: `gp-${index}`,
  clusterType: 'GP',
  releaseLabel: '1.0',
  azMode: 'SINGLE',
  availabilityZoneId: 'use1-az1',
  vpcConfiguration: {
    vpcId: 'vpc-12345678',
    securityGroupIds: ['sg-12345678'],
    subnetIds: ['subnet-12345678'],
    ipAddressType: 'IP_V4',
  },
  scalingGroupConfiguration: { scalingGroupName: 'sg-one', memoryReservation: 6, nodeCount: 1 },
});

/** Milliseconds of each call, sorted. */
async function timesOf(work: (index: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let index = -5; index < SAMPLES; index += 1) {
    const start = performance.now();
    await work(index + 5);
    if (index >= 0) times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b);
}
