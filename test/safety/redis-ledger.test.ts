import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBehind } from '../../src/safety/ledger-clock.ts';
import { redisClock } from '../../src/transports/shared/redis-clock.ts';
import { redisLedger } from '../../src/transports/shared/redis-ledger.ts';
import { HAS_REDIS, startRedis, type TestRedis } from '../http/redis.ts';
import { OPEN_MS } from './support/guard.ts';
import { itKeepsTheLedgerContract } from './support/ledger-contract.ts';

const SKIPPED = HAS_REDIS ? '' : 'SKIPPED: no redis-server is installed (apt-get install redis-server)';
if (SKIPPED !== '') console.warn(`The ledger in Redis is not tested. ${SKIPPED}`);

/** Moves all that is kept as far into the past as a clock would go forwards: times, order, and when Redis drops it. */
const AGE = `
local ms = tonumber(ARGV[2])
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  local kind = redis.call('TYPE', key)['ok']
  if kind == 'hash' then
    for _, field in ipairs({ 'opened', 'expires' }) do redis.call('HINCRBY', key, field, -ms) end
  elseif kind == 'zset' then
    for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do redis.call('ZINCRBY', key, -ms, member) end
  elseif string.sub(key, -7) == ':latest' then
    redis.call('INCRBY', key, -ms)
  end
  local left = redis.call('PTTL', key)
  if left >= 0 then redis.call('PEXPIRE', key, left - ms) end
end
`;

const SHOWN = { operation: 'DeleteKxUser', noun: 'user', name: 'ann', text: '', lost: [], interrupted: [] } as const;

describe.skipIf(!HAS_REDIS)(`over a Redis of its own ${SKIPPED}`, () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  let scopes = 0;
  const start = async () => {
    scopes += 1;
    const scope = `scope-${scopes}`;
    const clients = [new Redis(server.url), new Redis(server.url)] as const;
    return {
      ledger: redisLedger(clients[0], scope, OPEN_MS),
      clock: redisClock(clients[0], scope),
      /** Has the ledger have seen a time. */
      jump: (time: number) => clients[0].set(`ledger:${scope}:latest`, time),
      another: async () => redisLedger(clients[1], scope, OPEN_MS),
      advance: (milliseconds: number) => clients[0].eval(AGE, 0, `ledger:${scope}:*`, milliseconds),
      openMs: OPEN_MS,
      close: async () => {
        for (const client of clients) client.disconnect();
      },
    };
  };
  itKeepsTheLedgerContract('Redis', start);

  it('trusts a clock that was ahead again once it is reset, and nothing from before comes back', async () => {
    const [one, other] = [await start(), await start()];
    const asked = { binding: 'same', about: 'a', client: 'c', principal: 'ann', fingerprint: '', shown: SHOWN };
    const [{ pending: mine }, { pending: theirs }] = [await one.ledger.open(asked), await other.ledger.open(asked)];
    await one.ledger.approve(mine.nonce, { channel: 'terminal', approver: 'ben', at: 1 });
    const { pending: waits } = await one.ledger.open({ ...asked, binding: 'waits', about: 'waits' });
    await one.ledger.forms('c', { nonce: mine.nonce, kind: 'shown' });
    expect(isBehind(await one.clock.read())).toBe(false);
    const { now } = await one.clock.read();
    const seen = now + 400 * 24 * 3_600_000;
    await one.jump(seen);
    await expect(one.ledger.open(asked)).rejects.toThrow('finspace-mcp approve --reset-clock --redis URL');
    const times = await one.clock.read();
    expect(times.seen).toBe(seen);
    expect(isBehind(times)).toBe(true);

    await one.clock.reset();
    expect(isBehind(await one.clock.read())).toBe(false);
    expect(await one.ledger.list()).toEqual([]);
    expect(await one.ledger.approvedFor('same')).toBeUndefined();
    for (const { nonce } of [mine, waits]) {
      expect(await one.ledger.find(nonce)).toBeUndefined();
      expect(await one.ledger.consume(nonce)).toBe(false);
    }
    expect((await one.ledger.forms('c')).events).toEqual([]);
    expect((await one.ledger.open(asked)).pending.nonce).not.toBe(mine.nonce);
    expect(await other.ledger.consume(theirs.nonce)).toBe(true);
    for (const { close } of [one, other]) await close();
  });

  it('keeps the pending approvals of different scopes apart', async () => {
    const [one, other] = [await start(), await start()];
    const asked = { binding: 'same', about: 'a', client: 'c', principal: 'ann', fingerprint: '', shown: SHOWN };
    const { nonce } = (await one.ledger.open(asked)).pending;
    await one.ledger.forms('c', { nonce, kind: 'shown' });
    expect(await other.ledger.find(nonce)).toBeUndefined();
    expect(await other.ledger.consume(nonce)).toBe(false);
    expect((await other.ledger.forms('c')).events).toEqual([]);
    expect(await one.ledger.consume(nonce)).toBe(true);
    for (const { close } of [one, other]) await close();
  });
});
