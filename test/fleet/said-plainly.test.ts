import { describe, expect, test } from 'vitest';
import { demoTools, type Rows } from './table.ts';

const { use } = demoTools();
const find = async (input: Record<string, unknown>) => use('find_kx_entities', input);

describe('find_kx_entities', () => {
  test.each([
    [{ kinds: ['cluster'], where: [{ setting: 'dedicated', is: 'equals', value: true }] }, '"dedicated"'],
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
  ])('finds nothing by a setting that entities of the kind can have: %j', async (input) => {
    expect((await find(input)).data['found']).toBe(0);
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
