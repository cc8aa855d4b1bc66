import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Ledger } from '../../src/safety/ledger.ts';
import { acceptRestore, initStore } from '../../src/store/postgres/administration.ts';
import { openPostgres } from '../../src/store/postgres/index.ts';
import type { SharedStore } from '../../src/store/store.ts';
import { INTENT } from '../safety/support/intent.ts';
import { pendingFor } from '../safety/support/ledger-under-test.ts';
import { type Cluster, SKIPPED, startCluster } from './cluster.ts';

const OPEN_MS = 900_000;
const APPROVAL = { channel: 'terminal', approver: 'ann', at: 1 };
const LONG = process.env['TEST_LONG'] === '1';
const [CRASHES, TIMEOUT] = LONG ? [100, 3_600_000] : [5, 600_000];

describe.skipIf(SKIPPED !== '')(`a store whose database fails ${SKIPPED}`, { timeout: TIMEOUT }, () => {
  let cluster: Cluster;
  let folder: string;
  const opened: SharedStore[] = [];
  beforeAll(async () => {
    cluster = await startCluster();
    await initStore(await cluster.create('template_store'), { createsRole: true });
  }, 120_000);
  afterAll(() => cluster.remove(), 120_000);
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  let databases = 0;
  /** A new store, and a function that opens it as a replica, which keeps its state directory. */
  async function fresh(of = cluster) {
    databases += 1;
    const name = `store_${databases}`;
    await of.create(name, 'template_store');
    folder = mkdtempSync(join(tmpdir(), 'crashes-'));
    const open = async (replica = 'a', url = of.url(name)) => {
      const store = await openPostgres(url, { stateDir: join(folder, replica), serves: true, onerror: () => {} });
      opened.push(store);
      return store;
    };
    return { name, open, store: await open() };
  }
  const approved = async (ledger: Ledger, binding = 'one') => {
    const { nonce } = (await ledger.open(pendingFor(binding))).pending;
    expect(await ledger.approve(nonce, APPROVAL)).toBe(true);
    return nonce;
  };
  const expectReady = (store: SharedStore) =>
    expect.poll(() => store.ready().then(() => 'ready', String), { timeout: 60_000 }).toBe('ready');
  /** Earlier approvals cannot be used, and a new one can. */
  const expectVoid = async (ledger: Ledger, ...nonces: string[]) => {
    for (const nonce of nonces) {
      expect(await ledger.consume(nonce)).toBe(false);
      expect(await ledger.find(nonce)).toBeUndefined();
    }
    expect(await ledger.approvedFor('one')).toBeUndefined();
    expect(await ledger.list()).toEqual([]);
    expect(await ledger.consume(await approved(ledger, 'new'))).toBe(true);
  };

  it('keeps acknowledged data when PostgreSQL is killed', async () => {
    const { store } = await fresh();
    const ledger = store.ledger(OPEN_MS);
    const [used, unused] = [await approved(ledger, 'used'), await approved(ledger, 'unused')];
    expect(await ledger.consume(used)).toBe(true);
    const call = await store.journal.begin(INTENT);
    await cluster.kill();
    const finishing = store.journal.finish(call, { result: 'succeeded' });
    await cluster.start();
    await finishing;
    await expectReady(store);
    expect(await ledger.consume(used)).toBe(false);
    expect(await ledger.consume(unused)).toBe(true);
    expect((await store.journal.entries()).map(({ kind }) => kind)).toEqual(['intent', 'outcome']);
  });

  it(`loses no acknowledged entry and consumes no approval twice over ${CRASHES} kills under eight writers`, async () => {
    const { open } = await fresh();
    const stores = await Promise.all(Array.from({ length: 8 }, (_, at) => open(`w${at}`)));
    const acknowledged: string[] = [];
    const consumed = new Map<string, number>();
    let isOver = false;
    const shared: string[] = [];
    const writer = async (store: SharedStore, at: number) => {
      const ledger = store.ledger(OPEN_MS);
      for (let turn = 0; !isOver; turn += 1) {
        try {
          acknowledged.push(await store.journal.begin(INTENT));
          if (turn % 4 === 0) shared.push(await approved(ledger, `binding ${at} ${turn}`));
          const nonce = shared[Math.floor(Math.random() * shared.length)];
          if (nonce !== undefined && (await ledger.consume(nonce))) consumed.set(nonce, (consumed.get(nonce) ?? 0) + 1);
        } catch {
          // Rejected, so nothing was acknowledged.
        }
      }
    };
    const writing = stores.map(writer);
    for (let crash = 0; crash < CRASHES; crash += 1) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await cluster.kill();
      await cluster.start();
    }
    isOver = true;
    await Promise.all(writing);
    const [first] = stores as [SharedStore];
    await expectReady(first);
    const present = new Set((await first.journal.entries()).flatMap((entry) => ('call' in entry ? entry.call : [])));
    expect(acknowledged.length).toBeGreaterThan(CRASHES);
    expect(acknowledged.filter((call) => !present.has(call))).toEqual([]);
    expect(await first.journal.verify()).not.toHaveProperty('brokenAt');
    expect([...consumed.values()].filter((times) => times !== 1)).toEqual([]);
    const ledger = first.ledger(OPEN_MS);
    for (const nonce of consumed.keys()) expect(await ledger.consume(nonce)).toBe(false);
  });

  it('finds out the outcome of a request whose reply was lost', async () => {
    const { name, open } = await fresh();
    const proxy = await cuttingProxy(join(cluster.folder, '.s.PGSQL.5432'));
    onTestFinished(() => proxy.close());
    const store = await open('b', `postgres://postgres@127.0.0.1:${proxy.port}/${name}?sslmode=disable`);
    const ledger = store.ledger(OPEN_MS);
    const nonce = await approved(ledger);
    proxy.cutNextReply();
    expect(await ledger.consume(nonce)).toBe(true);
    expect(proxy.cuts()).toBe(1);
    expect(await ledger.consume(nonce)).toBe(false);
    proxy.cutNextReply();
    const call = await store.journal.begin(INTENT);
    proxy.cutNextReply();
    await store.journal.finish(call, { result: 'succeeded' });
    proxy.cutNextReply();
    const { pending } = await ledger.open(pendingFor('two'));
    expect(await ledger.list()).toEqual([pending]);
    expect(proxy.cuts()).toBe(4);
    expect((await store.journal.entries()).map(({ kind }) => kind)).toEqual(['intent', 'outcome']);
  });

  it('rejects calls with the cause while the database does not answer, and recovers afterwards', async () => {
    const { store } = await fresh();
    const ledger = store.ledger(OPEN_MS);
    const nonce = await approved(ledger);
    cluster.pause();
    const refused = await Promise.allSettled([ledger.consume(nonce), store.journal.begin(INTENT), store.ready()]);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    cluster.resume();
    expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    for (const one of refused) expect(String((one as PromiseRejectedResult).reason)).toContain('does not answer');
    await expectReady(store);
    // The rejected request may have consumed the first approval later, so this checks a new one.
    expect(await ledger.consume(await approved(ledger, 'new'))).toBe(true);
    expect(await ledger.approvedFor('new')).toBeUndefined();
    expect(await store.journal.verify()).not.toHaveProperty('brokenAt');
  });

  it('delivers events that happened while the event connection was broken', async () => {
    const { name, store, open } = await fresh();
    const other = await open('b');
    const heard: unknown[] = [];
    const [here, there] = [store.events('/mcp'), other.events('/mcp')];
    here.subscribe((event) => void heard.push(event));
    there.publish({ kind: 'resource_updated', uri: 'finspace://1' });
    await expect.poll(() => heard, { timeout: 10_000 }).toHaveLength(1);
    await cluster.query(name, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'");
    there.publish({ kind: 'resource_updated', uri: 'finspace://2' });
    await expect.poll(() => heard, { timeout: 10_000 }).toHaveLength(2);
    there.publish({ kind: 'resource_updated', uri: 'finspace://3' });
    await expect.poll(() => heard, { timeout: 10_000 }).toHaveLength(3);
  });

  it('accepts no old approval after a backup was restored, and serves only after accept-restore', async () => {
    const { name, store, open } = await fresh();
    const ledger = store.ledger(OPEN_MS);
    const nonce = await approved(ledger);
    await store.journal.begin(INTENT);
    const backup = await cluster.backup();
    expect(await ledger.consume(nonce)).toBe(true);
    await store.journal.begin({ ...INTENT, principal: 'lost' });
    await backup.restore();
    await expect(ledger.consume(nonce)).rejects.toThrow('accept-restore');
    await expect(ledger.open(pendingFor('two'))).rejects.toThrow('accept-restore');
    await expect(store.journal.begin(INTENT)).rejects.toThrow('accept-restore');
    await expect(store.ready()).rejects.toThrow('accept-restore');
    await expect(open()).rejects.toThrow('accept-restore');
    await acceptRestore(cluster.url(name));
    await expectVoid(ledger, nonce);
    await expectVoid((await open()).ledger(OPEN_MS), nonce);
    expect((await store.journal.entries()).map(({ kind }) => kind)).toEqual(['intent', 'restore']);
  });

  it('accepts no old approval in a copy in the same cluster', async () => {
    const { name, store, open } = await fresh();
    const [used, unused] = [await approved(store.ledger(OPEN_MS)), await approved(store.ledger(OPEN_MS), 'unused')];
    await store.journal.begin(INTENT);
    for (const one of opened.splice(0)) await one.close();
    const copy = await cluster.create(`${name}_copy`, name);
    expect(await (await open()).ledger(OPEN_MS).consume(used)).toBe(true);
    await expectVoid((await open('a', copy)).ledger(OPEN_MS), used, unused);
  });

  it.each([
    ['synchronous', true],
    ['asynchronous', false],
  ])('accepts no old approval on a promoted %s standby', async (_, isSynchronous) => {
    const primary = await startCluster();
    onTestFinished(() => primary.remove());
    await initStore(await primary.create('template_store'), { createsRole: false });
    const { name, store, open } = await fresh(primary);
    const ledger = store.ledger(OPEN_MS);
    const standby = await primary.standby(isSynchronous);
    onTestFinished(() => standby.remove());
    const [used, unused] = [await approved(ledger, 'one'), await approved(ledger, 'unused')];
    await store.journal.begin(INTENT);
    if (!isSynchronous) {
      await expect
        .poll(async () => (await standby.query(name, 'SELECT FROM finspace_mcp.approvals')).length, { timeout: 20_000 })
        .toBe(2);
      await standby.stop();
    }
    expect(await ledger.consume(used)).toBe(true);
    await store.journal.begin(INTENT);
    await primary.kill();
    if (!isSynchronous) await standby.start();
    await standby.promote();
    const there = () => open(isSynchronous ? 'a' : 'new', standby.url(name));
    if (!isSynchronous) await expect(open('a', standby.url(name))).rejects.toThrow('accept-restore');
    const after = await there();
    await expectVoid(after.ledger(OPEN_MS), used, unused);
    expect(await after.journal.entries()).toHaveLength(isSynchronous ? 2 : 1);
    await primary.start();
  });
});

/** A proxy to a socket that can end a connection before the reply of the server reaches the client. */
async function cuttingProxy(path: string) {
  let armed = 0;
  let droppedReplies = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(path);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    let isStarted = false;
    client.on('data', (chunk) => upstream.write(chunk));
    upstream.on('data', (chunk) => {
      // The first replies belong to the start of the session.
      if (isStarted && armed > 0) {
        armed -= 1;
        droppedReplies += 1;
        client.destroy();
        return;
      }
      isStarted ||= chunk.includes('ReadyForQuery') || chunk.at(-6) === 0x5a;
      client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    cutNextReply: () => {
      armed += 1;
    },
    cuts: () => droppedReplies,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
