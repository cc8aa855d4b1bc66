import { beforeEach, describe, expect, it } from 'vitest';
import type { Call, OperationName } from '../../src/operations/index.ts';
import { planCall } from '../../src/safety/plan.ts';
import { answering, HOUR, type Members } from './support/backend.ts';
import { PLACE } from './support/guard.ts';
import { here, on, preview, previewFixture } from './support/preview.ts';

const fixture = previewFixture();

beforeEach(async () => {
  const { builder, backend } = fixture;
  await builder.cluster('hdb', { clusterType: 'HDB', ...on('hosts'), databases: [{ databaseName: 'trades' }] });
  backend.clock.advance(HOUR);
});

const without = (member: string): Call =>
  answering(fixture.backend.call, (_, reply) =>
    JSON.parse(JSON.stringify(reply, (name, value) => (name === member ? undefined : value))),
  );
const blockersOf = async (operation: OperationName, input: Members, call: Call) =>
  (await preview(operation, here(input), call)).blockers.map(({ name }) => name);

describe('details that do not name the clusters that use an entity', () => {
  it('of a scaling group are completed from the clusters', async () => {
    expect(await blockersOf('DeleteKxScalingGroup', { scalingGroupName: 'hosts' }, without('clusters'))).toEqual([
      'hdb',
    ]);
  });

  it('of a volume are completed from the clusters', async () => {
    await fixture.builder.cluster('rdb', {
      clusterType: 'RDB',
      ...on('hosts'),
      savedownStorageConfiguration: { volumeName: 'spare' },
    });
    fixture.backend.clock.advance(HOUR);
    expect(await blockersOf('DeleteKxVolume', { volumeName: 'spare' }, without('attachedClusters'))).toEqual(['rdb']);
  });

  it('of a dataview are completed from the clusters', async () => {
    const { builder, backend } = fixture;
    const view = { databaseName: 'trades', dataviewName: 'live' };
    await builder.changeset('trades');
    await builder.dataview('live', { segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'spare' }] });
    backend.clock.advance(HOUR);
    await builder.cluster('viewing', { clusterType: 'HDB', ...on('hosts'), databases: [view] });
    backend.clock.advance(HOUR);
    expect(await blockersOf('DeleteKxDataview', view, without('attachedClusters'))).toEqual(['viewing']);
  });
});

describe('a cluster that the list shows and the get does not find', () => {
  const lagging =
    (status: string): Call =>
    async (name, input, options) => {
      const missing = name === 'GetKxCluster' ? { ...input, clusterName: 'unknown' } : input;
      const reply = (await fixture.backend.call(name, missing as never, options)) as Members;
      const { kxClusterSummaries: all } = reply as { kxClusterSummaries?: Members[] };
      return (
        all === undefined ? reply : { ...reply, kxClusterSummaries: all.map((each) => ({ ...each, status })) }
      ) as never;
    };
  const planned = (status: string) =>
    planCall(
      { call: lagging(status), backendLocation: PLACE },
      'DeleteKxDatabase',
      here({ databaseName: 'trades' }),
      'ann',
    );

  it('prevents a plan, because its references are unknown', async () => {
    await expect(planned('RUNNING')).rejects.toMatchObject({
      fields: { detail: 'The list shows cluster hdb, but its details do not exist.', retryable: true },
    });
  });

  it('is gone if it was being deleted', async () => {
    expect((await planned('DELETING'))?.blockers.map(({ item }) => item.kind)).not.toContain('cluster');
  });
});

it('rejects a list that is too long to be read completely', async () => {
  const endless: Call = async (name, input, options) =>
    name === 'ListKxUsers'
      ? ({ nextToken: `${Number(Object(input).nextToken ?? 0) + 1}` } as never)
      : fixture.backend.call(name, input, options);
  await expect(preview('DeleteKxEnvironment', here(), endless)).rejects.toThrow('does not end after 10,000 items');
});
