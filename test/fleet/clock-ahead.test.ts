import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLocalService } from '../../src/local/index.ts';
import { openProduct } from '../safety/support/wire.ts';

const HOURS_5 = 5 * 60 * 60_000;

test('answers and topologies have the time of the world, whose clock may be ahead', async () => {
  const product = openProduct({ world: 'demo' }, { durable: true });
  try {
    const client = await product.connect('2026-07-28');
    const find = async () => {
      const { result } = await client.request('tools/call', { name: 'find_kx_problems', arguments: {} });
      return result?.['structuredContent'] as { readonly readAt: string; readonly environmentIds: object };
    };
    const before = await find();
    const local = await openLocalService({
      state: join(product.folder, 'world.db'),
      lifecycle: 'instant',
      region: 'us-east-1',
    });
    await local.clock.advance(HOURS_5);
    await local.close();
    const after = await find();
    expect(Date.parse(after.readAt) - Date.parse(before.readAt)).toBeGreaterThanOrEqual(HOURS_5);
    const [id] = Object.keys(after.environmentIds);
    const uri = `finspace://kx/environments/${id}/topology`;
    const { result } = await client.request('resources/read', { uri });
    const [content] = (result?.['contents'] ?? []) as { readonly text: string }[];
    expect(Date.parse(JSON.parse(content?.text ?? '').readAt) - Date.parse(before.readAt)).toBeGreaterThanOrEqual(
      HOURS_5,
    );
  } finally {
    await product.close();
  }
});
