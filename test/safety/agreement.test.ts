import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstExceeded, firstProblem } from '../../src/kinds/check-change.ts';
import { changeOf, readRequestedChange } from '../../src/kinds/index.ts';
import { QUOTAS, quotaWords } from '../../src/local/quotas.ts';
import { FinspaceError } from '../../src/operations/failure.ts';
import { type Call, operationNamed } from '../../src/operations/index.ts';
import { apiReader } from '../../src/safety/api-reader.ts';
import { planCall } from '../../src/safety/plan.ts';
import { type Command, histories } from '../local/model/commands.ts';
import { givenSeed, runs } from '../local/tier.ts';
import { type Embedded, type Members, openEmbedded, WORLD } from './support/backend.ts';
import { PLACE } from './support/guard.ts';

type Limits = keyof typeof QUOTAS;

/** The first reason for which the rules reject a call, from what the API shows; undefined if there is none. */
async function foreseen(call: Call, { name }: Command, input: Members, limits: Limits): Promise<string | undefined> {
  const { change } = changeOf(name) as NonNullable<ReturnType<typeof changeOf>>;
  const asked = await readRequestedChange(apiReader(call), name, input);
  const problem = await firstProblem(change, asked);
  if (problem !== undefined) return problem.message;
  const over = await firstExceeded(change, asked, QUOTAS[limits]);
  return over && quotaWords(over.limit, over.quota.what);
}

/** Nothing can be listed in an environment that does not exist. */
function refusedAsMissing(error: unknown): true {
  if (error instanceof FinspaceError && error.fields.code === 'ResourceNotFound') return true;
  throw error;
}

/** Whether a plan of the call has blockers. */
async function isBlocked(call: Call, { name }: Command, input: Members, limits: Limits): Promise<boolean> {
  const planner = { call, backendLocation: PLACE, quotas: async () => QUOTAS[limits] };
  try {
    const plan = await planCall(planner, name, input, 'ann');
    return plan === undefined || plan.blockers.length > 0;
  } catch (error) {
    return refusedAsMissing(error);
  }
}

/** Why the service refuses a call; undefined when it accepts it. */
const refusal = (call: Call, { name }: Command, input: Members, made: Made): Promise<string | undefined> =>
  call(name, input as never).then(
    (reply) => {
      const { environmentId } = reply as { environmentId?: string };
      if (operationNamed(name).risk === 'create' && environmentId !== undefined)
        made[kindOf(name)]?.push(environmentId);
      return undefined;
    },
    (error: unknown) => (error instanceof FinspaceError ? error.fields.detail : Promise.reject(error)),
  );

/** The ids of the environments created so far, of both kinds. */
type Made = Record<string, string[]>;
const kindOf = (name: Command['name']) => operationNamed(name).kind;

/** No reply shows how many loads are in progress. */
const UNSEEN = /concurrent changeset ingestions/;

async function completed({ name, env, input }: Command, { call }: Embedded, made: Made): Promise<Members> {
  const { [kindOf(name)]: own = made['kx-environment'] ?? [] } = made;
  const environmentId = own[env] ?? 'aaaaaaaaaaaaaaaaaaaaaa';
  const request: Members = { ...input };
  const { resourceArn } = request;
  if (resourceArn !== undefined) request['resourceArn'] = `${WORLD.arn}:kxEnvironment/${environmentId}${resourceArn}`;
  if ('environmentId' in operationNamed(name).input().shape) request['environmentId'] = environmentId;
  if (request['nodeId'] !== 'running') return request;
  const cluster = { environmentId, clusterName: String(request['clusterName']) };
  const { nodes = [] } = await call('ListKxClusterNodes', cluster).catch(() => ({ nodes: [] }));
  return { ...request, nodeId: nodes[0]?.nodeId ?? 'none' };
}

async function live(history: readonly Command[], limits: Limits): Promise<void> {
  const backend = await openEmbedded('empty', 'realistic');
  const { call, clock, store } = backend;
  await store.write((tx) => tx.putSettings(WORLD.arn, { quotas: limits }));
  const made: Made = { 'kx-environment': [], environment: [] };
  for (const [step, command] of history.entries()) {
    clock.advance(command.wait);
    const { name } = command;
    const input = await completed(command, backend, made);
    const expected = await foreseen(call, command, input, limits);
    const blocked = await isBlocked(call, command, input, limits);
    const said = await refusal(call, command, input, made);
    if (said !== undefined && UNSEEN.test(said)) continue;
    expect({ step, name, input, said, blocked }).toEqual({
      step,
      name,
      input,
      said: expected,
      blocked: expected !== undefined,
    });
  }
  await backend.close();
}

/** Each history has about 55 calls, so that the long run makes 10,000. */
const property = fc.asyncProperty(histories, fc.constantFrom<Limits>('published', 'raised'), live);

test(
  'the rules predict the first reason for which the service rejects a call, and a plan is blocked exactly if there is one',
  () => fc.assert(property, { numRuns: runs(1, 200), endOnFailure: true, ...givenSeed() }),
  runs(60_000, 7_200_000),
);
