import { expect, test } from 'vitest';
import { demoTools } from './demo-tools.ts';

const { use, world } = demoTools();

test.each([
  ['delete_kx_volume', { volumeName: 'vol-tplog' }],
  ['delete_kx_database', { databaseName: 'fx_spot' }],
  ['delete_kx_scaling_group', { scalingGroupName: 'sg-history' }],
  ['delete_kx_dataview', { databaseName: 'fx_spot', dataviewName: 'fx_spot_live' }],
])('%s says how to find out what still uses its target', async (tool, names) => {
  const args = { environmentId: await world().id('kdb-prod'), ...names };
  const { isError, text } = await use(tool, args);
  expect(isError).toBe(true);
  expect(text).toContain('Call plan_change with this tool and its arguments: it lists what uses it');
  const preview = await use('plan_change', { tool, arguments: args });
  expect(preview.data).toMatchObject({
    blocked: true,
    blockers: expect.arrayContaining([{ first: expect.any(String) }].map((each) => expect.objectContaining(each))),
  });
});
