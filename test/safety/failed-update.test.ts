import { beforeEach, describe, expect, it } from 'vitest';
import { environmentCollection } from '../../src/local/arns.ts';
import type { OperationName } from '../../src/operations/index.ts';
import { toolName } from '../../src/operations/naming.ts';
import { type Members, WORLD } from './support/backend.ts';
import { KEY } from './support/call-environment-builder.ts';
import { openGuard } from './support/guard.ts';
import {
  alter,
  collectionOf,
  dataview,
  dataviewCollection,
  mounting,
  preview,
  previewFixture,
  segment,
  volume,
} from './support/preview.ts';

const fixture = previewFixture();

/** What an agent reads after a call that the service refuses. */
async function refusal(operation: OperationName, input: Members): Promise<string> {
  const { call, clock } = fixture.backend;
  const guard = await openGuard({ call, clock });
  const outcome = await guard.attempt({ tool: toolName(operation), arguments: input });
  await guard.close();
  return outcome.kind === 'refused' ? outcome.text : outcome.kind;
}

async function firstAdvice(operation: OperationName, input: Members) {
  return (await preview(operation, input)).blockers.map(({ first }) => first);
}

const USE_IT = 'The name is in use: use the existing one, or choose another name.';

describe('a volume whose update failed', () => {
  beforeEach(() => alter(collectionOf('kxVolume'), 'spare', { status: 'UPDATE_FAILED' }));

  it('keeps its name, and is not to be deleted for it', async () => {
    const input = volume({ volumeName: 'spare' });
    expect(await firstAdvice('CreateKxVolume', input)).toEqual([USE_IT]);
    const text = await refusal('CreateKxVolume', input);
    expect(text).toContain('The volume "spare" is UPDATE_FAILED. Use it, or choose another name.');
  });

  it('needs that update again before something can use it', async () => {
    const input = dataview(segment('spare'));
    expect(await firstAdvice('CreateKxDataview', input)).toEqual(['Its last update failed: repeat that update first.']);
    const text = await refusal('CreateKxDataview', input);
    expect(text).toContain(
      'The volume "spare" is UPDATE_FAILED: get_kx_volume shows why. Its last update failed: repeat that update first.',
    );
    expect(text).not.toMatch(/delete/i);
  });
});

describe('an environment whose network could not be updated', () => {
  beforeEach(() =>
    alter(environmentCollection(WORLD), fixture.builder.environmentId, { status: 'FAILED_UPDATING_NETWORK' }),
  );

  it('keeps its name, and is not to be deleted for it', async () => {
    const input = { name: 'trading', kmsKeyId: KEY };
    expect(await firstAdvice('CreateKxEnvironment', input)).toEqual([USE_IT]);
    expect(await refusal('CreateKxEnvironment', input)).not.toMatch(/delete/i);
  });

  it('is not the reason why a call in it is refused', async () => {
    const { body } = (await fixture.backend.store.read((tx) => tx.get(dataviewCollection(), 'view'))) as {
      body: object;
    };
    await alter(dataviewCollection(), 'view', { status: 'ACTIVE', body: { ...body, versions: [] } });
    const text = await refusal('CreateKxCluster', mounting({ databaseName: 'trades', dataviewName: 'view' }));
    expect(text).toContain('Dataview view has no active version yet');
    expect(text).not.toContain('FAILED_UPDATING_NETWORK');
  });
});
