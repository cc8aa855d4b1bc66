import { expect, it } from 'vitest';
import { listKits } from '../../src/resources/recovery.ts';
import { LOCAL_CALLER } from '../../src/safety/policy.ts';
import { UNRESTRICTED } from '../support/unrestricted.ts';

const KIT = { deleted: { at: '2026-03-17T09:30:00.123Z' }, create: [] };
const titleOf = (kit: object) => titleOfRead(async () => JSON.stringify(kit));
const titleOfRead = async (read: (id: string) => Promise<string | undefined>) => {
  const kits = { list: async () => ['some-kit'], read };
  const deps = { restrictions: UNRESTRICTED, caller: LOCAL_CALLER, kits } as never;
  const [first] = await listKits(deps);
  expect(await listKits(deps)).toEqual([first]);
  return first?.title;
};
const deletedBy = (tool: string, given: object) => ({ ...KIT, deleted: { ...KIT.deleted, tool, arguments: given } });

it.each([
  ['an entity', deletedBy('delete_kx_cluster', { environmentId: 'e', clusterName: 'hdb-fx' }), 'cluster hdb-fx'],
  [
    'an environment',
    {
      ...deletedBy('tear_down_kx_environment', { environmentId: 'e' }),
      create: [{ tool: 'create_kx_environment', arguments: { name: 'kdb "prod"' } }],
    },
    String.raw`kdb environment "kdb \"prod\""`,
  ],
  ['an environment without a name', deletedBy('delete_kx_environment', { environmentId: 'e1' }), 'kdb environment e1'],
  [
    'entities that a teardown named',
    deletedBy('tear_down_kx_environment', { environmentId: 'e', only: ['a', 'b', 'c', 'd'] }),
    'a, b, c and 1 more',
  ],
])('the title of a recovery kit of %s says what it recreates and when that was deleted', async (_, kit, what) => {
  expect(await titleOf(kit)).toBe(`Recovery kit: ${what}, deleted 2026-03-17 09:30:00 UTC`);
});

it('the title of a file that is no recovery kit is its name', async () => {
  for (const text of [undefined, '{', '{}', 'null'])
    expect(await titleOfRead(async () => text)).toBe('Recovery kit: some-kit');
  expect(await titleOfRead(() => Promise.reject(new Error('unreadable')))).toBe('Recovery kit: some-kit');
});

it('kits are read once for their titles', async () => {
  let reads = 0;
  await titleOfRead(async () => {
    reads += 1;
    return JSON.stringify(deletedBy('delete_kx_user', { userName: 'ann' }));
  });
  expect(reads).toBe(1);
});
