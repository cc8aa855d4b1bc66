import { expect } from 'vitest';
import { worldOf } from '../../../src/local/context.ts';
import { seededRandom } from '../../../src/local/random.ts';
import { problemsOf } from '../../../src/local/worlds/integrity.ts';
import { isIdempotent } from '../../../src/operations/derive.ts';
import { errorNamed } from '../../../src/operations/errors.ts';
import { operationNamed } from '../../../src/operations/index.ts';
import { contentOf, MINUTE, openWorld, type Reply, requestFor, START, type TestWorld, typeOf } from '../world.ts';
import type { Command } from './commands.ts';
import { EFFECTS } from './operations.ts';
import { Rejection } from './rules.ts';
import { emptyState, type State } from './state.ts';
import { applyDue } from './time.ts';
import { modelView, serviceView } from './views.ts';

const WORLD = worldOf('111122223333', 'us-east-1');

/** Runs a history in the service and in the model, and fails where they differ. */
export async function compareHistory(
  history: readonly Command[],
  open = (): Promise<TestWorld> => openWorld(),
): Promise<void> {
  const world = await open();
  const state = emptyState(START);
  const ids = new Set<string>();
  for (const [step, command] of history.entries()) {
    world.advance(command.wait);
    state.now += command.wait;
    applyDue(state);
    const input = await completed(command, step, world, state);
    const response = await world.serve(requestFor(command.name, input));
    const reply = contentOf(response);
    const type = typeOf(response);
    const repeatVerdict = verdictOfRepeat(command, input, state);
    const verdict = repeatVerdict ?? verdictOf(command, input, reply, state);
    const answer = response.status === 200 ? 'ok' : (errorNamed(type) ?? type);
    if (answer !== verdict) expect.fail(difference({ step, command, answer, verdict, why: reply.message }));
    if (verdict === 'ok' && repeatVerdict === undefined) requireNewId(reply, command, ids);
    if (step === history.length >> 1 || step === history.length - 1) await compare(world, state, step);
  }
  await world.close();
}

/** The request of a command, with the ids of this run. */
async function completed({ name, env, input, clientToken }: Command, step: number, world: TestWorld, state: State) {
  const isBrowser = /^[A-Z][a-z]+Environment$/.test(name) && !name.includes('Kx');
  const made = [...(isBrowser ? state.browsers : state.envs).keys()];
  const environmentId = made[env] ?? 'aaaaaaaaaaaaaaaaaaaaaa';
  const request: Reply = { ...input };
  if ('environmentId' in operationNamed(name).input().shape) request.environmentId = environmentId;
  if (request.resourceArn) request.resourceArn = `${WORLD.arn}:kxEnvironment/${environmentId}${request.resourceArn}`;
  if (request.nodeId === 'running') {
    const nodes = await world.serve(
      requestFor('ListKxClusterNodes', { environmentId, clusterName: request.clusterName }),
    );
    const { nodes: found = [] } = contentOf(nodes);
    request.nodeId = found.find(({ status }: Reply) => status === 'RUNNING')?.nodeId ?? 'none';
  }
  if (isIdempotent(operationNamed(name))) request.clientToken = clientToken ?? `step-${step}`;
  return request;
}

/** The verdict on a request with a used token, within ten minutes of its first success; undefined for other requests. */
function verdictOfRepeat({ name }: Command, { clientToken, ...input }: Reply, state: State): string | undefined {
  const known = state.tokens.get(`${name} ${clientToken}`);
  if (clientToken === undefined || known === undefined || known.expires <= state.now) return undefined;
  if (known.input === JSON.stringify(input)) return 'ok';
  return operationNamed(name).errors.includes('Conflict') ? 'Conflict' : 'Validation';
}

function verdictOf({ name }: Command, { clientToken, ...input }: Reply, reply: Reply, state: State): string {
  try {
    EFFECTS[name](state, input, reply);
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    const { errors } = operationNamed(name);
    return errors.includes(error.message as never) ? error.message : (REPLACEMENTS[error.message] ?? error.message);
  }
  if (clientToken !== undefined) {
    state.tokens.set(`${name} ${clientToken}`, { input: JSON.stringify(input), expires: state.now + 10 * MINUTE });
  }
  return 'ok';
}

/** The replies of operations for an error that they do not have. */
const REPLACEMENTS: Record<string, string> = { Conflict: 'Validation', Validation: 'InvalidRequest' };

function requireNewId(reply: Reply, { name }: Command, ids: Set<string>): void {
  const id = { CreateKxEnvironment: reply.environmentId, CreateKxChangeset: reply.changesetId }[name as string];
  if (id === undefined) return;
  expect(ids).not.toContain(id);
  ids.add(id);
}

async function compare(world: TestWorld, state: State, step: number): Promise<void> {
  const [seen, meant] = [await serviceView(world), modelView(state)];
  if (JSON.stringify(seen) !== JSON.stringify(meant)) expect({ step, ...seen }).toEqual({ step, ...meant });
  const random = seededRandom('check');
  const problems = await world.store.read(async (tx) =>
    problemsOf(await tx.entities(WORLD.arn), { tx, world: WORLD, now: state.now, pace: 1, random }),
  );
  expect(problems).toEqual([]);
}

const difference = (facts: object) => `the service and the model differ: ${JSON.stringify(facts, null, 2)}`;
