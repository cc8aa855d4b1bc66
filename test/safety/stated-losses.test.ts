import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperationsWithRisk } from '../../src/kinds/model.ts';
import { type Call, operationNamed } from '../../src/operations/index.ts';
import { planCall } from '../../src/safety/plan.ts';
import { answering, type Embedded, type Members, openEmbedded } from './support/backend.ts';
import { openBuilder } from './support/call-environment-builder.ts';
import { PLACE } from './support/guard.ts';

type Interrupting = OperationsWithRisk<'kx-cluster', 'disrupt' | 'destroy'>;

let backend: Embedded;
let call: Call;
let inputs: Readonly<Record<Interrupting, Members>>;
beforeAll(async () => {
  backend = await openEmbedded();
  const { environmentId, cluster } = await openBuilder(backend.call);
  await cluster('memory', { clusterType: 'RDB', savedownStorageConfiguration: { type: 'SDS01', size: 400 } });
  // With a cache, it has everything that a cluster can contain; no cluster type accepts all of that.
  const held = { cacheStorageConfigurations: [{ type: 'CACHE_1000', size: 1200 }] };
  call = answering(backend.call, (name, reply) => (name === 'GetKxCluster' ? { ...reply, ...held } : reply));
  const named = { environmentId, clusterName: 'memory' };
  const { nodes: [node] = [] } = await call('ListKxClusterNodes', named);
  inputs = {
    DeleteKxCluster: named,
    DeleteKxClusterNode: { ...named, nodeId: node?.nodeId },
    UpdateKxClusterCodeConfiguration: { ...named, code: { s3Bucket: 'bucket', s3Key: 'code.zip' } },
    UpdateKxClusterDatabases: { ...named, databases: [] },
  };
});
afterAll(() => backend.close());

/** The words of the texts for what a cluster contains, by its kind in plans. */
const HELD = {
  memory: /\bmemory\b/,
  cache: /\bcaches?\b/,
  'savedown storage': /\bsavedown storage\b/,
};

/** The kinds that are lost according to the text of an operation. */
function statedLosses(operation: Interrupting): string[] {
  const sentences = operationNamed(operation).summary.split(/(?<=\.) /);
  const lost = sentences.flatMap((sentence) => /^(.*)\b(?:is|are) lost\b/.exec(sentence)?.[1] ?? []);
  return Object.entries(HELD).flatMap(([kind, name]) => (lost.some((text) => name.test(text)) ? [kind] : []));
}

it('a plan shows as lost what the text of its operation says is lost', async () => {
  for (const [operation, input] of Object.entries(inputs) as [Interrupting, Members][]) {
    const plan = await planCall({ call, backendLocation: PLACE }, operation, input, 'ann');
    // A lost node loses its memory, too.
    const kinds = plan?.lost.flatMap(({ kind }) => (kind === 'node' ? [kind, 'memory'] : [kind]));
    expect(kinds, `the impact of ${operation}`).toEqual(expect.arrayContaining(statedLosses(operation)));
  }
});

it('the texts say which operations lose caches, memory and savedown storage', () => {
  expect(statedLosses('DeleteKxCluster')).toEqual(['memory', 'cache', 'savedown storage']);
  expect(statedLosses('DeleteKxClusterNode')).toEqual(['memory', 'savedown storage']);
  expect(statedLosses('UpdateKxClusterCodeConfiguration')).toEqual(['memory']);
});
