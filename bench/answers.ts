import { finspaceCall } from '../src/finspace/call.ts';
import { environmentGraph } from '../src/inventory/graph.ts';
import { openLocalService } from '../src/local/index.ts';
import { limitConcurrency } from '../src/operations/calls.ts';
import type { Call } from '../src/operations/index.ts';
import { type Answered, answer, MAX_CALLS, MAX_TOKENS } from '../test/answers/answering.ts';
import { BIG_ASKED } from '../test/answers/big-asked.ts';
import { BIG_QUESTIONS } from '../test/answers/big-questions.ts';
import { buildBigWorld, CLUSTERS, ENVIRONMENTS } from '../test/answers/big-world.ts';
import { DEMO_QUESTIONS, type Question } from '../test/answers/demo-questions.ts';
import { ESTATE_QUESTIONS } from '../test/answers/estate-questions.ts';
import { OPS_QUESTIONS } from '../test/answers/ops-questions.ts';
import { PEOPLE_QUESTIONS } from '../test/answers/people-questions.ts';
import { PLAIN_QUESTIONS } from '../test/answers/plain-questions.ts';
import { type Asked, type Truth, truthOf } from '../test/answers/truth.ts';
import { caller } from '../test/fleet/demo-tools.ts';
import { demo, NOW } from '../test/inventory/demo.ts';
import { median, spread, verdict } from './measure.ts';

const LIMITS = { connectMs: 2_000, attemptMs: 30_000, callMs: 60_000, maxResponseBytes: 64 * 1024 * 1024 };

/** Whether what people ask is answered within two calls, completely and cheaply, on the demo world and on a large one. */
export async function main(): Promise<void> {
  const clock = Date.now;
  Date.now = () => NOW;
  const small = await demo();
  const ids = { prod: await small.id('kdb-prod'), uat: await small.id('kdb-uat') };
  const truth = await truthOf(small.call);
  const asked = withFacts([...PEOPLE_QUESTIONS, ...ESTATE_QUESTIONS, ...PLAIN_QUESTIONS], truth);
  report('demo world', await answerAll([...DEMO_QUESTIONS, ...OPS_QUESTIONS, ...asked], small.call, ids));
  await small.close();
  Date.now = clock;

  const local = await openLocalService({ state: ':memory:', world: 'demo', lifecycle: 'instant', region: 'us-east-1' });
  const call = finspaceCall({ region: 'us-east-1', service: local.service, limits: LIMITS, maxAttempts: 1 });
  await measureOverview(call);
  const start = performance.now();
  await buildBigWorld(call);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`built ${ENVIRONMENTS} environments with ${CLUSTERS} clusters in ${seconds} s`);
  const largeTruth = await truthOf(call);
  report('large world', await answerAll([...BIG_QUESTIONS, ...withFacts(BIG_ASKED, largeTruth)], call, {}));
  await local.close();
}

/** The questions with the facts that follow from a world. */
const withFacts = (asked: readonly Asked[], truth: Truth): Question[] =>
  asked.map(({ facts, ...rest }) => ({ ...rest, facts: facts(truth) }));

async function answerAll(questions: readonly Question[], call: Call, ids: Record<string, string>): Promise<Answered[]> {
  const answers: Answered[] = [];
  for (const question of questions) answers.push(await answer(question, call, ids));
  return answers;
}

function report(world: string, answers: readonly Answered[]): void {
  const isRight = ({ missing, tokens, calls }: Answered) =>
    missing.length === 0 && tokens <= MAX_TOKENS && calls <= MAX_CALLS;
  const right = answers.filter(isRight);
  for (const { ask, missing, tokens, calls } of answers.filter((answered) => !isRight(answered)))
    console.log(`  MISS ${ask} (${calls} calls, ${tokens} tokens) lacks: ${missing.join(' | ')}`);
  const of = (pick: (answered: Answered) => number) => answers.map(pick);
  console.log(
    `${world}: tokens median ${median(of(({ tokens }) => tokens))}, most ${Math.max(...of(({ tokens }) => tokens))}; ms median ${median(of(({ ms }) => ms)).toFixed(0)}, most ${Math.max(...of(({ ms }) => ms)).toFixed(0)}`,
  );
  const [slowest] = answers.toSorted((a, b) => b.ms - a.ms);
  console.log(`${world}: slowest is ${slowest?.ask}`);
  console.log(verdict(`${world}: right answers of ${answers.length}`, right.length / answers.length, 1, 'at least'));
}

/** How long an overview of an environment with sixty clusters takes, beside the calls that it makes. */
async function measureOverview(call: Call): Promise<void> {
  const { environments = [] } = await call('ListKxEnvironments', {});
  const environment = environments.find(({ name }) => name === 'kdb-prod');
  const environmentId = environment?.environmentId ?? '';
  const { kxClusterSummaries = [] } = await call('ListKxClusters', { environmentId });
  const model = await call('GetKxCluster', { environmentId, clusterName: 'tp-fx' });
  const { status: _, volumes: __, createdTimestamp: ___, lastModifiedTimestamp: ____, ...settings } = model;
  await call('CreateKxScalingGroup', {
    environmentId,
    scalingGroupName: 'sg-bench',
    hostType: 'kx.sg1.24xlarge',
    availabilityZoneId: model.availabilityZoneId,
  } as never);
  const scalingGroupConfiguration = { scalingGroupName: 'sg-bench', memoryReservation: 4096, nodeCount: 1 };
  for (let index = kxClusterSummaries.length; index < 60; index += 1)
    await call('CreateKxCluster', {
      ...settings,
      environmentId,
      clusterName: `tp-bench-${index}`,
      scalingGroupConfiguration,
    } as never);
  const bare = limitConcurrency(call, 12);
  const bareCalls: (() => Promise<unknown>)[] = [];
  const recording: Call = (name, input, options) => {
    bareCalls.push(() => bare(name, input));
    return call(name, input, options);
  };
  const graph = await environmentGraph(recording, environmentId);
  const clusters = graph.entities.filter(({ kind }) => kind === 'cluster').length;
  const [ours, reference]: [number[], number[]] = [[], []];
  for (let run = 0; run < 23; run += 1) {
    const start = performance.now();
    await caller(call)('describe_kx_environment', { environment: environmentId });
    const between = performance.now();
    await Promise.all(bareCalls.map((bareCall) => bareCall()));
    if (run < 3) continue;
    ours.push(between - start);
    reference.push(performance.now() - between);
  }
  console.log(
    `describe_kx_environment with ${clusters} clusters: ${spread(ours, 'ms')}; its ${bareCalls.length} calls made bare: ${spread(reference, 'ms')}`,
  );
  console.log(verdict(`describe_kx_environment with ${clusters} clusters, ms`, median(ours), 150, 'at most'));
  console.log(verdict('that time to the bare calls', median(ours) / median(reference), 1.5, 'at most'));
}

if (import.meta.filename === process.argv[1]) await main();
