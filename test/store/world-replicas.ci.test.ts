import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { worldOf } from '../../src/local/context.ts';
import { seededRandom } from '../../src/local/random.ts';
import type { WorldStore } from '../../src/local/store.ts';
import { problemsOf } from '../../src/local/worlds/integrity.ts';
import { seed as seedWorld } from '../../src/local/worlds/seed.ts';
import type { Service } from '../../src/operations/exchange.ts';
import { type Input, OPERATION_NAMES, type OperationName } from '../../src/operations/index.ts';
import { openWorlds } from '../../src/store/postgres/world/store.ts';
import { CREDENTIALS, NO_BOTO3, runThroughBoto3 } from '../local/boto3.ts';
import { KEY } from '../local/environment-builder.ts';
import { histories } from '../local/model/commands.ts';
import { compareHistory } from '../local/model/run.ts';
import { onTestClock } from '../local/test-clock.ts';
import { givenSeed, runs } from '../local/tier.ts';
import { openWorld, type Reply, requestFor, SEED_OPTIONS, type TestWorld } from '../local/world.ts';
import { CLI } from '../support/hosts.ts';
import { SKIPPED } from './cluster.ts';
import { databaseIn, startStores, type TestStores } from './shared-store.ts';

const REPLICAS = 3;
const WORLD = worldOf('111122223333', 'us-east-1');
const LONG = runs(300_000, 7_200_000);

