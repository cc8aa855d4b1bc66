import { afterAll, beforeAll, expect, it } from 'vitest';
import { FinspaceError } from '../../src/operations/failure.ts';
import { toolName } from '../../src/operations/naming.ts';
import { type Embedded, HOUR, openEmbedded, WORLD } from './support/backend.ts';
import { openBuilder, ZONE } from './support/call-environment-builder.ts';
import { type Guard, openGuard } from './support/guard.ts';
import { statedRows } from './support/stated.ts';
import type { StatedCondition, StatedWorld } from './support/stated-row.ts';

let backend: Embedded;
let guard: Guard;
let world: StatedWorld;

beforeAll(async () => {
  backend = await openEmbedded('empty', 'realistic');
  const { call, clock, store } = backend;
  const builder = await openBuilder(call);
  const { environmentId } = builder;
  clock.advance(HOUR);
  const { environmentId: browser = '' } = await call('CreateEnvironment', { name: 'research' });
  for (const name of ['trades', 'mounted', 'viewed']) await builder.database(name);
  for (const name of ['fast', 'spare', 'own']) await builder.volume(name);
  await builder.volume('large', 2400);
  await call('CreateKxVolume', {
    environmentId,
    volumeName: 'slow',
    volumeType: 'NAS_1',
    azMode: 'SINGLE',
    availabilityZoneIds: [ZONE],
    nas1Configuration: { type: 'HDD_12', size: 6000 },
  });
  await builder.group('hosts');
  const loaded = async () => String(((await builder.changeset('trades')) as { changesetId: string }).changesetId);
  const completed = await loaded();
  clock.advance(HOUR);
  const fast = [{ dbPaths: ['/*'], volumeName: 'fast' }];
  await builder.dataview('view', { autoUpdate: true, segmentConfigurations: fast });
  await builder.dataview('still', { changesetId: completed });
  await builder.dataview('writable', {
    readWrite: true,
    segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'own' }],
  });
  const place = { azMode: 'SINGLE', availabilityZoneId: ZONE } as const;
  await call('CreateKxDataview', { environmentId, databaseName: 'viewed', dataviewName: 'lone', ...place });
  await builder.user('tagged');
  await builder.tag('/kxUser/tagged', Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`key${at}`, 'value'])));
  clock.advance(HOUR);
  await builder.cluster('gateway');
  await builder.cluster('hdb', {
    clusterType: 'HDB',
    databases: [{ databaseName: 'trades' }, { databaseName: 'mounted' }],
  });
  await builder.cluster('shared', {
    clusterType: 'HDB',
    scalingGroupConfiguration: { scalingGroupName: 'hosts', memoryReservation: 6, nodeCount: 1 },
    databases: [{ databaseName: 'trades', dataviewName: 'view' }],
  });
  clock.advance(HOUR);
  await builder.group('making');
  const failed = await loaded();
  const changesets = `${WORLD.arn}:kxEnvironment/${environmentId}/kxDatabase/trades/kxChangeset`;
  await store.write(async (tx) => {
    const entity = await tx.get(changesets, failed);
    if (entity !== undefined) await tx.put({ ...entity, status: 'FAILED' });
  });
  world = { environmentId, browser, completed, failed };
  guard = await openGuard({ call, clock });
});
afterAll(async () => {
  await guard.close();
  await backend.close();
});

const described = ({ operation, input }: StatedCondition) => `${operation} ${JSON.stringify(input)}`;

/** The answers of the tool, the plan and the service to a call. */
async function verdicts({ operation, input }: StatedCondition) {
  const tool = toolName(operation);
  const used = await guard.attempt({ tool, arguments: input });
  const plan = await guard.attempt({ tool: 'plan_change', arguments: { tool, arguments: input } });
  const { blocked, blockers = [] } = (plan.kind === 'done' ? plan.content : {}) as {
    blocked?: boolean;
    blockers?: unknown[];
  };
  const said = await backend.call(operation, input as never).then(
    () => 'accepted',
    (error: unknown) => (error instanceof FinspaceError ? error.fields.detail : String(error)),
  );
  const planned = plan.kind === 'done' ? `${blocked} ${blockers.length} ${JSON.stringify(blockers)}` : plan.kind;
  return { tool: `${used.kind} ${'text' in used ? used.text : ''}`, plan: planned, plainly: plan, service: said };
}

it('the tool, the plan and the service reject each call that violates a stated condition, and name the argument', async () => {
  const wrong: string[] = [];
  for (const row of statedRows(world)) {
    const { tool, plan, plainly, service } = await verdicts(row);
    const isPlanned =
      plainly.kind === 'refused'
        ? plainly.text.includes(row.argument)
        : (plan.startsWith('true 1 ') || row.operation.startsWith('Delete')) && plan.includes(row.argument);
    const isRefused = tool.startsWith('refused') && tool.includes(row.argument) && service.includes(row.argument);
    if (!isPlanned || !isRefused) wrong.push(`${described(row)}\nTOOL ${tool}\nPLAN ${plan}\nSERVICE ${service}`);
  }
  expect(wrong).toEqual([]);
});
