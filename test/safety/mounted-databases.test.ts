import { describe, expect, it } from 'vitest';
import { answering, failing, type Members } from './support/backend.ts';
import type { GuardOptions } from './support/guard.ts';
import { mountedFixture, SHARED, textOf, VIEW } from './support/mounted.ts';

const { fixture, attempt, here, plan } = mountedFixture();

describe('the databases that a cluster mounts', () => {
  it('use the newest version of their dataview, and an update that names another version is refused', async () => {
    const dataviewConfiguration = { dataviewName: 'view', dataviewVersionId: 'older', changesetId: 'older' };
    const databases = [{ databaseName: 'trades', dataviewConfiguration }];
    const outcome = await here('update_kx_cluster_databases', { clusterName: 'viewing', databases });
    expect(outcome.kind).toBe('refused');
    expect(textOf(outcome)).toContain('The service ignores dataviewVersionId and mounts the newest version');
    expect(textOf(outcome)).toContain('The service ignores changesetId');
  });

  describe('in a new cluster', () => {
    const create = async (dataviewConfiguration: Members) => {
      const { clusterType, releaseLabel, azMode, availabilityZoneId, vpcConfiguration } = await fixture.backend.call(
        'GetKxCluster',
        { environmentId: fixture.environmentId, clusterName: 'viewing' },
      );
      return {
        ...{ clusterType, releaseLabel, azMode, availabilityZoneId, vpcConfiguration, ...SHARED },
        clusterName: 'viewing-too',
        databases: [{ databaseName: 'trades', dataviewConfiguration }],
      };
    };
    const OLDER = { dataviewName: 'view', dataviewVersionId: 'older' };
    const withoutDataviews = (code: 'AccessDenied' | 'Throttling'): GuardOptions => ({
      clock: fixture.backend.clock,
      call: failing(fixture.backend.call, 'GetKxDataview', code),
    });

    it('use the newest version of their dataview, and a create that names another version is refused', async () => {
      const older = await create(OLDER);
      const says = expect.stringContaining('The service ignores dataviewVersionId and mounts the newest version');
      expect(await plan('create_kx_cluster', older)).toMatchObject({ wouldRun: false, blockers: [{ first: says }] });
      expect(await here('create_kx_cluster', older)).toMatchObject({ kind: 'refused', text: says });
      const named = await create({ dataviewName: 'view' });
      expect(await here('create_kx_cluster', named)).toMatchObject({ kind: 'done' });
    });

    it('are not compared with what an endpoint does not say about the newest version of their dataview', async () => {
      const { backend, environmentId } = fixture;
      const { changesetId, segmentConfigurations } = await backend.call('GetKxDataview', { environmentId, ...VIEW });
      const call = answering(backend.call, (name, reply) =>
        name === 'GetKxDataview' ? { ...reply, activeVersions: [{ versionId: 'newest' }] } : reply,
      );
      const given = await create({ dataviewName: 'view', changesetId, segmentConfigurations });
      expect(await here('create_kx_cluster', given, { call })).toMatchObject({ kind: 'done' });
      const older = await here('create_kx_cluster', await create(OLDER), { call });
      expect(textOf(older)).toContain('The service ignores dataviewVersionId');
    });

    it('are left to the service for a caller who may not read dataviews, but not if the read fails', async () => {
      const older = await create(OLDER);
      const unread = await attempt(
        'create_kx_cluster',
        { environmentId: fixture.environmentId, ...older },
        withoutDataviews('Throttling'),
      );
      expect(unread).toMatchObject({ kind: 'refused', text: expect.stringContaining('ThrottlingException') });
      const denied = await attempt(
        'create_kx_cluster',
        { environmentId: fixture.environmentId, ...older },
        withoutDataviews('AccessDenied'),
      );
      expect(denied.kind).toBe('done');
    });
  });

  it('use the segments of their dataview, and an update that gives others is refused', async () => {
    const given = (segmentConfigurations: Members[]) => ({
      clusterName: 'viewing',
      databases: [{ databaseName: 'trades', dataviewConfiguration: { dataviewName: 'view', segmentConfigurations } }],
    });
    for (const other of [
      { dbPaths: ['/*'], volumeName: 'slow' },
      { dbPaths: ['/2026.03.16/'], volumeName: 'fast' },
    ]) {
      const outcome = await here('update_kx_cluster_databases', given([other]));
      expect(outcome.kind).toBe('refused');
      expect(textOf(outcome)).toContain('The service ignores segmentConfigurations and mounts the newest version');
    }
    const same = given([{ volumeName: 'fast', dbPaths: ['/*'], onDemand: false }]);
    expect(await here('update_kx_cluster_databases', same)).toMatchObject({ kind: 'done' });
  });

  it('cannot be exchanged, and a call that tries gets no advice to keep or remove the others', async () => {
    await fixture.builder.database('quotes');
    const guardedCall = { clusterName: 'viewing', databases: [{ databaseName: 'quotes' }] };
    const refusal = textOf(await here('update_kx_cluster_databases', guardedCall));
    expect(refusal).toMatch(/^1\. database "quotes": The cluster does not mount it[\s\S]*^- databases\.trades/m);
    const planned = JSON.stringify(await plan('update_kx_cluster_databases', guardedCall));
    expect(`${refusal}${planned}`).not.toMatch(/To keep everything|add remove/);
  });

  it('change to the data of their dataview, and the plan shows it', async () => {
    const { builder, backend, environmentId } = fixture;
    const older = await backend.call('GetKxDataview', { environmentId, ...VIEW });
    await builder.changeset('trades');
    const newer = await backend.call('GetKxDatabase', { environmentId, databaseName: 'trades' });
    await builder.cluster('direct', { clusterType: 'HDB', ...SHARED, databases: [{ databaseName: 'trades' }] });
    const planned = await plan('update_kx_cluster_databases', { clusterName: 'direct', databases: [VIEW] });
    const says = `databases.trades.changesetId: "${newer.lastCompletedChangesetId}" -> "${older.changesetId}"`;
    expect(planned).toMatchObject({ changes: expect.arrayContaining([says]) });
  });

  it('are left to the service if the call names a dataview that does not exist', async () => {
    const databases = [{ databaseName: 'trades', dataviewName: 'none' }];
    expect(textOf(await here('update_kx_cluster_databases', { clusterName: 'viewing', databases }))).toContain(
      '"none"',
    );
  });

  it('fail the call if they cannot be read', async () => {
    const denied = failing(fixture.backend.call, 'GetKxDataview');
    const outcome = await here(
      'update_kx_cluster_databases',
      { clusterName: 'viewing', databases: [VIEW] },
      { call: denied },
    );
    expect(textOf(outcome)).toContain('AccessDenied');
  });
});
