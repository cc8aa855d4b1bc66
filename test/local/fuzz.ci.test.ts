import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openWorldStore } from '../../src/local/store.ts';
import { seed as seedWorld } from '../../src/local/worlds/seed.ts';
import { ERRORS, errorNamed } from '../../src/operations/errors.ts';
import { operationNamed } from '../../src/operations/index.ts';
import { connection } from '../support/sqlite.ts';
import { newStore } from './engine.ts';
import { HISTORY, type Ids } from './history.ts';
import { givenSeed, runs } from './tier.ts';
import {
  authorizationFor,
  contentOf,
  MINUTE,
  openWorld,
  type Reply,
  rawRequest,
  requestFor,
  SEED_OPTIONS,
  typeOf,
} from './world.ts';

const ENV = { environmentId: 'm5cnbg3l25pwsmzikb7kdj' };
const VOLUME = `arn:aws:finspace:us-east-1:111122223333:kxEnvironment/${ENV.environmentId}/kxVolume/vol-tplog`;
const KNOWN: Record<string, string> = { volumeArn: VOLUME, userArn: VOLUME.replace(/kxVolume.*/, 'kxUser/svc-ingest') };
const IDS: Ids = {
  env: ENV,
  last: () => ({ ...KNOWN, nodes: [{ nodeId: 'none' }] }),
  created: (_, member) => ({ [member]: KNOWN[member] ?? ENV.environmentId }),
};

const NAMES = [
  'equities_taq',
  'fx_spot',
  'hdb-futures',
  'gp-signals',
  'sg-lab',
  'vol-backtest',
  'fx_spot_live',
  'a',
  '',
  '..',
];
const JUNK = fc.oneof(
  fc.constantFrom<unknown>(
    ...NAMES,
    null,
    true,
    -1,
    0,
    1.5,
    2 ** 31,
    [],
    {},
    [null],
    { a: { a: {} } },
    '\u0000',
    '☃',
    'x'.repeat(2000),
  ),
  fc.json().map((text) => JSON.parse(text) as unknown),
);

/** Replaces some values anywhere in a request. */
const mutated = (value: unknown): fc.Arbitrary<unknown> => {
  const inside =
    value !== null && typeof value === 'object'
      ? Array.isArray(value)
        ? fc.tuple(...value.map(mutated))
        : fc.record(Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mutated(member)])), {
            requiredKeys: [],
          })
      : fc.constant(value);
  return fc.oneof({ weight: 12, arbitrary: inside }, { weight: 1, arbitrary: JUNK });
};

const REQUESTS = fc
  .constantFrom(...HISTORY)
  .chain(([name, input]) => mutated(input(IDS)).map((it) => ({ name, input: it })));

test(
  'any request gets a success or a documented error of its operation',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'finspace-fuzz-'));
    const store = await openWorldStore(join(folder, 'state.db'));
    await seedWorld(store, 'demo', { ...SEED_OPTIONS, lifecycle: 'realistic' });
    const world = await openWorld({ store });
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(REQUESTS, async ({ name, input }) => {
        const reply = await world.refusal(name, (input ?? {}) as Reply);
        world.advance(MINUTE);
        statuses.add(reply.status);
        if (reply.status === 200 || reply.type === 'UnknownOperationException') return;
        const error = errorNamed(reply.type);
        expect(operationNamed(name).errors).toContain(error);
        expect(reply.message).not.toMatch(/\bat .*\.ts:|SQLITE|undefined/);
      }),
      { numRuns: runs(1_000, 10_000), ...givenSeed() },
    );
    expect([...statuses].sort()).toEqual(expect.arrayContaining([200, 400, 404, 409]));
    await world.close();
    expect(dangling(join(folder, 'state.db'))).toEqual([]);
    rmSync(folder, { recursive: true });
  },
  runs(300_000, 7_200_000),
);

/** Changes a few characters of a text. */
const edited = (text: string): fc.Arbitrary<string> =>
  fc
    .array(
      fc.tuple(
        fc.nat(),
        fc.nat(3),
        fc.constantFrom('', '/', '%', '%2', '%00', '?', '&', '=', '"', '}', '[', '☃', '..', '0', ' '),
      ),
      {
        minLength: 1,
        maxLength: 3,
      },
    )
    .map((edits) =>
      edits.reduce((it, [at, cut, added]) => {
        const place = at % (it.length + 1);
        return it.slice(0, place) + added + it.slice(place + cut);
      }, text),
    );

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const RAW = fc.constantFrom(...HISTORY).chain(([name, input]) => {
  const request = requestFor(name, input(IDS));
  return fc.record({
    method: fc.oneof({ weight: 5, arbitrary: fc.constant(request.method) }, fc.constantFrom(...METHODS)),
    target: fc.oneof({ weight: 1, arbitrary: fc.constant(request.target) }, edited(request.target)),
    body: fc.oneof(
      fc.constant(JSON.stringify(input(IDS))),
      edited(JSON.stringify(input(IDS))),
      fc.string({ unit: 'binary' }),
    ),
    authorization: fc.oneof(
      { weight: 9, arbitrary: fc.constant(authorizationFor('us-east-1')) },
      edited(authorizationFor('us-east-1')).map((it) => it.replace(/[^ -~]/g, '')),
    ),
  });
});

test(
  'any mangled request gets a success or an error of the service',
  async () => {
    const store = await newStore();
    await seedWorld(store, 'demo', { ...SEED_OPTIONS, lifecycle: 'realistic' });
    const world = await openWorld({ store });
    await fc.assert(
      fc.asyncProperty(RAW, async ({ method, target, body, authorization }) => {
        const response = await world.serve(rawRequest(target, { method, headers: { authorization }, body }));
        const text = Buffer.from(response.body).toString();
        const type = typeOf(response);
        expect(response.headers['x-amzn-requestid']).toBeTruthy();
        expect(contentOf(response)).toBeTypeOf('object');
        if (response.status === 200) return;
        if (type !== 'UnknownOperationException')
          expect(ERRORS[errorNamed(type) ?? 'InternalServer'].status).toBe(response.status);
        expect(type).not.toBe('InternalServerException');
        expect(text).not.toMatch(/\bat .*\.ts:|SQLITE|undefined/);
      }),
      { numRuns: runs(1_000, 10_000), ...givenSeed() },
    );
    await world.close();
  },
  runs(300_000, 7_200_000),
);

/** Links from or to what does not exist. */
function dangling(path: string): unknown[] {
  const db = connection(path);
  const arns = "SELECT collection || '/' || name FROM entities";
  const links = db
    .prepare(`SELECT * FROM links WHERE source NOT IN (${arns}) OR (target NOT LIKE '%#%' AND target NOT IN (${arns}))`)
    .all();
  db.close();
  return links;
}
