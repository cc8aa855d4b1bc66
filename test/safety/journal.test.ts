import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FinspaceError } from '../../src/operations/failure.ts';
import { type Call, OPERATION_NAMES, type OperationName, operationNamed } from '../../src/operations/index.ts';
import { type Intent, type Journal, sqlJournal } from '../../src/safety/journal.ts';
import { journaledCall } from '../../src/safety/journaled-call.ts';
import { openState, type StateDatabase } from '../../src/safety/state.ts';
import { STATE_FORMAT } from '../../src/safety/state-format.ts';
import type { Sql } from '../../src/sqlite/connection.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { StoreError } from '../../src/sqlite/store-error.ts';
import { type Clock, spyOn, standingClock } from './support/backend.ts';
import { approved, openGuard } from './support/guard.ts';
import { openScene, type Wish } from './support/scene.ts';

const INTENT: Intent = {
  operation: 'DeleteKxUser',
  backend: 'test',
  target: { userName: 'ann' },
  arguments: 'digest',
  principal: 'ann',
};
const failing = (error: unknown) => (() => Promise.reject(error)) as Call;
const refusedBy = (fields: Partial<FinspaceError['fields']>) =>
  new FinspaceError({
    operation: 'DeleteKxUser',
    code: 'Conflict',
    detail: 'no',
    retryable: false,
    advice: 'Look.',
    ...fields,
  });

let clock: Clock;
let state: StateDatabase;
let connection: Sql;
let journal: Journal;
let lost: unknown[];
beforeEach(async () => {
  clock = standingClock();
  state = await openDatabase(':memory:', STATE_FORMAT, (db) => (connection = db));
  journal = sqlJournal(async () => state, clock.now);
  lost = [];
});
afterEach(() => state.close());

const through = (call: Call, on = journal) => journaledCall(call, on, 'test us-east-1', (cause) => lost.push(cause));
const deleteUser = (call: Call) => call('DeleteKxUser', { environmentId: 'abc', userName: 'ann' });

const INTENT_WITHOUT_TARGET = '{"kind":"intent","at":"2026","call":"c","operation":"o","principal":"p","target":null}';

