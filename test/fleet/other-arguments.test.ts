import { describe, expect, test } from 'vitest';
import { cursorFor } from '../../src/tools/fleet/cursor.ts';
import { shortDigest } from '../../src/tools/fleet/opaque-text.ts';
import { demoTools } from './demo-tools.ts';

const { use } = demoTools();
const REFUSED = /is from an answer to other arguments: repeat that call with all its arguments/;

describe('a cursor', () => {
  test('continues only the answer to its own arguments', async () => {
    const kinds = ['cluster', 'changeset'];
    const { cursor } = (await use('find_kx_entities', { sort: 'oldest', kinds })).data;
    expect(cursor).toEqual(expect.any(String));
    for (const more of [{}, { view: 'summary' }]) {
      const rest = await use('find_kx_entities', { kinds: 'Clusters,changesets', sort: 'oldest', ...more, cursor });
      expect(rest).toMatchObject({ isError: false, data: { entities: expect.any(Array) } });
    }
    for (const other of [{}, { sort: 'oldest' }, { sort: 'newest', kinds }, { sort: 'oldest', kinds, view: 'full' }])
      expect(await use('find_kx_entities', { ...other, cursor })).toMatchObject({ isError: true, text: REFUSED });
    expect(await use('find_kx_problems', { cursor })).toMatchObject({ isError: true, text: REFUSED });
  });

  test('continues a preview only with the same tool and arguments', async () => {
    const arguments_ = { environmentId: 'kdb-prod' };
    const preview = { tool: 'tear_down_kx_environment', arguments: arguments_ };
    const cursor = cursorFor({ row: 1 }, preview);
    expect((await use('plan_change', { ...preview, cursor })).isError).toBe(false);
    const other = { tool: 'tear_down_kx_environment', arguments: { environmentId: 'kdb-uat' }, cursor };
    expect(await use('plan_change', other)).toMatchObject({ isError: true, text: REFUSED });
  });
});

describe('the handle of a wait', () => {
  const of = { environment: 'kdb-prod', kind: 'cluster' };
  const handleFor = (input: object) =>
    Buffer.from(`since 1773738000000 1 of ${shortDigest(input)}`).toString('base64url');

  test('does not say that another entity existed', async () => {
    const handle = handleFor({ ...of, name: 'hdb-fx', until: 'DELETED' });
    const other = await use('wait_for_kx_entity', { ...of, name: 'nobody', until: 'DELETED', handle });
    expect(other.data).toMatchObject({ reached: false, status: 'NOT_FOUND', waitedSeconds: 0 });
    const own = await use('wait_for_kx_entity', { ...of, name: 'hdb-fx', until: 'DELETED', handle });
    expect(own.data).toMatchObject({ reached: false, status: 'RUNNING' });
  });
});
