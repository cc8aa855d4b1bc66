import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Ledger } from '../../src/safety/ledger.ts';
import { redisLedger } from '../../src/transports/shared/redis-ledger.ts';
import { HAS_REDIS, startRedis, type TestRedis } from '../http/redis.ts';
import { OPEN_MS } from './support/guard.ts';

const SKIPPED = HAS_REDIS ? '' : 'SKIPPED: no redis-server is installed (apt-get install redis-server)';
if (SKIPPED !== '') console.warn(`Lost writes of Redis are not tested. ${SKIPPED}`);

const SHOWN = { operation: 'DeleteKxUser', noun: 'user', name: 'ann', text: '', lost: [], interrupted: [] } as const;
const ASKED = {
  binding: 'one call',
  about: 'ann',
  client: 'one',
  principal: 'agent',
  fingerprint: '',
  shown: SHOWN,
} as const;
const APPROVAL = { channel: 'terminal', approver: 'ann', at: 1 } as const;

const open: { disconnect(): void }[] = [];
const client = (server: TestRedis) => {
  const made = new Redis(server.url);
  open.push(made);
  return made;
};
const ledgerOn = (redis: Redis) => redisLedger(redis, 'plans', OPEN_MS);

async function approvedOn(ledger: Ledger): Promise<string> {
  const { nonce } = (await ledger.open(ASKED)).pending;
  expect(await ledger.approve(nonce, APPROVAL)).toBe(true);
  return nonce;
}

/** The question and its approval are in the store, and yet neither can be found, listed, approved or used. */
async function isWorthless(ledger: Ledger, redis: Redis, nonce: string) {
  expect(await redis.hget(`ledger:plans:q:${nonce}`, 'state')).toBe('approved');
  expect(await ledger.approvedFor(ASKED.binding)).toBeUndefined();
  expect(await ledger.find(nonce)).toBeUndefined();
  expect(await ledger.consume(nonce)).toBe(false);
  expect(await ledger.list()).toEqual([]);
  const { pending: asked } = await ledger.open(ASKED);
  expect(asked.nonce).not.toBe(nonce);
  expect(await ledger.consume(asked.nonce)).toBe(true);
}

describe.skipIf(!HAS_REDIS)(`an approval that was used ${SKIPPED}`, { timeout: 60_000 }, () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());
  afterEach(() => {
    for (const one of open.splice(0)) one.disconnect();
  });

  it('does not come back when Redis is killed and loses its newest writes', async () => {
    const before = client(server);
    const nonce = await approvedOn(ledgerOn(before));
    await before.save();
    expect(await ledgerOn(before).consume(nonce)).toBe(true);
    await server.kill();
    const after = client(server);
    await isWorthless(ledgerOn(after), after, nonce);
  });

  it('does not come back on a standby that is promoted without the newest writes, nor when the old primary takes over again', async () => {
    const standby = await startRedis();
    onTestFinished(() => standby.stop());
    const [primary, second] = [client(server), client(standby)];
    await primary.flushall();
    await follows(second, primary, server);
    const nonce = await approvedOn(ledgerOn(primary));
    await primary.wait(1, 5_000);
    await second.replicaof('NO', 'ONE');
    expect(await ledgerOn(primary).consume(nonce)).toBe(true);
    expect(await second.hget(`ledger:plans:q:${nonce}`, 'state')).toBe('approved');
    await follows(primary, second, standby);
    await primary.replicaof('NO', 'ONE');
    await isWorthless(ledgerOn(second), second, nonce);
    await isWorthless(ledgerOn(primary), primary, nonce);
  });

  it('is refused where Redis does not say which process it is', async () => {
    const redis = client(server);
    await redis.call('ACL', 'SETUSER', 'quiet', 'on', 'nopass', '~*', '&*', '+@all', '-info');
    const quiet = new Redis(server.url, { username: 'quiet', password: 'any' });
    open.push(quiet);
    await expect(ledgerOn(quiet).open(ASKED)).rejects.toThrow('no approval can be trusted');
  });
});

/** Makes one Redis the standby of another and waits until it has everything. */
async function follows(standby: Redis, primary: Redis, at: TestRedis): Promise<void> {
  const { hostname, port } = new URL(at.url);
  await standby.replicaof(hostname, Number(port));
  const isLinked = async () => (await standby.info('replication')).includes('master_link_status:up');
  for (const end = performance.now() + 30_000; !(await isLinked()); ) {
    if (performance.now() > end) throw new Error('the standby does not follow');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await primary.wait(1, 5_000);
}
