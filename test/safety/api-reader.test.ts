import { expect, it } from 'vitest';
import { FinspaceError } from '../../src/operations/failure.ts';
import type { Call } from '../../src/operations/index.ts';
import { apiReader } from '../../src/safety/api-reader.ts';
import { quotasFor } from '../../src/safety/preview.ts';
import { blockersOf } from '../../src/safety/problem-text.ts';
import { failing, HOUR } from './support/backend.ts';
import { KEY } from './support/call-environment-builder.ts';
import { openGuard } from './support/guard.ts';
import { alter, collectionOf, here, on, preview, previewFixture, volume } from './support/preview.ts';

const fixture = previewFixture();

it('shows existing entities, and nothing in or of a missing one', async () => {
  const { environmentId } = fixture.builder;
  const read = apiReader(fixture.backend.call);
  expect(await read.count('kx-environment', { environmentId })).toBe(1);
  expect(await read.listed('kx-dataview', { environmentId, databaseName: 'none' })).toEqual([]);
  expect(await read.dependents('kx-scaling-group', { environmentId, scalingGroupName: 'none' })).toEqual([]);
  expect(await read.dependents('kx-dataview', { environmentId, databaseName: 'trades', dataviewName: 'none' })).toEqual(
    [],
  );
  expect(await read.dependents('kx-volume', { environmentId, volumeName: 'none' })).toEqual([]);
  expect(await read.dependents('kx-user', { environmentId, userName: 'none' })).toEqual([]);
});

it('counts the quota of an update from its target', async () => {
  const grown = here({ volumeName: 'fast', nas1Configuration: { size: 2400 } });
  const found = await quotasFor(fixture.backend, 'UpdateKxVolume', grown);
  expect(found).toEqual({ quotas: ['GB of volume storage per environment: 2400 in use'], blockers: [] });
});

it('counts no quota for a call that has none', async () => {
  const input = { resourceArn: 'arn:aws:finspace:us-east-1:111122223333:kxEnvironment/abc', tags: {} };
  const none = { blockers: [], quotas: [] };
  expect(await quotasFor(fixture.backend, 'TagResource', input)).toEqual(none);
  expect(await quotasFor(fixture.backend, 'ListTagsForResource', input)).toEqual(none);
});

it('advises to delete a failed namesake, and explains a malformed id', async () => {
  await alter(collectionOf('kxVolume'), 'spare', { status: 'CREATE_FAILED' });
  const { blockers } = await preview('CreateKxVolume', volume({ volumeName: 'spare' }));
  expect(blockers.map(({ first }) => first)).toEqual([
    'The name is in use: it failed, so delete it, or choose another name.',
  ]);
  expect(blockersOf({ error: 'Validation', message: 'malformed' }, undefined)).toEqual([
    { item: { kind: 'argument', name: 'environmentId' }, first: 'malformed.', noStep: true },
  ]);
});

it('rejects with the error of the read if the target of a call may not be read', async () => {
  const denied: Call = async (name, input, options) => {
    if (name !== 'GetKxCluster' && name !== 'GetKxVolume') return fixture.backend.call(name, input, options);
    throw new FinspaceError({ operation: name, code: 'AccessDenied', detail: 'no', retryable: false, advice: 'none' });
  };
  const grown = here({ volumeName: 'fast', nas1Configuration: { size: 2400 } });
  await expect(quotasFor({ call: denied }, 'UpdateKxVolume', grown)).rejects.toThrow(FinspaceError);
  const broken: Call = () => Promise.reject(new Error('no route to host'));
  await expect(quotasFor({ call: broken }, 'UpdateKxVolume', grown)).rejects.toThrow('no route to host');
  const { environmentId } = fixture.builder;
  await fixture.builder.cluster('gateway', on('hosts', 6));
  fixture.backend.clock.advance(HOUR);
  const { nodes: [node] = [] } = await fixture.backend.call('ListKxClusterNodes', {
    environmentId,
    clusterName: 'gateway',
  });
  const input = here({ clusterName: 'gateway', nodeId: node?.nodeId });
  const guard = await openGuard({ call: denied, clock: fixture.backend.clock });
  const outcome = await guard.attempt({ tool: 'delete_kx_cluster_node', arguments: input });
  expect(outcome).toMatchObject({ kind: 'refused', text: expect.stringContaining('AccessDenied') });
  await guard.close();
});

it('leaves a new environment unchecked if environments may not be listed', async () => {
  const without = (code: 'AccessDenied' | 'Throttling') => failing(fixture.backend.call, 'ListKxEnvironments', code);
  const wanted = { name: 'new', kmsKeyId: KEY };
  const { notChecked } = await preview('CreateKxEnvironment', wanted, without('AccessDenied'));
  expect(notChecked).toContain('what list_kx_environments shows, which this server may not read');
  await expect(preview('CreateKxEnvironment', wanted, without('Throttling'))).rejects.toThrow('Throttling');
});
