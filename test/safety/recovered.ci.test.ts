import { expect, it } from 'vitest';
import { environmentGraph } from '../../src/inventory/graph.ts';
import { arnIn } from '../../src/inventory/kinds.ts';
import type { Call } from '../../src/operations/index.ts';
import { memoryKits } from '../../src/safety/recovery.ts';
import type { RecoveryKit } from '../../src/safety/recovery-kit.ts';
import { typedIn } from '../support/typed.ts';
import { type Members, openEmbedded } from './support/backend.ts';
import { openBuilder } from './support/call-environment-builder.ts';
import { accept, asked, openGuard } from './support/guard.ts';

/** The members that differ after a recreation, and those that are hashes of ids. */
const PASSING = new Set([
  'environmentId',
  'certificateAuthority',
  'serviceAccount',
  'arn',
  'created',
  'modified',
  'changesetId',
  'versionId',
  'versions',
  'lastCompletedChangesetId',
  'newestData',
  'nodes',
  'bytes',
  'files',
]);

const lasting = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(lasting);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (PASSING.has(key) ? [] : [[key, lasting(inner)]])),
  );
};

/** Everything about an environment except what cannot be restored: every entity, the connections, and the tags. */
async function description(call: Call, environmentId: string) {
  const graph = await environmentGraph(call, environmentId);
  const changesets = graph.entities.filter(({ kind }) => kind === 'changeset').map(({ database }) => database);
  const entities = graph.entities.filter(({ kind }) => kind !== 'changeset');
  const tagged = await Promise.all(
    entities.map(
      async (entity) => (await call('ListTagsForResource', { resourceArn: `${arnIn(graph, entity)}` })).tags,
    ),
  );
  const edges = graph.edges.filter(({ from, relation }) => !from.startsWith('changeset:') && relation !== 'behind');
  return { changesets, entities: lasting(entities), tagged, edges: lasting(edges) };
}

it('a torn-down environment is recreated by its recovery kit in an empty world', async () => {
  const before = await openEmbedded();
  const builder = await openBuilder(before.call);
  const { environmentId } = builder;
  await before.call('UpdateKxEnvironmentNetwork', {
    environmentId,
    transitGatewayConfiguration: { transitGatewayID: 'tgw-0a1b2c3d4e5f60718', routableCIDRSpace: '100.64.0.0/26' },
  });
  await before.call('UpdateKxEnvironmentNetwork', {
    environmentId,
    customDNSConfiguration: [{ customDNSServerName: 'dns.x.y', customDNSServerIP: '10.0.0.1' }],
  });
  for (const name of ['trades', 'empty']) await builder.database(name);
  for (const day of ['/2026.03.14/', '/2026.03.15/', '/2026.03.16/']) await builder.changeset('trades', day);
  for (const name of ['fast', 'logs']) await builder.volume(name);
  await builder.group('hosts');
  for (const name of ['ann', 'bob']) await builder.user(name);
  const segmentConfigurations = [{ dbPaths: ['/*'], volumeName: 'fast' }];
  await builder.dataview('view', { autoUpdate: true, segmentConfigurations });
  await builder.dataview('fixed', {});
  const shared = { scalingGroupName: 'hosts', memoryReservation: 6, nodeCount: 1 };
  const code = { s3Bucket: 'bucket', s3Key: 'code.zip' };
  await builder.cluster('history', {
    clusterType: 'HDB',
    scalingGroupConfiguration: shared,
    databases: [{ databaseName: 'trades', dataviewName: 'view' }],
  });
  await builder.cluster('science', {
    databases: [{ databaseName: 'trades', cacheConfigurations: [{ cacheType: 'CACHE_1000', dbPaths: ['/*'] }] }],
    cacheStorageConfigurations: [{ type: 'CACHE_1000', size: 1200 }],
    clusterDescription: 'for research',
    code,
    initializationScript: 'start.q',
    commandLineArguments: [{ key: 'mode', value: 'b' }],
  });
  await builder.cluster('ticker', {
    clusterType: 'TICKERPLANT',
    scalingGroupConfiguration: shared,
    tickerplantLogConfiguration: { tickerplantLogVolumes: ['logs'] },
    code,
  });
  for (const path of ['', '/kxDatabase/trades', '/kxVolume/fast', '/kxScalingGroup/hosts', '/kxUser/ann'])
    await builder.tag(path, { owner: 'ann', 'cost-centre': 'CC-1' });
  for (const path of ['/kxCluster/history', '/kxDatabase/trades/kxDataview/view'])
    await builder.tag(path, { owner: 'bob' });
  const as = await description(before.call, environmentId);

  const kits = memoryKits(before.call, before.clock.now);
  const guard = await openGuard({ call: before.call, clock: before.clock, beforeCall: (plan) => kits.keep(plan) });
  const whole = { tool: 'tear_down_kx_environment', arguments: { environmentId } };
  const { state, message } = await asked(guard, whole);
  expect(await guard.attempt({ ...whole, state, answers: accept(typedIn(message)) })).toMatchObject({
    kind: 'done',
    content: { finished: true },
  });
  await guard.close();
  const ids = await kits.list();
  expect(ids).toHaveLength(1);
  const text = (await kits.read(ids[0] ?? '')) ?? '';
  expect(text).not.toContain(environmentId.concat('/'));
  const kit = JSON.parse(text) as RecoveryKit;

  const after = await openEmbedded();
  const other = await openGuard({ call: after.call, clock: after.clock });
  let filled: Members = {};
  for (const { tool, arguments: given, remark } of kit.create) {
    expect(remark).toBeUndefined();
    const marks = JSON.stringify(given)
      .replaceAll('<environmentId>', String(filled['environmentId']))
      .replaceAll('<environmentArn>', String(filled['environmentArn']));
    const attempt = { tool, arguments: JSON.parse(marks) as Members };
    let outcome = await other.attempt(attempt);
    if (outcome.kind === 'asked')
      outcome = await other.attempt({ ...attempt, state: outcome.state, answers: accept(typedIn(outcome.message)) });
    expect(outcome, `${tool} ${marks}`).toMatchObject({ kind: 'done' });
    if (tool === 'create_kx_environment' && outcome.kind === 'done') filled = outcome.content;
  }
  expect(await description(after.call, String(filled['environmentId']))).toEqual(as);
  await other.close();
  await before.close();
  await after.close();
});
