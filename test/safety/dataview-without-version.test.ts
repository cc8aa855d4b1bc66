import { beforeEach, describe, expect, it } from 'vitest';
import type { Entity } from '../../src/local/transaction.ts';
import { alter, dataviewCollection, mounting, preview, previewFixture, run } from './support/preview.ts';

const fixture = previewFixture();
const input = () => mounting({ databaseName: 'trades', dataviewName: 'view' });

describe('a dataview that is ACTIVE without a version', () => {
  const withoutVersions = async (change: object) => {
    const { body } = (await fixture.backend.store.read((tx) => tx.get(dataviewCollection(), 'view'))) as Entity<object>;
    await alter(dataviewCollection(), 'view', { status: 'ACTIVE', body: { ...body, ...change, versions: [] } });
  };
  beforeEach(() => withoutVersions({}));

  it('cannot be mounted, and the service says why', async () => {
    expect(await run('CreateKxCluster', input())).toBe('Conflict');
    const { call } = fixture.backend;
    const reply = call('CreateKxCluster', { ...input(), clientToken: 'again' } as never);
    await expect(reply).rejects.toThrow('Dataview view has no active version yet');
  });

  it.each([
    [
      false,
      'It has no version to mount: load data with create_kx_changeset, or change its segments with update_kx_dataview.',
    ],
    [true, 'It has no version to mount, and a writable dataview gets no other: create another dataview.'],
  ])('blocks a plan, without advice to wait (writable: %s)', async (readWrite, first) => {
    await withoutVersions({ readWrite });
    const { blockers } = await preview('CreateKxCluster', input());
    expect(blockers).toMatchObject([{ kind: 'dataview', name: 'view', first }]);
  });
});
