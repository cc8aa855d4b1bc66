import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { worldOf } from '../../src/local/context.ts';
import { DEFAULT_ACCOUNT } from '../../src/local/defaults.ts';
import { openWorldStore } from '../../src/local/store.ts';
import { exportWorld, importWorld } from '../../src/local/worlds/administration.ts';

import { openProduct } from '../safety/support/wire.ts';

const WORLD = worldOf(DEFAULT_ACCOUNT, 'us-east-1');
const CLUSTER = { kinds: ['cluster'], name: 'hdb-futures', view: 'full' };

test('answers show the details of a world that replaced another one, even if its lists show no change', async () => {
  const product = openProduct({ world: 'demo' }, { durable: true });
  onTestFinished(product.close);
  const client = await product.connect('2026-07-28');
  const size = async () => {
    const { result } = await client.request('tools/call', { name: 'find_kx_entities', arguments: CLUSTER });
    return JSON.stringify(result?.['structuredContent']).match(/\d x kx\.s\.\w+/)?.[0];
  };
  expect(await size()).toBe('3 x kx.s.2xlarge');
  const store = await openWorldStore(join(product.folder, 'world.db'));
  const path = join(product.folder, 'world.json');
  const text = JSON.stringify(await exportWorld(store, WORLD));
  writeFileSync(path, text.replaceAll('kx.s.2xlarge', 'kx.s.4xlarge'));
  await importWorld(store, path, { now: Date.now, account: WORLD.account, discardChanges: true });
  await store.close();
  expect(await size()).toBe('3 x kx.s.4xlarge');
});