describe.skipIf(SKIPPED !== '')(`three replicas of a world ${SKIPPED}`, { timeout: LONG }, () => {
  let stores: TestStores;
  beforeAll(async () => {
    stores = await startStores();
  }, 120_000);
  afterAll(() => stores.stop(), 120_000);

  /** Runs each transaction on the next of several stores. */
  function spread(all: readonly WorldStore[]): WorldStore {
    let turn = 0;
    const next = () => {
      turn += 1;
      return all[turn % all.length] as WorldStore;
    };
    return {
      read: (work, subject) => next().read(work, subject),
      write: (work, subject) => next().write(work, subject),
      close: async () => {},
    };
  }

  it.skipIf(NO_BOTO3 !== '')(`answer boto3, each call by a random one${NO_BOTO3}`, async () => {
    const url = await stores.fresh();
    const own = await Promise.all(Array.from({ length: REPLICAS }, () => openWorlds(url)));
    const [first] = own as [WorldStore];
    await seedWorld(first, 'demo', { ...SEED_OPTIONS, now: Date.now, lifecycle: 'realistic' });
    const open = (store: WorldStore) => openWorld({ store, start: Date.now(), credentials: CREDENTIALS });
    const worlds = await Promise.all(own.map(open));
    const random = seededRandom('boto3');
    const used = new Set<number>();
    const serve: Service = (request) => {
      const at = (random(1)[0] as number) % REPLICAS;
      used.add(at);
      return (worlds[at] as TestWorld).serve(request);
    };
    const unsigned = await openWorld({ store: first, start: Date.now() });
    const advance = (ms: number) => first.write((tx) => tx.advance(ms));
    expect(await runThroughBoto3({ advance }, serve, unsigned)).toEqual([...OPERATION_NAMES].sort());
    expect(used.size).toBe(REPLICAS);
    for (const store of own) await store.close();
  });

  it('match a simple model of the documentation, in random histories', async () => {
    const url = await stores.fresh();
    const own = await Promise.all(Array.from({ length: REPLICAS }, () => openWorlds(url)));
    const open = async () => {
      await own[0]?.write(async (tx) => {
        for (const arn of await tx.worlds()) await tx.clear(arn);
      });
      return openWorld({ store: onTestClock(spread(own)) });
    };
    const property = fc.asyncProperty(histories, (history) => compareHistory(history, open));
    await fc.assert(property, { numRuns: runs(6, 1_000), ...givenSeed() });
    for (const one of own) await one.close();
  });

  describe('killed, like PostgreSQL, while eight clients write', () => {
    let folder: string;
    const replicas: { process: ChildProcess; address: string }[] = [];
    /** The output of replicas that ended by themselves. */
    const ended: string[] = [];
    afterEach(async () => {
      for (const { process: one } of replicas.splice(0)) one.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    });

    async function startReplica(url: string, at: number): Promise<void> {
      const args = [
        CLI,
        'local',
        '--store',
        url,
        '--port',
        '0',
        '--world',
        'empty',
        '--quotas',
        'raised',
        '--lifecycle',
        'instant',
      ];
      const process = spawn(globalThis.process.execPath, args, {
        env: { PATH: globalThis.process.env['PATH'] ?? '', FINSPACE_MCP_STATE_DIR: join(folder, `${at}`) },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      const address = await new Promise<string>((resolve, reject) => {
        process.stderr.on('data', (chunk) => {
          said += chunk;
          const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
          if (found !== undefined) resolve(found);
        });
        process.once('exit', (_, signal) => {
          if (signal !== 'SIGKILL') ended.push(said);
          reject(new Error(said));
        });
      });
      replicas[at] = { process, address };
    }

    /** Sends a request to one replica after another until it succeeds. */
    async function insist<N extends OperationName>(name: N, input: Input<N>): Promise<Reply> {
      const { method, target, headers, body } = requestFor(name, input);
      for (let tries = 0; tries < 400; tries += 1) {
        const { address } = replicas[Math.floor(Math.random() * REPLICAS)] as (typeof replicas)[0];
        const sent = { method, headers, ...(body.length > 0 && { body }) };
        const reply = await fetch(`${address}${target}`, sent).catch(() => undefined);
        if (reply?.status === 200) return reply.json().catch(() => insist(name, input));
        if (reply !== undefined && reply.status < 500)
          throw new Error(`${name}: ${reply.status} ${await reply.text()}`);
        await delay(50);
      }
      throw new Error(`${name} never succeeded`);
    }

    it('lose no acknowledged change, repeat none, and leave no dangling reference', async () => {
      folder = mkdtempSync(join(tmpdir(), 'finspace-replicas-'));
      const url = await stores.fresh();
      await startReplica(url, 0);
      await Promise.all([startReplica(url, 1), startReplica(url, 2)]);
      const environments: string[] = [];
      for (let index = 0; index < 8; index += 1) {
        const { environmentId } = await insist('CreateKxEnvironment', { name: `kdb-${index}`, kmsKeyId: KEY });
        await insist('CreateKxDatabase', { environmentId, databaseName: 'trades', clientToken: `database-${index}` });
        environments.push(environmentId);
      }
      let isOver = false;
      const write = async (environmentId: string) => {
        const ids: string[] = [];
        for (let index = 0; !isOver; index += 1) {
          const changeRequests = [{ changeType: 'PUT' as const, s3Path: 's3://some-bucket/a/', dbPath: `/${index}/` }];
          const input = {
            environmentId,
            databaseName: 'trades',
            changeRequests,
            clientToken: `${environmentId}-${index}`,
          };
          const first = await insist('CreateKxChangeset', input);
          const second = index % 5 === 0 ? await insist('CreateKxChangeset', input) : first;
          expect(second.changesetId).toBe(first.changesetId);
          ids.push(first.changesetId);
        }
        return ids;
      };
      const writing = Promise.all(environments.map(write));
      for (let kill = 0; kill < runs(4, 100); kill += 1) {
        await delay(300 + 500 * Math.random());
        if (kill % 2 === 0) {
          await stores.cluster.kill();
          await stores.cluster.start();
        } else {
          const at = Math.floor(Math.random() * REPLICAS);
          const { process } = replicas[at] as (typeof replicas)[0];
          process.kill('SIGKILL');
          await once(process, 'exit');
          await startReplica(url, at);
        }
      }
      isOver = true;
      expect(ended).toEqual([]);
      const written = await writing;
      expect(written.every((ids) => ids.length > 3)).toBe(true);
      for (const [at, environmentId] of environments.entries()) {
        const kept: string[] = [];
        for (let nextToken: string | undefined, page: Reply; page === undefined || nextToken !== undefined; ) {
          page = await insist('ListKxChangesets', { environmentId, databaseName: 'trades', nextToken });
          kept.push(...page.kxChangesets.map(({ changesetId }: Reply) => changesetId));
          nextToken = page.nextToken;
        }
        expect(kept.toReversed()).toEqual(written[at]);
      }
      const store = await openWorlds(url);
      const random = seededRandom('check');
      const problems = await store.read(async (tx) =>
        problemsOf(await tx.entities(WORLD.arn), { tx, world: WORLD, now: Date.now(), pace: 0, random }),
      );
      await store.close();
      expect(problems).toEqual([]);
      const [{ count }] = (await stores.cluster.query<{ count: string }>(
        databaseIn(url),
        "SELECT count(*) FROM finspace_mcp.entities WHERE collection LIKE '%/kxChangeset'",
      )) as [{ count: string }];
      expect(Number(count)).toBe(written.flat().length);
    });
  });
});
