import { afterAll, beforeAll, expect, it } from 'vitest';
import { finspaceCall } from '../../src/finspace/call.ts';
import { faultSource } from '../../src/local/faults/source.ts';
import { service } from '../../src/local/service.ts';
import type { ErrorName } from '../../src/operations/errors.ts';
import type { OperationName } from '../../src/operations/index.ts';
import { type Embedded, openEmbedded, WORLD } from '../safety/support/backend.ts';
import { type EnvironmentBuilder, openBuilder, ROLE } from '../safety/support/call-environment-builder.ts';
import { openGuard } from '../safety/support/guard.ts';

const UNKNOWN = 'The outcome is unknown: the request may have taken effect.';

let backend: Embedded;
let builder: EnvironmentBuilder;
beforeAll(async () => {
  backend = await openEmbedded();
  builder = await openBuilder(backend.call);
  await builder.user('ann');
});
afterAll(() => backend.close());

/** Calls a tool whose operation takes effect, although its reply is lost and the second attempt gets an error. */
async function attempt(operation: OperationName, error: ErrorName, tool: string, args: object) {
  const rules = [
    { operation, every: 2, error },
    { operation, every: 1, reset: 'after' as const },
  ];
  const { clock, store } = backend;
  const options = { lifecycle: 'instant', account: WORLD.account, now: clock.now } as const;
  const call = finspaceCall({
    region: WORLD.region,
    service: service(store, { ...options, faults: faultSource({ seed: 'lost', rules }) }),
    limits: { connectMs: 5_000, attemptMs: 20_000, callMs: 30_000, maxResponseBytes: 1_000_000 },
    maxAttempts: 2,
  });
  const guard = await openGuard({ call, clock, restrictions: { approve: 'none' } });
  const outcome = await guard.attempt({ tool, arguments: { environmentId: builder.environmentId, ...args } });
  await guard.close();
  return outcome;
}

it.each([
  ['DeleteKxUser', 'ResourceNotFound', 'delete_kx_user', { userName: 'ann' }],
  ['CreateKxDatabase', 'Conflict', 'create_kx_database', { databaseName: 'trades' }],
  ['CreateKxUser', 'ResourceAlreadyExists', 'create_kx_user', { userName: 'bob', iamRole: ROLE }],
  ['CreateKxDatabase', 'LimitExceeded', 'create_kx_database', { databaseName: 'quotes' }],
] as const)(
  'the error says that the outcome is unknown if the reply to %s is lost and its retry gets %s',
  async (operation, error, tool, args) => {
    expect(await attempt(operation, error, tool, args)).toMatchObject({
      kind: 'refused',
      content: { error: { error: `${error}Exception`, outcomeUnknown: true, retryable: false } },
      text: expect.stringMatching(new RegExp(`^${UNKNOWN} (?![^]*Repeating the same call)`, 'm')),
    });
  },
);

it('the error of a step of create_kx_entities says that its outcome is unknown', async () => {
  const create = [{ tool: 'create_kx_database', arguments: { databaseName: 'orders' } }];
  const outcome = await attempt('CreateKxDatabase', 'Conflict', 'create_kx_entities', { create });
  expect(outcome).toMatchObject({
    content: { failed: [{ outcomeUnknown: true, advice: expect.stringContaining(UNKNOWN) }] },
    text: expect.stringContaining('First check whether the step with the unknown outcome was done. To continue,'),
  });
});
