import { expect, it, onTestFinished } from 'vitest';
import { openProduct } from '../safety/support/wire.ts';
import { call, callApproved, ended, getTask, TASKS, TOOL } from './teardown.ts';

it('a teardown as a task does not say that a deletion waits for the entity that it deletes', async () => {
  const product = openProduct({ world: 'demo', lifecycle: 'realistic' }, { durable: true });
  onTestFinished(() => product.close());
  const client = await product.connect('2026-07-28', TASKS);
  const environmentId = 'kdb-uat';
  const group = { scalingGroupName: 'later', hostType: 'kx.sg.large', availabilityZoneId: 'use1-az1' };
  await call(client, 'create_kx_scaling_group', { environmentId, ...group });
  const { taskId } = await callApproved(client, TOOL, { environmentId, only: ['later'] });
  await expect
    .poll(async () => (await getTask(client, taskId))?.['statusMessage'])
    .toContain('scaling group "later" ("kx.sg.large") waits for its own change to end.');
  await client.request('tasks/cancel', { taskId });
  await ended(client, taskId);
});
