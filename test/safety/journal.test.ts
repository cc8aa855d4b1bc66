import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FinspaceError } from '../../src/operations/failure.ts';
import { type Call, OPERATION_NAMES, type OperationName, operationNamed } from '../../src/operations/index.ts';
import { type Journal, sqlJournal } from '../../src/safety/journal.ts';
import { journaledCall } from '../../src/safety/journaled-call.ts';
import type { StateDatabase } from '../../src/safety/state.ts';
import { STATE_FORMAT } from '../../src/safety/state-format.ts';
import type { Sql } from '../../src/sqlite/connection.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { StoreError } from '../../src/sqlite/store-error.ts';
import { type GuardedCall, openApprovalFixture } from './support/approval-fixture.ts';
import { type Clock, spyOn, standingClock } from './support/backend.ts';
import { approved, openGuard } from './support/guard.ts';
import { INTENT } from './support/intent.ts';

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

describe('a change', () => {
  it.each(OPERATION_NAMES.filter((name) => operationNamed(name).risk !== 'read'))(
    'is in the journal before it is made, and its outcome afterwards: %s',
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
    const fixture = await openApprovalFixture();
    const guard = await openGuard({ call: spyOn(fixture.call, { forward: false }).call, clock });
    const guardedCall = fixture.guardedCalls[4] as GuardedCall;
    await approved(guard, { ...guardedCall, principal: 'bob' }, guardedCall.name);
    const [intent, outcome] = await guard.journal.entries();
    expect(intent).toMatchObject({
      sequence: 1,
      kind: 'intent',
      at: new Date(clock.now()).toISOString(),
      operation: 'UpdateKxEnvironmentNetwork',
      principal: 'bob',
      approval: { channel: 'form', plan: expect.stringMatching(/^[0-9a-f]{64}$/) },
      target: { environmentId: guardedCall.arguments['environmentId'] },
      arguments: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(JSON.stringify(intent)).not.toContain('tgw-');
    const call = intent?.kind === 'intent' && intent.call;
    expect(outcome).toMatchObject({ sequence: 2, kind: 'outcome', call, result: 'succeeded' });
    await guard.close();
    await fixture.close();
  });

  it.each([
    ['CreateKxUser', { environmentId: 'e1', userName: 'ann', iamRole: 'r' }, { environmentId: 'e1', userName: 'ann' }],
    ['CreateKxEnvironment', { name: 'lab', kmsKeyId: 'k' }, { name: 'lab' }],
    ['CreateKxChangeset', { environmentId: 'e1', databaseName: 'd' }, { environmentId: 'e1', databaseName: 'd' }],
    ['UpdateKxEnvironment', { environmentId: 'e1', name: 'lab' }, { environmentId: 'e1', name: 'lab' }],
  ] as const)(
    '%s is recorded with the ids and names of its target, or of what it creates',
    async (name, input, target) => {
      await through(async () => ({}) as never)(name, input as never);
      expect((await journal.entries())[0]).toMatchObject({ operation: name });
      expect((await journal.entries())[0]).toHaveProperty('target', target);
    },
  );

  it.each<[OperationName, object]>([
    ['ListKxEnvironments', { environments: [{ environmentId: 'abc', name: 'kdb-prod' }] }],
    ['GetKxEnvironment', { environmentId: 'abc', name: 'kdb-prod' }],
    ['UpdateKxEnvironment', { environmentId: 'abc', name: 'kdb-prod' }],
    ['GetEnvironment', { environment: { environmentId: 'abc', name: 'kdb-prod' } }],
  ])('names the environment as %s last returned it, by id and by ARN', async (read, output) => {
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
  ])('names no environment after the reply %j, which it forwards', async (output) => {
    const call = through(async () => output as never);
    expect(await call('ListKxEnvironments', {})).toBe(output);
    await deleteUser(call);
    expect((await journal.entries())[0]).not.toHaveProperty('environment');
  });

  it.each([
    ['refused', refusedBy({ requestId: 'r1' }), { result: 'failed', error: 'ConflictException', requestId: 'r1' }],
    ['without a reply', refusedBy({ code: 'Timeout', outcomeUnknown: true }), { result: 'unknown' }],
    ['that failed for an unknown reason', new Error('secret'), { result: 'unknown' }],
  ])('that was %s is recorded as such', async (_, error, outcome) => {
    await expect(deleteUser(through(failing(error)))).rejects.toBe(error);
    expect((await journal.entries())[1]).toMatchObject({ kind: 'outcome', ...outcome });
    expect(JSON.stringify(await journal.entries())).not.toContain('secret');
    expect(await journal.unfinished()).toEqual([]);
  });

  it('without a known outcome is reported', async () => {
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

  it('is refused with the cause and the remedy if SQLite cannot be loaded', async () => {
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
    'is not made without its entry when the file is in this state: %s',
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

  it('returns its reply even if its outcome cannot be recorded', async () => {
    const broken: Journal = { ...journal, finish: () => Promise.reject(new Error('disk full')) };
    expect(await deleteUser(through(async () => ({ fine: true }) as never, broken))).toEqual({ fine: true });
    expect(lost).toHaveLength(1);
    expect(await journal.unfinished()).toHaveLength(1);
  });

  it('without a caller is attributed to this server', async () => {
    await deleteUser(through(async () => ({}) as never));
    expect((await journal.entries())[0]).toMatchObject({ principal: 'this server' });
  });
});

it('a read is not recorded in the journal', async () => {
  await through(async () => ({}) as never)('ListKxEnvironments', {});
  expect(await journal.entries()).toEqual([]);
});
