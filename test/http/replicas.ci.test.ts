import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openPostgres } from '../../src/store/postgres/index.ts';
import { SKIPPED } from '../store/cluster.ts';
import { startStores, type TestStores } from '../store/shared-store.ts';
import { KMS_KEY } from '../support/session-calls.ts';
import { bearer, callTool, codeIn, person, tokens } from './people.ts';
import { type Replica, startReplica } from './replica.ts';
import { closeAll, HTTP_HOSTS } from './support.ts';

/** The long tier reaches the number that the project promises. */
const FLOWS = process.env['TEST_LONG'] === '1' ? 1_000 : 30;
const WORKERS = 8;

afterEach(closeAll);

describe.skipIf(SKIPPED !== '')(`two replicas that share a store ${SKIPPED}`, { timeout: 900_000 }, () => {
  let stores: TestStores;
  beforeAll(async () => {
    stores = await startStores();
  }, 120_000);
  afterAll(() => stores.stop(), 120_000);

  /** Two servers in separate processes, on one world, with fixed tokens. */
  async function pair() {
    const held = tokens({
      agent: ['finspace:destroy'],
      seated: ['finspace:destroy', 'finspace:approve'],
      ann: ['finspace:approve'],
    });
    const store = await stores.fresh();
    const shared = [
      ...['--store', store, '--seal-keys', stores.sealKeys, '--auth-tokens', held.file],
      ...['--state', join(held.folder, 'world.db'), '--world', 'empty', '--lifecycle', 'instant'],
      ...['rate-read', 'rate-write', 'rate-destroy'].flatMap((rate) => [`--${rate}`, '1000000']),
    ];
    const start = (name: string) => startReplica([...shared, '--state-dir', join(held.folder, name)]);
    const replicas = [await start('a'), await start('b')] as const;
    const made = await callTool(
      replicas[0].url,
      'create_kx_environment',
      { name: 'fleet', kmsKeyId: KMS_KEY },
      as(held.agent),
    );
    const { environmentId } = made.structuredContent as { environmentId: string };
    /** Every deletion in the shared journal, by database. */
    const removals = async () => {
      const own = await openPostgres(store, { stateDir: held.folder, serves: false, onerror: () => {} });
      const entries = await own.journal.entries();
      expect(await own.journal.verify()).toMatchObject({ entries: entries.length });
      await own.close();
      const succeeded = new Set(
        entries.flatMap((entry) => (entry.kind === 'outcome' && entry.result === 'succeeded' ? [entry.call] : [])),
      );
      const counted = new Map<string, { begun: number; succeeded: number }>();
      for (const entry of entries) {
        if (entry.kind !== 'intent' || entry.operation !== 'DeleteKxDatabase') continue;
        const name = String(entry.target['databaseName']);
        const count = counted.get(name) ?? { begun: 0, succeeded: 0 };
        count.begun += 1;
        if (succeeded.has(entry.call)) count.succeeded += 1;
        counted.set(name, count);
      }
      return counted;
    };
    return { ...held, replicas, environmentId, removals };
  }
  const as = (token: string) => ({ headers: bearer(token) });
  const answer = (requestState: string | undefined, name: string) => ({
    requestState,
    inputResponses: { approval: { action: 'accept', content: { name } } },
  });

  type Pair = Awaited<ReturnType<typeof pair>>;
  interface Flow {
    readonly target: { readonly environmentId: string; readonly databaseName: string };
    /** The next replica in turn that is alive. */
    readonly next: () => Replica;
  }
  /** Approves a deletion in each possible way; true if the deletion was reported as done. */
  const WAYS: Record<string, (at: Pair, flow: Flow) => Promise<boolean>> = {
    'a form of 2026-07-28, from replica to replica': async ({ seated }, { target, next }) => {
      const asked = await callTool(next().url, 'delete_kx_database', target, { ...as(seated), forms: true });
      const more = answer(asked.requestState, target.databaseName);
      const done = await callTool(next().url, 'delete_kx_database', target, { ...as(seated), forms: true, more });
      return done.isError !== true;
    },
    'a form of the 2025 era, in a session': async ({ seated }, { target, next }) => {
      const host = HTTP_HOSTS.find(({ name }) => name === 'client 2.x, 2025 era') as (typeof HTTP_HOSTS)[number];
      const typed = () => ({ action: 'accept' as const, content: { name: target.databaseName } });
      const { url, ended } = next();
      const session = await host.connect(url, { person: typed, headers: bearer(seated) });
      // A client waits a minute for an answer that was lost with its replica, but the person retries sooner.
      const lost = ended.then(() => delay(1_000)).then(() => ({ isError: true }));
      const done = await Promise.race([session.callTool({ name: 'delete_kx_database', arguments: target }), lost]);
      void session.close().catch(() => {});
      return done.isError !== true;
    },
    'the page of one replica, for the other': async ({ agent, ann }, { target, next }) => {
      const code = codeIn(await callTool(next().url, 'delete_kx_database', target, as(agent)));
      const first = person(next().url);
      const shown = await first.signIn(ann, code);
      const second = person(next().url);
      second.take(first.cookie());
      const decided = await second.decide(code, { act: 'approve', name: target.databaseName }, shown);
      if (!decided.text.includes('<h1>Approved</h1>')) return false;
      return (await callTool(next().url, 'delete_kx_database', target, as(agent))).isError !== true;
    },
  };
  const ways = Object.values(WAYS);

  /** Runs flows concurrently, each in one of the ways, until every database is deleted; returns how often each was tried. */
  async function run(at: Pair, flows: number, after: (done: number) => Promise<void> = async () => {}) {
    const tries = new Map<string, number>();
    const unheard: string[] = [];
    let turn = 0;
    let begun = 0;
    let done = 0;
    const next = () => {
      const living = at.replicas.filter((replica) => !replica.dead());
      turn += 1;
      return living[turn % living.length] as Replica;
    };
    const exists = async (target: Flow['target']) =>
      (await callTool(next().url, 'get_kx_database', target, as(at.agent))).isError !== true;
    const worker = async () => {
      while (begun < flows) {
        const flow = begun;
        begun += 1;
        const target = { environmentId: at.environmentId, databaseName: `db-${flow}` };
        const steady = <T>(work: () => Promise<T>) => work().catch(() => delay(20).then(work));
        await steady(() => callTool(next().url, 'create_kx_database', target, as(at.agent)));
        const way = ways[flow % ways.length] as (typeof ways)[number];
        for (let tried = 1; ; tried += 1) {
          if (tried > 10) throw new Error(`${target.databaseName} is still there`);
          tries.set(target.databaseName, tried);
          const reported = await way(at, { target, next }).catch(() => false);
          if (reported) break;
          unheard.push(target.databaseName);
          if (!(await steady(() => exists(target)))) break;
        }
        done += 1;
        await after(done);
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, worker));
    return { tries, unheard };
  }

  it(`run each of ${FLOWS} approved calls exactly once, whichever replicas get the requests`, async () => {
    const at = await pair();
    const { tries, unheard } = await run(at, FLOWS);
    expect(unheard).toEqual([]);
    expect([...tries.values()].filter((tried) => tried !== 1)).toEqual([]);
    const removals = await at.removals();
    expect(removals.size).toBe(FLOWS);
    expect([...removals.values()].filter(({ begun, succeeded }) => begun !== 1 || succeeded !== 1)).toEqual([]);
  });

  it('continue on the other replica when one is killed, and run nothing twice', async () => {
    const at = await pair();
    const { tries } = await run(at, FLOWS, async (done) => {
      if (done === Math.floor(FLOWS / 2)) await at.replicas[1].kill();
    });
    const removals = await at.removals();
    expect(tries.size).toBe(FLOWS);
    for (const [name, { begun, succeeded }] of removals) {
      expect(succeeded, name).toBeLessThanOrEqual(1);
      expect(begun, name).toBeLessThanOrEqual(tries.get(name) ?? 0);
    }
    expect([...tries.values()].filter((tried) => tried > 1).length).toBeLessThanOrEqual(2 * WORKERS);
  });

  it('refuse to run an approved call again if its answer was lost with the replica', async () => {
    const { replicas, environmentId, seated, agent, removals } = await pair();
    const target = { environmentId, databaseName: 'trades' };
    await callTool(replicas[0].url, 'create_kx_database', target, as(agent));
    const asked = await callTool(replicas[0].url, 'delete_kx_database', target, { ...as(seated), forms: true });
    const more = answer(asked.requestState, 'trades');
    const [first] = await Promise.allSettled([
      callTool(replicas[1].url, 'delete_kx_database', target, { ...as(seated), forms: true, more }),
      delay(5).then(() => replicas[1].kill()),
    ]);
    const again = await callTool(replicas[0].url, 'delete_kx_database', target, { ...as(seated), forms: true, more });
    const { begun = 0, succeeded = 0 } = (await removals()).get('trades') ?? {};
    expect([begun <= 1, succeeded <= 1]).toEqual([true, true]);
    const exists = (await callTool(replicas[0].url, 'get_kx_database', target, as(agent))).isError !== true;
    // If a repeat is refused, the replica may have run the call before its answer was lost.
    if (again.isError === true) expect(succeeded === 1 && exists).toBe(false);
    else expect([begun, succeeded, exists, first.status]).toEqual([1, 1, false, 'rejected']);
  });
});
