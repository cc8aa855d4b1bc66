import { describe, expect, test } from 'vitest';
import { demoTools, names } from './demo-tools.ts';

const { world, use } = demoTools();
const search = async (input: Record<string, unknown>) => use('find_kx_entities', input);
const found = async (name: string) => names((await search({ name })).data['entities']);

describe('find_kx_entities', () => {
  test.each([
    ['cluster:gp-signals', ['gp-signals']],
    ['equities_taq/equities_taq_static', ['equities_taq_static']],
    ['dataview:EQUITIES_TAQ/equities_taq_static', ['equities_taq_static']],
    ['volume:vol', []],
  ])('finds an entity as answers name it: %s', async (name, expected) => {
    expect(await found(name)).toEqual(expected);
  });

  test('finds an entity by its ARN, and an environment by its id', async () => {
    const { data } = await use('find_kx_entities', { kinds: ['volume'], name: 'vol-fx' });
    const [{ arn }] = data['entities'] as [{ arn: string }];
    expect(await found(arn)).toEqual(['vol-fx']);
    expect(await found(await world().id('kdb-uat'))).toEqual(['kdb-uat']);
  });

  test('finds a changeset as problems name it, without the argument kinds', async () => {
    const { data } = await use('find_kx_problems', { problem: 'failed', kinds: ['changeset'] });
    const [{ entity }] = data['problems'] as [{ entity: string }];
    expect(entity).toMatch(/^changeset:fx_spot\//);
    expect(await found(entity)).toEqual([entity.split('/')[1]]);
  });
});

describe('wait_for_kx_entity', () => {
  const wait = async (target: Record<string, unknown>) =>
    (await use('wait_for_kx_entity', { environment: 'prod', ...target })).data;

  test.each([
    ['cluster', 'cluster:hdb-fx', 'cluster:hdb-fx'],
    ['nodes', 'cluster:hdb-fx', 'nodes:hdb-fx'],
    ['nodes', 'nodes:hdb-fx', 'nodes:hdb-fx'],
    ['dataview', 'fx_spot/fx_spot_live', 'dataview:fx_spot/fx_spot_live'],
    ['dataview', 'dataview:fx_spot/fx_spot_live', 'dataview:fx_spot/fx_spot_live'],
    ['environment', 'environment:kdb-prod', 'environment:kdb-prod'],
    ['environment', 'prod', 'environment:kdb-prod'],
  ])('waits for the %s %s', async (kind, name, entity) => {
    expect(await wait({ kind, name })).toMatchObject({ entity, reached: true });
  });

  test('does not take the database from the name if the call names one', async () => {
    const named = { kind: 'dataview', name: 'fx_spot/fx_spot_live', database: 'equities_taq' };
    expect(await wait({ ...named, until: 'DELETED' })).not.toMatchObject({ reached: true });
  });

  test('names one environment per call', async () => {
    const { text } = await use('wait_for_kx_entity', { environment: 'prod', kind: 'environment', name: 'uat' });
    expect(text).toContain('The environment is "kdb-prod", not "uat"');
  });
});

test('an environment is found by its colloquial name', async () => {
  for (const environment of ['production', 'PROD', 'kdb prod', 'KDB_PROD'])
    expect((await search({ environment, kinds: ['cluster'] })).data['found']).toBe(13);
  const uat = await use('what_depends_on', { name: 'uat' });
  expect(uat.data['entity']).toMatchObject({ id: 'environment:kdb-uat' });
  expect((await use('what_depends_on', { name: 'uat', kind: 'cluster' })).text).toContain('"gw-uat", "hdb-uat"');
  for (const environment of ['prod2', 'kdb-production', 'uat-kdb'])
    expect((await search({ environment })).text).toContain('There is no kdb environment');
  expect((await search({ environment: 'kdb' })).text).toContain('Existing ones: "kdb-prod", "kdb-uat"');
});
