import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { faultPlan, readFaults } from '../../src/local/faults/rules.ts';
import { faultSource } from '../../src/local/faults/source.ts';
import { openLocalService } from '../../src/local/index.ts';
import { listen } from '../../src/local/listen.ts';
import { ERRORS } from '../../src/operations/errors.ts';
import { authorizationFor, contentOf, openWorld, type Reply, requestFor } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'finspace-faults-'));
afterAll(() => rmSync(folder, { recursive: true }));

const faultsOf = (...rules: object[]) => faultSource(faultPlan({ rules }, 'faults.json'));
const list = { operation: 'ListKxEnvironments' };
const LIST = requestFor('ListKxEnvironments', {});

describe('an invalid file of faults is rejected', () => {
  test.each<[string, string, RegExp]>([
    ['that is not JSON', '{', /is not JSON$/],
    ['without rules', '{}', /rules: /],
    ['with an unknown member', '{"rules":[{"operation":"*","error":"Conflict","colour":1}]}', /rules\.0: .*colour/],
    ['with an unknown operation', '{"rules":[{"operation":"GetKx","error":"Conflict"}]}', /rules\.0\.operation: /],
    ['with an unknown error', '{"rules":[{"operation":"*","error":"Oops"}]}', /rules\.0\.error: /],
    ['with a rule that does nothing', '{"rules":[{"operation":"*"}]}', /at least one of/],
    ['with both error and reset', '{"rules":[{"operation":"*","error":"Conflict","reset":"after"}]}', /only one of/],
    [
      'with a seed that is neither text nor a whole number',
      '{"seed":1.5,"rules":[{"operation":"*","delayMs":1}]}',
      /seed: .*whole number/,
    ],
    [
      'with a reason that no reply can contain',
      '{"rules":[{"operation":"*","failure":{"reason":"a: b"}}]}',
      /rules\.0\.failure\.reason: expects 1 to 250 letters/,
    ],
    [
      'with a failure of an operation that starts nothing',
      '{"rules":[{"operation":"GetKxCluster","failure":{"reason":"a"}}]}',
      /rules\.0: failure works only for .*CreateKxCluster/,
    ],
    [
      'with the errorType of a changeset for something else',
      '{"rules":[{"operation":"CreateKxVolume","failure":{"reason":"a","errorType":"An internal error has occurred."}}]}',
      /rules\.0: failure\.errorType works only for CreateKxChangeset/,
    ],
    [
      'with both every and probability',
      '{"rules":[{"operation":"*","delayMs":1,"every":2,"probability":1}]}',
      /cannot be combined/,
    ],
  ])('%s', (_, text, message) => {
    const path = join(folder, 'faults.json');
    writeFileSync(path, text);
    expect(() => readFaults(path)).toThrow(message);
    expect(() => readFaults(path)).toThrow(/^[^\n]*faults\.json: [^\n]*$/);
  });

  test('a missing file of faults is rejected', () => {
    expect(() => readFaults(join(folder, 'none.json'))).toThrow('cannot be read');
  });
});

