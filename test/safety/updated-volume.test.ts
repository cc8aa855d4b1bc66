import { beforeEach, describe, expect, it } from 'vitest';
import { environmentGraph } from '../../src/inventory/graph.ts';
import { environmentSvg } from '../../src/inventory/svg/picture.ts';
import type { Row } from './support/preview.ts';
import {
  alter,
  cluster,
  collectionOf,
  dataview,
  expectPlanAsService,
  here,
  on,
  preview,
  previewFixture,
  segment,
} from './support/preview.ts';

const fixture = previewFixture();
beforeEach(() => alter(collectionOf('kxVolume'), 'spare', { status: 'UPDATED' }));

const ROWS: readonly Row[] = [
  ['deleted', 'DeleteKxVolume', () => here({ volumeName: 'spare' }), []],
  ['updated again', 'UpdateKxVolume', () => here({ volumeName: 'spare', nas1Configuration: { size: 2400 } }), []],
  ['used by a dataview', 'CreateKxDataview', () => dataview(segment('spare')), []],
  [
    'used by a cluster',
    'CreateKxCluster',
    () => cluster({ clusterType: 'RDB', ...on('hosts'), savedownStorageConfiguration: { volumeName: 'spare' } }),
    [],
  ],
];

describe('a volume that an endpoint reports as UPDATED', () => {
  it.each(ROWS)('can be %s', async (_, operation, input, blockers) => {
    await expectPlanAsService(operation, await input(), blockers);
  });

  it('is drawn without its status', async () => {
    const graph = await environmentGraph(fixture.backend.call, fixture.builder.environmentId);
    expect(environmentSvg(graph)).not.toContain('>UPDATED<');
  });
});

describe('the preview of an update of a volume', () => {
  const notes = async (args: object) =>
    (await preview('UpdateKxVolume', here({ volumeName: 'fast', ...args }))).notes ?? [];

  it('says that its growth cannot be reversed', async () => {
    const says = 'A volume cannot be made smaller later.';
    expect(await notes({ nas1Configuration: { size: 2400 } })).toEqual([says]);
    expect(await notes({ nas1Configuration: { size: 1200 }, description: 'new' })).toEqual([]);
  });
});
