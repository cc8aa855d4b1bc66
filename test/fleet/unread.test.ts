import { describe, expect, test } from 'vitest';
import type { Call } from '../../src/operations/index.ts';
import { caller, demoTools, failing, names, type Rows } from './demo-tools.ts';

const { world } = demoTools();
const find = (input: object, call: Call) => caller(call)('find_kx_entities', { ...input });

describe('what could not be read', () => {
  test.each([
    ['volume', 'usedBy', 'ListKxClusters'],
    ['volume', 'type', 'GetKxVolume'],
    ['scaling-group', 'freeMiB', 'GetKxCluster'],
    ['cluster', 'nodeType', 'GetKxCluster'],
  ] as const)('does not count a %s as without %s if %s failed', async (kind, setting, operation) => {
    const { data } = await find({ kinds: [kind], groupBy: [setting] }, failing(world().call, operation));
    const values = names(data['groups'], 'value');
    expect(values).toContain('(not read)');
    expect(values).not.toContain('(none)');
  });

  test('hides nothing that is unused if it is only nodes', async () => {
    const withoutNodes = caller(failing(world().call, 'ListKxClusterNodes'));
    expect((await withoutNodes('find_kx_problems')).data['counts']).toMatchObject({ unused: 2 });
    const where = [{ setting: 'usedBy', is: 'unset' }];
    const { data } = await withoutNodes('find_kx_entities', { kinds: ['node', 'volume'], where });
    expect(names(data['entities'])).toEqual(['vol-backtest']);
  });

  test('does not say which changesets are not the newest', async () => {
    const input = { kinds: ['changeset'], where: [{ setting: 'newestCompleted', is: 'unset' }] };
    expect((await find(input, world().call)).data['found']).toBeGreaterThan(0);
    expect((await find(input, failing(world().call, 'GetKxDatabase'))).data).toMatchObject({
      found: 0,
      notRead: [{}, {}],
    });
  });

  test('is not shown as an empty size, nor as a disk of another type', async () => {
    const database = await find({ name: 'fx_spot', kinds: ['database'] }, failing(world().call, 'GetKxDatabase'));
    expect((database.data['entities'] as Rows)[0]).not.toHaveProperty('size');
    const volume = await find({ name: 'vol-fx' }, failing(world().call, 'GetKxVolume'));
    expect((volume.data['entities'] as Rows)[0]).not.toHaveProperty('type');
    expect(volume.data).not.toHaveProperty('totals');
  });
});

test('memory is exact, because a rounded amount of free memory may not exist', async () => {
  const odd: Call = async (name, input, options) => {
    const reply = await world().call(name, input, options);
    return JSON.parse(JSON.stringify(reply).replaceAll('"memoryReservation":65536', '"memoryReservation":65000'));
  };
  const { data } = await find({ kinds: ['scaling-group'], name: 'sg-history' }, odd);
  expect((data['entities'] as Rows)[0]).toMatchObject({ memory: '195536 MiB of 216 GiB reserved', free: '25648 MiB' });
  expect(data['totals']).toMatchObject({ hostMemoryFree: '25648 MiB' });
});