describe('an injected fault', () => {
  test.each(Object.entries(ERRORS))('answers with %s', async (error, { status }) => {
    const { refusal } = await openWorld({ faults: faultsOf({ ...list, error, message: 'As told.' }) });
    expect(await refusal('ListKxEnvironments', {})).toEqual({ status, type: `${error}Exception`, message: 'As told.' });
    expect((await refusal('ListEnvironments', {})).status).toBe(200);
  });

  test('affects every n-th request', async () => {
    const { refusal } = await openWorld({ faults: faultsOf({ operation: '*', every: 3, error: 'Throttling' }) });
    const statuses = [];
    for (let index = 0; index < 7; index++) statuses.push((await refusal('ListKxEnvironments', {})).status);
    expect(statuses).toEqual([200, 200, 429, 200, 200, 429, 200]);
  });

  test('affects random requests, and the same ones for the same seed', () => {
    const draw = (seed: number) => {
      const source = faultSource(
        faultPlan({ seed, rules: [{ operation: '*', probability: 0.3, delayMs: 5 }] }, 'faults.json'),
      );
      return Array.from({ length: 1000 }, () => source('GetKxCluster')?.delayMs ?? 0);
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(Math.abs(draw(1).filter((delay) => delay === 5).length - 300)).toBeLessThan(60);
  });

  test('delays requests, and delays add up', async () => {
    const world = await openWorld({ faults: faultsOf({ ...list, delayMs: 700 }, { operation: '*', delayMs: 300 }) });
    const before = world.now();
    await world.call('ListKxEnvironments', {});
    expect(world.now() - before).toBe(1000);
  });

  test('breaks the connection before or after the request takes effect', async () => {
    for (const [reset, left] of [
      ['before', 0],
      ['after', 1],
    ] as const) {
      const world = await openWorld({ faults: faultsOf({ operation: 'CreateKxEnvironment', reset }) });
      const create = requestFor('CreateKxEnvironment', { name: 'kdb', kmsKeyId: 'arn:aws:kms:us-east-1:1:key/a' });
      await expect(world.serve(create)).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect((await world.call('ListKxEnvironments', {})).environments).toHaveLength(left);
    }
  });

  test('breaks the connection in the middle of a reply', async () => {
    const { serve } = await openWorld({ faults: faultsOf({ ...list, truncate: 7 }) });
    const response = await serve(LIST);
    expect(response).toMatchObject({ status: 200, broken: { code: 'ECONNRESET' } });
    expect(Buffer.from(response.body).toString()).toBe('{"envir');
  });
});

describe('over the listener', () => {
  test('connections break as they do in process', async () => {
    const path = join(folder, 'faults.json');
    const rules = [
      { operation: 'ListKxEnvironments', reset: 'before' },
      { operation: 'ListEnvironments', truncate: 5 },
    ];
    writeFileSync(path, JSON.stringify({ rules }));
    const options = { state: ':memory:', world: 'empty', lifecycle: 'instant', region: 'us-east-1' } as const;
    const local = await openLocalService({ ...options, faults: path });
    const listener = await listen(local.service, { port: 0 });
    const headers = { authorization: authorizationFor('us-east-1') };
    const get = (what: string) => fetch(`http://127.0.0.1:${listener.port}${what}`, { headers });
    await expect(get('/kx/environments')).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    const partial = await get('/environment');
    expect(partial.status).toBe(200);
    await expect(partial.text()).rejects.toThrow('terminated');
    await listener.close();
    await local.close();
  });
});

describe('the control endpoint', () => {
  const start = async (state: string, control = true) => {
    const local = await openLocalService({ state, world: 'empty', lifecycle: 'realistic', region: 'us-east-1' });
    const listener = await listen(local.service, { port: 0, ...(control && { clock: local.clock }) });
    const clock = (init?: RequestInit): Promise<Response> =>
      fetch(`http://127.0.0.1:${listener.port}/_control/clock`, init);
    const advance = (body: unknown, type = 'application/json') =>
      clock({ method: 'POST', headers: { 'content-type': type }, body: JSON.stringify(body) });
    const close = async () => {
      await listener.close();
      await local.close();
    };
    return { ...local, clock, advance, close };
  };

  test('advances the clock for all changes in progress, also after a restart', async () => {
    const path = join(folder, 'clock.db');
    const first = await start(path);
    const created = requestFor('CreateKxEnvironment', { name: 'kdb', kmsKeyId: 'arn:aws:kms:us-east-1:1:key/a' });
    const { environmentId } = contentOf(await first.service(created));
    expect(await (await first.clock()).json()).toMatchObject({ aheadMs: 0 });
    expect(await (await first.advance({ advanceMs: 600_000 })).json()).toMatchObject({ aheadMs: 600_000 });
    await first.close();
    const second = await start(path);
    const { now, aheadMs } = (await (await second.clock()).json()) as Reply;
    expect(aheadMs).toBe(600_000);
    expect(Date.parse(now) - Date.now()).toBeGreaterThan(590_000);
    const response = await second.service(requestFor('GetKxEnvironment', { environmentId }));
    expect(contentOf(response).status).toBe('CREATED');
    await second.close();
  });

  test('rejects anything but an advance', async () => {
    const own = await start(':memory:');
    for (const body of [{ advanceMs: -1 }, { advanceMs: 1.5 }, {}, { advanceMs: 1, to: 2 }, 'x']) {
      expect((await own.advance(body)).status).toBe(400);
    }
    expect((await own.advance({ advanceMs: 1 }, 'text/plain')).status).toBe(415);
    expect((await own.clock({ method: 'DELETE' })).status).toBe(404);
    expect((await own.clock({ headers: { origin: 'http://localhost' } })).status).toBe(403);
    await own.close();
  });

  test('is off by default', async () => {
    const own = await start(':memory:', false);
    expect((await own.clock()).status).toBe(403);
    await own.close();
  });
});
