import { randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { redisSharedState } from '../../src/transports/shared/redis.ts';
import type { SharedState } from '../../src/transports/shared/shared-state.ts';
import { type Subscribing, sharedWorld, subscribed } from '../resources/watchers.ts';
import { did, environment, KMS_KEY } from '../support/world.ts';
import { tokens } from './people.ts';
import { HAS_REDIS, startRedis, type TestRedis } from './redis.ts';
import { closeAll, closing, HTTP_HOSTS, type HttpHost, modernBody, modernHeaders, post, product } from './support.ts';

afterEach(closeAll);

it.each([
  [{ redis: 'redis://127.0.0.1:1' }, '--redis: needs --seal-keys'],
  [{ sealKeys: '/nonexistent' }, '--seal-keys: /nonexistent cannot be read'],
  [{ redis: 'redis://127.0.0.1:1', sealKeys: '/nonexistent' }, '--seal-keys: /nonexistent cannot be read'],
  [{ redis: 'http://127.0.0.1:1' }, '--redis: expects a redis or rediss URL'],
])('refuses to start with %j', async (settings, message) => {
  await expect(product(settings)).rejects.toThrow(message);
});

it.each([0o604, 0o602, 0o644])('refuses keys that every user of the machine can get at (%i)', async (mode) => {
  const sealKeys = join(tokens({}).folder, 'keys');
  writeFileSync(sealKeys, `${randomBytes(32).toString('base64')}\n`);
  chmodSync(sealKeys, 0o640);
  await product({ sealKeys });
  chmodSync(sealKeys, mode);
  await expect(product({ sealKeys })).rejects.toThrow('--seal-keys: ');
});

describe.skipIf(!HAS_REDIS)('a fleet over Redis', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  let scopes = 0;
  const replica = async (): Promise<SharedState> => closing(await redisSharedState(redis.url, () => {}));
  const pair = async (openMs = 60_000) => {
    scopes += 1;
    const [a, b] = [await replica(), await replica()];
    return [a.ledger(`s${scopes}`, openMs), b.ledger(`s${scopes}`, openMs)] as const;
  };
  const asked = (binding = 'x', principal = 'alice') => ({
    binding,
    principal,
    fingerprint: 'f',
    about: binding,
    client: 'c',
    shown: {
      operation: 'DeleteKxCluster' as const,
      noun: 'cluster',
      name: 'rdb',
      text: 't',
      lost: [],
      interrupted: [],
    },
  });

  it('sees a pending approval of one replica from another, and opens one of a kind only once', async () => {
    const [a, b] = await pair();
    const { pending: opened } = await a.open(asked());
    expect(await b.find(opened.nonce)).toEqual(opened);
    expect((await b.open(asked())).pending.nonce).toBe(opened.nonce);
    expect(await b.list()).toEqual([opened]);
    expect(opened).toMatchObject({ ...asked(), code: expect.stringMatching(/^[A-Z2-9]{5}$/) });
    expect(await b.find('other')).toBeUndefined();
  });

  it('burns a pending approval exactly once, however many ask at once', async () => {
    const [a, b] = await pair();
    for (let round = 0; round < 20; round += 1) {
      const { nonce } = (await a.open(asked(`r${round}`))).pending;
      const burnt = await Promise.all(Array.from({ length: 50 }, (_, at) => (at % 2 ? a : b).consume(nonce)));
      expect(burnt.filter(Boolean)).toHaveLength(1);
    }
  });

  it('lets an approval be given to one replica and used by another, once', async () => {
    const [a, b] = await pair();
    const { nonce } = (await a.open(asked())).pending;
    expect(await b.approvedFor('x')).toBeUndefined();
    const approval = { channel: 'page', approver: 'ann', at: 1 };
    expect(await b.approve(nonce, approval)).toBe(true);
    expect(await b.approve(nonce, approval)).toBe(false);
    expect(await a.approvedFor('x')).toMatchObject({ pending: { nonce }, approval });
    expect(await a.consume(nonce)).toBe(true);
    expect(await b.approvedFor('x')).toBeUndefined();
    expect((await b.open(asked())).pending.nonce).not.toBe(nonce);
  });

  it('neither burns nor approves what has expired', async () => {
    const [a, b] = await pair(30);
    const { nonce } = (await a.open(asked())).pending;
    await delay(60);
    expect(await b.consume(nonce)).toBe(false);
    expect(await b.approve(nonce, { channel: 'page', approver: 'ann', at: 1 })).toBe(false);
    expect(await b.list()).toEqual([]);
  });

  it('counts the forms of a client at every replica', async () => {
    const [a, b] = await pair();
    await a.forms('alice', { nonce: '1', kind: 'shown' });
    await b.forms('alice', { nonce: '1', kind: 'declined' });
    await a.forms('bob', { nonce: '3', kind: 'shown' });
    const { events } = await a.forms('alice');
    expect(events.map(({ kind }) => kind)).toEqual(['shown', 'declined']);
    expect((await b.forms('bob')).events).toHaveLength(1);
  });

  it('shares rate limits and change events', async () => {
    const [a, b] = [await replica(), await replica()];
    const [left, right] = [a.rates({ read: 3 }), b.rates({ read: 3 })];
    const waits = [
      await left('p', 'read'),
      await right('p', 'read'),
      await left('p', 'read'),
      await right('p', 'read'),
    ];
    expect(waits.slice(0, 3)).toEqual([0, 0, 0]);
    expect(waits[3]).toBeGreaterThan(0);
    expect(await right('q', 'read')).toBe(0);
    expect(await right('p', 'write')).toBe(0);
    const heard: unknown[] = [];
    a.bus('t').subscribe((event) => heard.push(event));
    await expect
      .poll(() => {
        b.bus('t').publish({ kind: 'resource_updated', uri: 'finspace://x' });
        return heard[0];
      })
      .toEqual({ kind: 'resource_updated', uri: 'finspace://x' });
  });

  it('refuses, and assumes nothing, when Redis does not answer', async () => {
    const lonely = closing(await redisSharedState('redis://127.0.0.1:1', () => {}));
    await expect(lonely.ledger('x', 1_000).consume('n')).rejects.toThrow('does not answer');
    await expect(lonely.ready()).rejects.toThrow();
  });

  it('notifies the subscribers of one replica of changes through another', async () => {
    const settings = { ...sharedWorld(), redis: redis.url, sealKeys: redis.sealKeys };
    const [left, right] = [await product(settings), await product(settings)];
    const changing = await (HTTP_HOSTS[2] as HttpHost).connect(left.url);
    const { environmentId } = await environment(changing);
    const uri = `finspace://kx/environments/${environmentId}`;
    for (const [at, host] of HTTP_HOSTS.entries()) {
      const session = (await host.connect(right.url)) as Subscribing;
      const { heard } = await subscribed(session, host.name.includes('2026'), uri);
      let edits = 0;
      await expect
        .poll(async () => {
          edits += 1;
          await did(changing, 'update_kx_environment', { environmentId, description: `edit ${at} ${edits}` });
          return heard;
        })
        .toContain(`notifications/resources/updated ${uri}`);
    }
  });

  it('carries a form from one replica to the other, and runs the call once', async () => {
    const settings = { redis: redis.url, sealKeys: redis.sealKeys };
    const world = { state: `/tmp/finspace-mcp-fleet-${process.pid}-${Date.now()}/world.db` };
    const folder = world.state.slice(0, world.state.lastIndexOf('/'));
    const { rm } = await import('node:fs/promises');
    closing({ close: () => rm(folder, { recursive: true, force: true }) });
    const replicas = [
      await product({ ...settings, ...world, stateDir: `${folder}/a`, world: 'empty' }),
      await product({ ...settings, ...world, stateDir: `${folder}/b`, world: 'empty' }),
    ] as const;
    const call = async (at: 0 | 1, name: string, args: object, more: Record<string, unknown> = {}) => {
      const params = { name, arguments: args, ...more };
      const body = modernBody('tools/call', params);
      Object.assign(body.params._meta, { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } });
      const response = await post(replicas[at].url, body, modernHeaders('tools/call', params));
      return ((await response.json()) as { result: Record<string, unknown> }).result;
    };
    const made = await call(0, 'create_kx_environment', { name: 'shared', kmsKeyId: KMS_KEY });
    const { environmentId } = made['structuredContent'] as { environmentId: string };
    for (let flow = 0; flow < 10; flow += 1) {
      const target = { environmentId, databaseName: `db-${flow}` };
      await call(0, 'create_kx_database', target);
      const { requestState, resultType } = await call(0, 'delete_kx_database', target);
      expect(resultType).toBe('input_required');
      const answer = {
        requestState,
        inputResponses: { approval: { action: 'accept', content: { name: target.databaseName } } },
      };
      const results = await Promise.all(
        [1, 0, 1, 0].map((at) => call(at as 0 | 1, 'delete_kx_database', target, answer)),
      );
      expect(results.filter(({ isError }) => isError !== true)).toHaveLength(1);
    }
  });
});
