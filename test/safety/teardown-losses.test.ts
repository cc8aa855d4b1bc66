import { expect, it, onTestFinished } from 'vitest';
import { openUpdatable } from './support/updatable.ts';

it('a teardown says which of its entities hold data that is nowhere else', async () => {
  const { builder, plan, close } = await openUpdatable();
  onTestFinished(close);
  await builder.volume('fast');
  await builder.group('hosts');
  const segmentConfigurations = [{ dbPaths: ['/*'], volumeName: 'fast' }];
  await builder.dataview('writable', { readWrite: true, segmentConfigurations });
  await builder.dataview('readable');
  const tooMuch = { scalingGroupName: 'hosts', memoryReservation: 1_000_000, nodeCount: 1 };
  await builder.cluster('large', { scalingGroupConfiguration: tooMuch });
  const only = ['memory', 'science', 'history', 'large', 'writable', 'readable'];
  const { lost } = (await plan('tear_down_kx_environment', { only })) as { lost: { name: string; detail: string }[] };
  expect(Object.fromEntries(lost.map(({ name, detail }) => [name, detail]))).toEqual({
    memory: 'RDB, RUNNING, unsaved data in memory, 100 GiB of savedown storage',
    science: 'GP, RUNNING, unsaved data in memory',
    history: 'HDB, RUNNING',
    large: 'GP, CREATE_FAILED',
    writable: 'of trades, uncommitted changes',
    readable: 'of trades',
  });
  expect(await plan('tear_down_kx_environment', { only: ['memory'] })).toMatchObject({
    dialog: expect.arrayContaining([
      expect.stringMatching(/^Permanent loss of 1 entity: cluster memory \(RDB, .*savedown storage\)\.$/),
    ]),
  });
});