describe('a change', () => {
  it.each(OPERATION_NAMES.filter((name) => operationNamed(name).risk !== 'read'))(
    'is in the journal before it is made, and its outcome after: %s',
    async (name) => {
      const seen: string[][] = [];
      const kinds = async () => (await journal.entries()).map(({ kind }) => kind);
      const call: Call = async () => {
        seen.push(await kinds());
        return {} as never;
      };
      await through(call)(name, {} as never);
      expect(seen).toEqual([['intent']]);
      expect(await kinds()).toEqual(['intent', 'outcome']);
    },
  );

  it('is recorded with its principal and its approval, without its body', async () => {
    const scene = await openScene();
    const guard = await openGuard({ call: spyOn(scene.call, { forward: false }).call, clock });
    const wish = scene.wishes[4] as Wish;
    await approved(guard, { ...wish, principal: 'bob' }, wish.name);
    const [intent, outcome] = await guard.journal.entries();
    expect(intent).toMatchObject({
      sequence: 1,
      kind: 'intent',
      at: new Date(clock.now()).toISOString(),
      operation: 'UpdateKxEnvironmentNetwork',
      principal: 'bob',
      approval: { channel: 'form', plan: expect.stringMatching(/^[0-9a-f]{64}$/) },
      target: { environmentId: wish.arguments['environmentId'] },
      arguments: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(JSON.stringify(intent)).not.toContain('tgw-');
    const call = intent?.kind === 'intent' && intent.call;
    expect(outcome).toMatchObject({ sequence: 2, kind: 'outcome', call, result: 'succeeded' });
    await guard.close();
    await scene.close();
  });

  it.each([
    ['CreateKxUser', { environmentId: 'e1', userName: 'ann', iamRole: 'r' }, { environmentId: 'e1', userName: 'ann' }],
    ['CreateKxEnvironment', { name: 'lab', kmsKeyId: 'k' }, { name: 'lab' }],
    ['CreateKxChangeset', { environmentId: 'e1', databaseName: 'd' }, { environmentId: 'e1', databaseName: 'd' }],
    ['UpdateKxEnvironment', { environmentId: 'e1', name: 'lab' }, { environmentId: 'e1', name: 'lab' }],
  ] as const)('%s is told with the name of what it makes', async (name, input, target) => {
    await through(async () => ({}) as never)(name, input as never);
    expect((await journal.entries())[0]).toMatchObject({ operation: name });
    expect((await journal.entries())[0]).toHaveProperty('target', target);
  });

  it.each<[OperationName, object]>([
    ['ListKxEnvironments', { environments: [{ environmentId: 'abc', name: 'kdb-prod' }] }],
    ['GetKxEnvironment', { environmentId: 'abc', name: 'kdb-prod' }],
    ['UpdateKxEnvironment', { environmentId: 'abc', name: 'kdb-prod' }],
    ['GetEnvironment', { environment: { environmentId: 'abc', name: 'kdb-prod' } }],
  ])('names the environment as %s last answered, by id and by ARN', async (read, output) => {
    const call = through(async (name) => (name === read ? output : {}) as never);
    await deleteUser(call);
    await call(read, {} as never);
    await deleteUser(call);
    const resourceArn = 'arn:aws:finspace:us-east-1:111122223333:kxEnvironment/abc/kxUser/ann';
    await call('TagResource', { resourceArn, tags: {} });
    const intents = (await journal.entries()).filter((entry) => entry.kind === 'intent');
    expect(intents.map((entry) => [entry.operation, entry.environment]).slice(-2)).toEqual([
      ['DeleteKxUser', 'kdb-prod'],
      ['TagResource', 'kdb-prod'],
    ]);
    expect(intents[0]).not.toHaveProperty('environment');
  });

  it.each<object>([
    {},
    { environments: null },
    { environments: [null, { name: 'x' }, { environmentId: 'abc', name: 5 }] },
  ])('names no environment after the answer %j, which it passes on', async (output) => {
    const call = through(async () => output as never);
    expect(await call('ListKxEnvironments', {})).toBe(output);
    await deleteUser(call);
    expect((await journal.entries())[0]).not.toHaveProperty('environment');
  });

  it.each([
    ['refused', refusedBy({ requestId: 'r1' }), { result: 'failed', error: 'ConflictException', requestId: 'r1' }],
    ['of which no reply came', refusedBy({ code: 'Timeout', outcomeUnknown: true }), { result: 'unknown' }],
    ['that broke in an unknown way', new Error('secret'), { result: 'unknown' }],
  ])('that was %s is told as such', async (_, error, outcome) => {
    await expect(deleteUser(through(failing(error)))).rejects.toBe(error);
    expect((await journal.entries())[1]).toMatchObject({ kind: 'outcome', ...outcome });
    expect(JSON.stringify(await journal.entries())).not.toContain('secret');
    expect(await journal.unfinished()).toEqual([]);
  });

  it('of which the server never learnt the outcome is reported', async () => {
    const call = await journal.begin(INTENT);
    await journal.finish(await journal.begin(INTENT), { result: 'succeeded' });
    expect(await journal.unfinished()).toMatchObject([{ kind: 'intent', call, operation: 'DeleteKxUser' }]);
  });

  it('is not made when the journal cannot be written', async () => {
    const spy = spyOn(async () => ({}) as never);
    const broken: Journal = { ...journal, begin: () => Promise.reject(new Error('SQLITE_FULL')) };
    await expect(deleteUser(through(spy.call, broken))).rejects.toMatchObject({
      name: 'FinspaceError',
      fields: { code: 'Misconfigured', detail: expect.not.stringContaining('SQLITE') },
    });
    expect(spy.reached).toEqual([]);
    expect(lost).toHaveLength(1);
  });

  it('is refused with the cause and what to do when SQLite cannot be loaded', async () => {
    const spy = spyOn(async () => ({}) as never);
    const cause = new StoreError('SQLite cannot be loaded: no such file. Use another.', {
      why: 'SQLite cannot be loaded',
      advice: 'Use another.',
    });
    const broken: Journal = { ...journal, begin: () => Promise.reject(cause) };
    await expect(deleteUser(through(spy.call, broken))).rejects.toMatchObject({
      fields: {
        detail: expect.stringContaining('The journal cannot be written (SQLite cannot be loaded)'),
        advice: 'Have a person correct this. Use another. Nothing was changed.',
      },
    });
    expect(spy.reached).toEqual([]);
  });

  it.each(['PRAGMA query_only = ON', 'PRAGMA max_page_count = 1', 'DROP TABLE journal'])(
    'is not made when the file is in this state: %s',
    async (damage) => {
      connection.exec(damage);
      const spy = spyOn(async () => ({}) as never);
      const attempts = Array.from({ length: 200 }, () => deleteUser(through(spy.call)).catch(() => 'refused'));
      const refusals = (await Promise.all(attempts)).filter((result) => result === 'refused').length;
      expect(refusals).toBeGreaterThan(0);
      expect(spy.reached.length).toBe(200 - refusals);
      connection.exec('PRAGMA query_only = OFF; PRAGMA max_page_count = 1000000');
    },
  );

  it('that was made is answered for even when its outcome cannot be written', async () => {
    const broken: Journal = { ...journal, finish: () => Promise.reject(new Error('disk full')) };
    expect(await deleteUser(through(async () => ({ fine: true }) as never, broken))).toEqual({ fine: true });
    expect(lost).toHaveLength(1);
    expect(await journal.unfinished()).toHaveLength(1);
  });

  it('is entered, reads are not', async () => {
    await through(async () => ({}) as never)('ListKxEnvironments', {});
    expect(await journal.entries()).toEqual([]);
  });

  it('without a caller is this server itself', async () => {
    await deleteUser(through(async () => ({}) as never));
    expect((await journal.entries())[0]).toMatchObject({ principal: 'this server' });
  });
});

interface Row {
  readonly sequence: number;
  readonly entry: string;
  readonly hash: string;
}

describe('the chain', () => {
  const fill = async (entries: number) => {
    for (let at = 0; at < entries; at += 1) await journal.begin({ ...INTENT, target: { userName: `u${at}` } });
  };
  const rows = () => state.read((db) => db.prepare('SELECT * FROM journal ORDER BY sequence').all() as Row[]);
  const replace = (list: readonly Row[]) =>
    state.write((db) => {
      db.exec('DELETE FROM journal');
      for (const { sequence, entry, hash } of list)
        db.prepare('INSERT INTO journal VALUES (?, ?, ?)').run(sequence, entry, hash);
    });

  it('of an empty journal holds', async () => {
    expect(await journal.verify()).toEqual({ entries: 0, head: '0'.repeat(64) });
  });

  it('is the one that anybody can compute: SHA-256 over the hash before, a line feed, and the entry', async () => {
    await fill(3);
    const head = (await rows()).reduce(
      (previous, { entry }) => createHash('sha256').update(`${previous}\n${entry}`).digest('hex'),
      '0'.repeat(64),
    );
    expect(await journal.verify()).toEqual({ entries: 3, head });
  });

  it('shows every entry that was edited, deleted, doubled or moved', async () => {
    await fill(12);
    const honest = await rows();
    const whole = (await journal.verify()) as { head: string };
    const change = fc.constantFrom('edit', 'rehash', 'delete', 'renumber', 'swap', 'double');
    const property = fc.asyncProperty(change, fc.nat(10), async (how, at) => {
      const row = honest[at] as Row;
      const forged = { ...row, entry: row.entry.replace('"ann"', '"bob"') };
      const own = createHash('sha256').update(forged.entry).digest('hex');
      const next = honest[at + 1] as Row;
      const tampered: Record<typeof how, Row[]> = {
        edit: honest.with(at, forged),
        rehash: honest.with(at, { ...forged, hash: own }),
        delete: honest.toSpliced(at, 1),
        renumber: honest.toSpliced(at, 1).map((one, index) => ({ ...one, sequence: index + 1 })),
        swap: honest.with(at, { ...next, sequence: row.sequence }).with(at + 1, { ...row, sequence: next.sequence }),
        double: [...honest.slice(0, at + 1), row, ...honest.slice(at + 1)].map((one, index) => ({
          ...one,
          sequence: index + 1,
        })),
      };
      await replace(tampered[how]);
      const found = (await journal.verify()) as { brokenAt: number };
      expect(found.brokenAt).toBeGreaterThanOrEqual(row.sequence);
      expect(found.brokenAt).toBeLessThanOrEqual(row.sequence + 1);
    });
    await fc.assert(property, { numRuns: 200 });
    await replace(honest);
    expect(await journal.verify()).toEqual({ entries: 12, head: whole.head });
  });

  it.each([
    '{"kind":',
    'null',
    '{"kind":"constructor"}',
    '{"kind":"outcome","at":"2026","call":"c"}',
    INTENT_WITHOUT_TARGET,
  ])('is read around a row that is no entry: %s', async (entry) => {
    await fill(3);
    const honest = await rows();
    await replace(honest.with(1, { ...(honest[1] as Row), entry }));
    const kinds = (await journal.entries()).map(({ sequence, kind }) => [sequence, kind]);
    expect(kinds[1]).toEqual([2, 'unreadable']);
    expect(kinds.filter(([, kind]) => kind === 'unreadable')).toHaveLength(1);
  });

  it('that lost its tail has another head', async () => {
    await fill(5);
    const { head } = (await journal.verify()) as { head: string };
    await replace((await rows()).slice(0, 4));
    const cut = await journal.verify();
    expect(cut).toMatchObject({ entries: 4 });
    expect(cut).not.toMatchObject({ head });
  });

  it('is not broken by two servers that write to one file at once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'safety-'));
    const states = await Promise.all([openState(join(folder, 'state.db')), openState(join(folder, 'state.db'))]);
    const journals = states.map((one) => sqlJournal(async () => one, clock.now));
    await Promise.all(
      Array.from({ length: 100 }, async (_, at) => {
        const one = journals[at % 2] as Journal;
        const call = await one.begin(INTENT);
        await one.finish(call, { result: 'succeeded' });
      }),
    );
    for (const one of journals) {
      expect(await one.verify()).toMatchObject({ entries: 200 });
      expect(await one.unfinished()).toEqual([]);
    }
    await Promise.all(states.map((one) => one.close()));
    rmSync(folder, { recursive: true });
  });
});
