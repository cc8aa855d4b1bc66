import { beforeAll, describe, expect, it } from 'vitest';
import { caller, demoTools } from '../fleet/demo-tools.ts';

const { world, use } = demoTools();
let environmentId: string;
beforeAll(async () => {
  environmentId = await world().id('kdb-prod');
});

/** The structured content of an answer whose text must contain exactly the same. */
async function answered(tool: string, args: Record<string, unknown>, calling = use) {
  const { isError, text, data } = await calling(tool, args);
  expect({ isError, text }).toEqual({ isError: false, text: JSON.stringify(data) });
  return data;
}
const waiting = (more: object) => ({ tool: 'wait_for_kx_entity', arguments: { environment: environmentId, ...more } });
const update = () => ({
  environmentId,
  clusterName: 'hdb-futures',
  databases: [{ databaseName: 'futures_l2', cacheConfigurations: [{ cacheType: 'CACHE_1000', dbPaths: ['/'] }] }],
});

describe('the answer of a tool', () => {
  it('contains the status after an update, and the call that waits for its end, ready to use', async () => {
    const answer = await answered('update_kx_cluster_databases', update());
    const next = waiting({ kind: 'cluster', name: 'hdb-futures' });
    expect(answer).toEqual({ status: 'UPDATING', next });
  });

  it('contains the call that waits for a new entity that is not ready at once', async () => {
    const changeRequests = [{ changeType: 'PUT', s3Path: 's3://some-bucket/a/', dbPath: '/2026.03.16/' }];
    const created = await answered('create_kx_changeset', { environmentId, databaseName: 'fx_spot', changeRequests });
    const { changesetId: name } = created;
    expect(created['next']).toEqual(waiting({ kind: 'changeset', name, database: 'fx_spot' }));
    const user = { environmentId, userName: 'brief', iamRole: 'arn:aws:iam::111122223333:role/kdb-quant' };
    expect(await answered('create_kx_user', user)).not.toHaveProperty('next');
  });

  it('contains one call that waits for all entities that were created together', async () => {
    const nas1Configuration = { type: 'SSD_250', size: 1200 };
    const volume = { volumeType: 'NAS_1', azMode: 'SINGLE', availabilityZoneIds: ['use1-az1'], nas1Configuration };
    const create = ['vol-one', 'vol-two'].map((volumeName) => ({
      tool: 'create_kx_volume',
      arguments: { ...volume, volumeName },
    }));
    expect(await answered('create_kx_entities', { environmentId, create })).toEqual({
      finished: true,
      done: ['volume:vol-one (CREATING)', 'volume:vol-two (CREATING)'],
      next: waiting({ kind: 'volume', name: 'vol-one', also: [{ kind: 'volume', name: 'vol-two' }] }),
    });
  });

  it('contains the call that waits for the end of a deletion', async () => {
    const deletion = { environmentId, clusterName: 'gp-research' };
    const next = waiting({ kind: 'cluster', name: 'gp-research', until: 'DELETED' });
    expect(await answered('delete_kx_cluster', deletion)).toEqual({ status: 'DELETING', next });
  });

  it('to the deletion of an environment contains the status that it then has', async () => {
    const { call, id } = world();
    const uat = await id('kdb-uat');
    const { kxClusterSummaries: clusters = [] } = await call('ListKxClusters', { environmentId: uat });
    for (const { clusterName = '' } of clusters) await call('DeleteKxCluster', { environmentId: uat, clusterName });
    const { status } = await answered('delete_kx_environment', { environmentId: uat });
    expect(status).toBe((await call('GetKxEnvironment', { environmentId: uat })).status);
  });

  it('does not mention waiting if that tool is not offered or the call only reads', async () => {
    const deletion = { environmentId, clusterName: 'rdb-futures' };
    const denying = caller(world().call, { deny: ['wait_for_kx_entity'] });
    expect(await answered('delete_kx_cluster', deletion, denying)).toEqual({ status: 'DELETING' });
    expect(await answered('get_kx_cluster', { environmentId, clusterName: 'gp-reference' })).not.toHaveProperty('next');
  });

  it('says that tags have taken effect', async () => {
    const resourceArn = `arn:aws:finspace:us-east-1:111122223333:kxEnvironment/${environmentId}/kxCluster/hdb-fx`;
    expect(await answered('tag_resource', { resourceArn, tags: { desk: 'fx' } })).toEqual({ done: true });
  });

  it('names the tool that failed', async () => {
    const { text } = await use('get_kx_cluster', { environmentId, clusterName: 'none' });
    expect(text).toMatch(/^get_kx_cluster failed with ResourceNotFoundException/);
  });
});
