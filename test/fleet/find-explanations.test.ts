import { describe, expect, test } from 'vitest';
import { demoTools, names, type Rows } from './demo-tools.ts';

const { use } = demoTools();
const find = async (input: Record<string, unknown>) => use('find_kx_entities', input);

describe('find_kx_entities', () => {
  test.each([
    [{ kinds: ['cluster'], where: [{ setting: 'dedicated', is: 'equals', value: true }] }, '"dedicated"'],
    [{ kinds: ['cluster'], where: [{ setting: 'cacheType', is: 'equals', value: 'CACHE_1000' }] }, '"cacheType"'],
    [{ kinds: ['cluster'], where: [{ setting: 'tag:owner', is: 'equals', value: 'fx-desk' }] }, '"tag:owner"'],
    [{ kinds: ['environment'], where: [{ setting: 'clusters', is: 'equals', value: 0 }] }, '"clusters"'],
    [{ kinds: ['user'], name: 'nobody', where: [{ setting: 'lastLogin', is: 'unset' }] }, '"lastLogin"'],
  ])('refuses a condition on a setting that nothing has: %j', async (input, setting) => {
    const { isError, text } = await find(input);
    expect(isError).toBe(true);
    expect(text).toContain(`None of these has the setting ${setting}. Available: `);
  });

  test.each([
    { kinds: ['volume'], where: [{ setting: 'reason', is: 'set' }] },
    { environment: 'uat', kinds: ['cluster'], where: [{ setting: 'caches', is: 'set' }] },
    { environment: 'uat', where: [{ setting: 'minNodeCount', is: 'above', value: 1 }] },
    { environment: 'uat', where: [{ setting: 'autoscaling.minNodeCount', is: 'set' }] },
    { environment: 'uat', kinds: ['cluster'], where: [{ setting: 'dataviewName', is: 'equals', value: 'live' }] },
    { environment: 'uat', where: [{ setting: 'savedown.volumeName', is: 'set' }] },
    { environment: 'uat', where: [{ setting: 'onDemand', is: 'set' }] },
  ])('finds nothing by a setting that entities of the kind can have: %j', async (input) => {
    expect((await find(input)).data['found']).toBe(0);
  });

  test('finds everything without a setting that no entity has, and groups by it', async () => {
    const uat = { environment: 'uat', kinds: ['cluster'] };
    expect((await find({ ...uat, where: [{ setting: 'minNodeCount', is: 'unset' }] })).data['found']).toBe(2);
    const { groups } = (await find({ ...uat, groupBy: ['minNodeCount'] })).data;
    expect(groups).toEqual([expect.objectContaining({ value: '(none)', count: 2 })]);
  });

  test.each([
    [{ createdAfter: '40d', createdBefore: '60d' }, 'createdAfter (40d) is not before createdBefore (60d)'],
    [{ changedAfter: '2026-03-10', changedBefore: '2026-03-01' }, 'changedAfter (2026-03-10) is not before'],
  ])('refuses times between which nothing can be: %j', async (input, says) => {
    expect((await find(input)).text).toContain(says);
    expect((await find({ createdAfter: '60d', createdBefore: '40d' })).data['found']).toBeGreaterThan(0);
  });

  test('says how many groups a limit leaves out', async () => {
    const { data } = await find({ kinds: ['cluster'], groupBy: ['type'], limit: 2 });
    expect(data).toMatchObject({ found: 15, groupsNotShown: 3 });
    expect(data['groups']).toHaveLength(2);
    const whole = await find({ kinds: ['cluster'], groupBy: ['type'], limit: 5 });
    expect(whole.data).not.toHaveProperty('groupsNotShown');
  });

  test('names the existing statuses of nodes', async () => {
    const { data } = await find({ environment: 'uat', kinds: ['node'], status: ['PROVISIONING'] });
    expect(data).toMatchObject({ found: 0, existingStatuses: ['RUNNING'] });
  });

  test('says that a text is not searched in names', async () => {
    const { data } = await find({ text: 'jonas' });
    expect(data).toMatchObject({ found: 0, notSearched: expect.stringContaining('names (argument name)') });
    expect((await find({ name: 'jonas' })).data['entities'] as Rows).toHaveLength(1);
  });

  test('names the arguments for ages', async () => {
    const aged = (value: string) => find({ kinds: ['cluster'], where: [{ setting: 'age', is: 'above', value }] });
    expect((await aged('30d')).text).toContain('for an age such as 30d, use createdBefore or createdAfter');
    expect((await aged('30')).text).toContain('For an age, use createdBefore or createdAfter.');
  });
});

describe('conditions', () => {
  const met = async (kind: string, setting: string, is: string, value: unknown) =>
    names((await find({ kinds: [kind], where: [{ setting, is, value }] })).data['entities']);

  test('on what is connected accept the values and ids of answers', async () => {
    const ofView = ['gp-research', 'hdb-fx'];
    expect(await met('cluster', 'mounts', 'equals', 'fx_spot/fx_spot_live')).toEqual(ofView);
    expect(await met('cluster', 'mounts', 'equals', 'dataview:fx_spot/fx_spot_live')).toEqual(ofView);
    expect(await met('cluster', 'mounts', 'not', 'dataview:fx_spot/fx_spot_live')).not.toContain('hdb-fx');
    expect(await met('volume', 'usedBy', 'equals', 'cluster:hdb-fx')).toEqual(['vol-fx']);
    expect(await met('cluster', 'host', 'equals', 'scaling-group:sg-uat')).toEqual(['gw-uat', 'hdb-uat']);
  });

  test('on provisioning nodes find the clusters without any', async () => {
    const found = await met('cluster', 'nodesProvisioning', 'equals', 0);
    expect(found).toHaveLength(13);
    expect(found).not.toContain('hdb-futures');
  });
});
