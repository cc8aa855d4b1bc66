import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openProduct } from '../safety/support/wire.ts';
import { callApproved, contentOf, ended, TASKS, TOOL } from './teardown.ts';

const REASON = 'The network interface is in use';

/** Tears down a demo environment as a task, on a service that deletes no cluster. */
async function tornDown(selection: object) {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const faults = join(folder, 'faults.json');
  writeFileSync(
    faults,
    JSON.stringify({ rules: [{ operation: 'DeleteKxCluster', every: 1, failure: { reason: REASON } }] }),
  );
  const product = openProduct({ world: 'demo', faults }, { durable: true });
  onTestFinished(() => product.close());
  const client = await product.connect('2026-07-28', TASKS);
  const { taskId } = await callApproved(client, TOOL, { environmentId: 'kdb-uat', ...selection });
  return { task: await ended(client, taskId), deleted: product.spy().destructive().length };
}

const FAILED = { status: 'DELETE_FAILED', reason: REASON };

it('a teardown as a task stops at a deletion that has failed, and does not count it as deleted', async () => {
  const { task, deleted } = await tornDown({});
  expect(contentOf(task)).toMatchObject({
    ...{ finished: false, requested: 1, left: 5, deleted: [] },
    why: `The deletion of cluster "gw-uat" failed with the status DELETE_FAILED: "${REASON}".`,
    failed: [{ entity: 'cluster "gw-uat"', ...FAILED }],
  });
  expect(deleted).toBe(1);
});

it('a teardown as a task does not wait for its last deletion when that has failed', async () => {
  const { task } = await tornDown({ only: ['hdb-uat'] });
  expect(contentOf(task)).toMatchObject({
    ...{ finished: false, requested: 1, gone: 0, left: 0 },
    failed: [{ entity: 'cluster "hdb-uat"', ...FAILED }],
  });
  expect(contentOf(task)).not.toHaveProperty('underway');
});
