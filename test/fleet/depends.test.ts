import { describe, expect, test } from 'vitest';
import type { Call } from '../../src/operations/index.ts';
import { caller, demoTools, type Rows } from './demo-tools.ts';

const { world, use } = demoTools();

describe('what_depends_on', () => {
  test('shows the tags of an entity, and the sizes of its dependencies', async () => {
    const { data } = await use('what_depends_on', { name: 'hdb-fx' });
    expect(data['entity']).toMatchObject({ tags: { owner: 'fx-desk' } });
    expect(data['needs']).toContainEqual(expect.objectContaining({ id: 'scaling-group:sg-history', free: '24 GiB' }));
    expect(data['needs']).toContainEqual(expect.objectContaining({ id: 'volume:vol-fx', sizeGB: 2_400 }));
    const denied = caller(world().call, { deny: ['list_tags_for_resource'] });
    expect((await denied('what_depends_on', { name: 'hdb-fx' })).data['entity']).not.toHaveProperty('tags');
  });

  test('shows the nodes of a cluster, with their ids', async () => {
    const environmentId = await world().id('kdb-prod');
    const { nodes = [] } = await world().call('ListKxClusterNodes', { environmentId, clusterName: 'hdb-futures' });
    const { data } = await use('what_depends_on', { name: 'hdb-futures' });
    const minutes = (iso = '') => iso.slice(0, 16);
    expect(nodes).toHaveLength(3);
    expect(data['entity']).toMatchObject({
      nodeList: nodes.map(({ nodeId, status, launchTime }) => `${nodeId} ${status} since ${minutes(launchTime)}Z`),
    });
  });

  test('shows which clusters still mount the data of a load', async () => {
    const { data } = await use('find_kx_problems', { problem: 'behind' });
    const lags = (data['problems'] as Rows).filter(({ entity }) => entity === 'cluster:hdb-equities-b');
    const late: Rows[number] = Object.assign({}, ...lags);
    const about = await use('what_depends_on', { name: late['mounted'] });
    expect(about.data).toMatchObject({ dependents: 2 });
    expect(about.data['usedBy']).toMatchObject([
      { id: 'cluster:hdb-equities-b', how: 'mounts', from: 'dataview:equities_taq/equities_taq_static' },
      { id: 'dataview:equities_taq/equities_taq_static', versionIds: [late['mountedVersion']] },
    ]);
    const futures = await use('what_depends_on', { kind: 'database', name: 'futures_l2' });
    const held = (futures.data['usedBy'] as Rows).find(({ id }) => id === 'cluster:hdb-futures')?.['changesetId'];
    expect((await use('what_depends_on', { name: held })).data['usedBy']).toMatchObject([
      { id: 'cluster:hdb-futures', from: 'database:futures_l2' },
    ]);
  });

  test('says in which environment an entity does not exist, and how to search the others', async () => {
    const { text } = await use('what_depends_on', { environment: 'uat', name: 'hdb-fx' });
    expect(text).toMatch(/^There is no entity "hdb-fx" in "kdb-uat"[.;]/);
    expect(text).toContain('To search all environments, omit environment.');
    expect((await use('what_depends_on', { name: 'hdb-fxx' })).text).not.toContain('omit environment');
    expect((await use('what_depends_on', { name: 'hdb-fx' })).data).toMatchObject({ environment: 'kdb-prod' });
  });

  test('counts no loads among the dependents of a database or environment, because only some are read', async () => {
    for (const name of ['futures_l2', 'kdb-prod']) {
      const { data } = await use('what_depends_on', { name, view: 'full' });
      const ids = (data['usedBy'] as Rows).map(({ id }) => String(id));
      expect(ids).toContain('cluster:hdb-futures');
      expect(ids.filter((id) => id.startsWith('changeset:'))).toEqual([]);
      expect(data['dependents']).toBe(ids.length);
    }
  });

  test('means the environment with exactly the given name before one in another case', async () => {
    const alike: Call = async (name, input, options) => {
      const reply = await world().call(name, input, options);
      return JSON.parse(JSON.stringify(reply).replaceAll('"kdb-uat"', '"KDB-PROD"'));
    };
    const about = async (environment: string) =>
      (await caller(alike)('what_depends_on', { environment, name: environment })).data['environmentId'];
    expect(await about('kdb-prod')).toBe(await world().id('kdb-prod'));
    expect(await about('KDB-PROD')).toBe(await world().id('kdb-uat'));
  });

  test('says where to find something that is not an entity', async () => {
    const { isError, text } = await use('what_depends_on', { name: 'subnet-04d9b6a17e83c5f21' });
    expect(isError).toBe(true);
    expect(text).toMatch(/use find_kx_entities with text\.$/);
  });
});
