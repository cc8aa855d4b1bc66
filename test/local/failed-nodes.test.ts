import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { worldOf } from '../../src/local/context.ts';
import { faultPlan } from '../../src/local/faults/rules.ts';
import { faultSource } from '../../src/local/faults/source.ts';
import { exportWorld, importWorld } from '../../src/local/worlds/administration.ts';
import { newStore } from './engine.ts';
import { openBuilder, WAIT } from './environment-builder.ts';
import { MINUTE, openWorld, SEED_OPTIONS, type TestWorld } from './world.ts';

/** Imports an exported world into a new store, which rejects an inconsistent one. */
async function importCopy({ store }: TestWorld): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'finspace-failed-nodes-'));
  const file = join(folder, 'world.json');
  const { account, region } = SEED_OPTIONS;
  try {
    writeFileSync(file, JSON.stringify(await exportWorld(store, worldOf(account, region))));
    return await importWorld(await newStore(), file, SEED_OPTIONS);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the planned failure of a node ends, and its world can be imported, once its cluster starts or restarts it', async () => {
  const rules = [{ operation: 'DeleteKxClusterNode', failure: { reason: 'No capacity' } }];
  const world = await openWorld({ faults: faultSource(faultPlan({ rules }, 'faults.json')) });
  const builder = await openBuilder(world);
  const named = { environmentId: builder.environmentId, clusterName: 'gp-one' };
  const nodes = async () => (await world.call('ListKxClusterNodes', named)).nodes;
  const replaceNode = async () => world.call('DeleteKxClusterNode', { ...named, nodeId: (await nodes())[0].nodeId });

  await world.call('CreateKxCluster', builder.clusterInput('gp-one'));
  world.advance(MINUTE);
  await replaceNode();
  expect(await importCopy(world)).toBe(true);
  world.advance(WAIT);
  expect(await nodes()).toMatchObject([{ status: 'RUNNING' }]);
  expect(await importCopy(world)).toBe(true);

  await replaceNode();
  const code = { s3Bucket: 'some-code', s3Key: 'app.zip' };
  const deploymentConfiguration = { deploymentStrategy: 'FORCE' as const };
  await world.call('UpdateKxClusterCodeConfiguration', { ...named, code, deploymentConfiguration });
  expect(await importCopy(world)).toBe(true);
  world.advance(WAIT);
  expect(await nodes()).toMatchObject([{ status: 'RUNNING' }]);
  expect(await importCopy(world)).toBe(true);
});
