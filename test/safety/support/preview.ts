import { afterEach, beforeEach, expect } from 'vitest';
import { quotasOf } from '../../../src/local/quotas.ts';
import type { Entity } from '../../../src/local/transaction.ts';
import type { FinspaceError } from '../../../src/operations/failure.ts';
import { type Call, type OperationName, operationNamed } from '../../../src/operations/index.ts';
import { toolName } from '../../../src/operations/naming.ts';
import { inDatabase, inEnvironment } from '../../local/collections.ts';
import { type Embedded, HOUR, type Members, openEmbedded, WORLD } from './backend.ts';
import { type EnvironmentBuilder, ofCluster, openBuilder, ZONE } from './call-environment-builder.ts';
import { openGuard } from './guard.ts';

/** The backend and environment of a preview test, fresh for each test. */
export interface PreviewFixture {
  backend: Embedded;
  builder: EnvironmentBuilder;
}

/** An environment with a database, two volumes, a host and a dataview, and its service. */
export function previewFixture(): PreviewFixture {
  beforeEach(async () => {
    fixture.backend = await openEmbedded('empty', 'realistic');
    const { call, clock } = fixture.backend;
    const builder = await openBuilder(call);
    fixture.builder = builder;
    clock.advance(HOUR);
    await builder.database('trades');
    await builder.changeset('trades');
    for (const name of ['fast', 'spare']) await builder.volume(name);
    await builder.group('hosts');
    clock.advance(HOUR);
    await builder.dataview('view', {
      autoUpdate: true,
      segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'fast' }],
    });
    clock.advance(HOUR);
  });
  afterEach(() => fixture.backend.close());
  return fixture;
}

const fixture = {} as PreviewFixture;

export interface Preview {
  readonly blocked: boolean;
  readonly wouldRun?: boolean;
  readonly notChecked?: string[];
  readonly notes?: string[];
  readonly quotas: string[];
  readonly blockers: { kind: string; name: string; detail?: string; first: string }[];
  readonly warnings: { kind: string; name: string; detail?: string; first: string }[];
}

/** What plan_change says about a call. Rejects when the preview is refused. */
export async function preview(
  operation: OperationName,
  input: Members,
  call: Call = fixture.backend.call,
  knowsQuotas = true,
) {
  const quotas = async () =>
    knowsQuotas ? fixture.backend.store.read(async (tx) => quotasOf(await tx.settings(WORLD.arn))) : undefined;
  const guard = await openGuard({ call, clock: fixture.backend.clock, quotas });
  try {
    const given = { tool: toolName(operation), arguments: input };
    const outcome = await guard.attempt({ tool: 'plan_change', arguments: given });
    if (outcome.kind !== 'done') throw new Error(`${outcome.kind}: ${'text' in outcome ? outcome.text : ''}`);
    return { warnings: [], quotas: [], ...outcome.content } as unknown as Preview;
  } finally {
    await guard.close();
  }
}

/** Sends the request to the service; resolves with `done`, or the code of the error. */
export const run = (operation: OperationName, input: Members) =>
  fixture.backend
    .call(operation, {
      ...input,
      ...('clientToken' in operationNamed(operation).input().shape ? { clientToken: 'once' } : {}),
    } as never)
    .then(
      () => 'done',
      (error: FinspaceError) => error.fields.code as string,
    );

/** Changes members of an entity where the service keeps it, and ends what was planned for it. */
export const alter = (collection: string, name: string, change: object) =>
  fixture.backend.store.write(async (tx) =>
    tx.put({ ...((await tx.get(collection, name)) as Entity), due: null, plannedFailure: null, ...change }),
  );
export const collectionOf = (kind: Parameters<typeof inEnvironment>[2]) =>
  inEnvironment(WORLD, fixture.builder.environmentId, kind);
export const usePublishedQuotas = () =>
  fixture.backend.store.write((tx) => tx.putSettings(WORLD.arn, { quotas: 'published' }));

export const ELSEWHERE = 'use1-az4';
export const NOWHERE = 'use9-az1';
export const here = (rest: Members = {}): Members => ({ environmentId: fixture.builder.environmentId, ...rest });
export const cluster = (rest: Members = {}) => here({ clusterName: 'new', ...ofCluster(rest) });
export const on = (scalingGroupName: string, memoryReservation = 6, nodeCount = 1) => ({
  scalingGroupConfiguration: { scalingGroupName, memoryReservation, nodeCount },
});
export const volume = (rest: Members = {}) =>
  here({
    volumeName: 'new',
    volumeType: 'NAS_1',
    azMode: 'SINGLE',
    availabilityZoneIds: [ZONE],
    nas1Configuration: { type: 'SSD_1000', size: 1200 },
    ...rest,
  });
export const dataview = (rest: Members = {}) =>
  here({ databaseName: 'trades', dataviewName: 'new', azMode: 'SINGLE', availabilityZoneId: ZONE, ...rest });
export const segment = (volumeName: string) => ({ segmentConfigurations: [{ dbPaths: ['/*'], volumeName }] });
export const group = (rest: Members = {}) =>
  here({ scalingGroupName: 'new', hostType: 'kx.sg.large', availabilityZoneId: ZONE, ...rest });
export const changeset = (databaseName: string) =>
  here({ databaseName, changeRequests: [{ changeType: 'PUT', s3Path: 's3://some-bucket/data/', dbPath: '/a/' }] });
export const RDB = { clusterType: 'RDB', ...on('hosts') };
export const mounting = (mount: Members) => cluster({ clusterType: 'HDB', ...on('hosts'), databases: [mount] });
export const sized = (nodeType: string, nodeCount: number) => ({ capacityConfiguration: { nodeType, nodeCount } });
export const dataviewCollection = () => inDatabase(WORLD, fixture.builder.environmentId, 'trades', 'kxDataview');

export type Row = readonly [
  title: string,
  operation: OperationName,
  input: () => Members | Promise<Members>,
  blockers: readonly string[],
];

/** After a change of the world. */
export const after = (prepare: () => Promise<unknown>, input: () => Members) => async () => {
  await prepare();
  return input();
};

export const createMany = (count: number, make: (name: string) => Promise<unknown>) =>
  Promise.all(Array.from({ length: count }, (_, at) => make(`new${at}`)));

export const labelOf = ({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`;

/** The plan of a call has the expected blockers, and says the same as the service does when the call is sent. */
export async function expectPlanAsService(operation: OperationName, input: Members, expected: readonly string[]) {
  const { blocked, wouldRun, notChecked, blockers } = await preview(operation, input);
  const all = blockers.map(labelOf);
  expect(all.filter((each, at) => each.startsWith(expected[at] ?? '-'))).toEqual(all);
  expect(all).toHaveLength(expected.length);
  const outcome = await run(operation, input);
  expect({ blocked, wouldRun }, `${outcome}: ${all}`).toEqual({
    blocked: outcome !== 'done',
    wouldRun: outcome === 'done' && notChecked === undefined ? true : outcome === 'done' ? undefined : false,
  });
}
