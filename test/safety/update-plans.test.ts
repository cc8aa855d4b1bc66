import { describe, expect, it, onTestFinished } from 'vitest';
import { FinspaceError } from '../../src/operations/failure.ts';
import type { Call } from '../../src/operations/index.ts';
import { answering, type Members } from './support/backend.ts';
import { openBuilder, PROTECT } from './support/call-environment-builder.ts';
import { type GuardOptions, openGuard } from './support/guard.ts';
import { mountedFixture, textOf, VIEW } from './support/mounted.ts';

const CODE = { s3Bucket: 'some-code', s3Key: 'app.zip' };
const { fixture, attempt, here, plan } = mountedFixture();

describe('an update of a volume', () => {
  it.each([
    ['grows it', { size: 2400 }, 2],
    ['names its present size', { size: 1200 }, 0],
    ['names its type', { type: 'SSD_1000' }, 0],
  ])('that %s interrupts what uses it, or not', async (_, nas1Configuration, interrupted) => {
    const update = { volumeName: 'fast', description: 'of trades', nas1Configuration };
    expect(await plan('update_kx_volume', update)).toMatchObject({ counts: { interrupted } });
  });
});

describe('an update of a dataview under a cluster', () => {
  const remove = ['segmentConfigurations'];

  it('removes its cache only with `remove`, which interrupts the cluster', async () => {
    const { changesetId } = await fixture.backend.call('GetKxDataview', {
      environmentId: fixture.environmentId,
      ...VIEW,
    });
    const guardedCall = { ...VIEW, changesetId, segmentConfigurations: [], remove };
    expect(await plan('update_kx_dataview', guardedCall)).toMatchObject({
      risk: 'disrupt',
      interrupted: [{ kind: 'cluster', name: 'viewing' }],
      lost: [{ kind: 'setting', name: 'segmentConfigurations' }],
    });
    const refusal: GuardOptions['refusal'] = (risk) => (risk === 'disrupt' ? 'It needs another scope.' : undefined);
    expect(textOf(await here('update_kx_dataview', guardedCall, { refusal }))).toContain(
      'It interrupts the dataview "view".',
    );
  });

  it.each([
    ['fewer', ['/2026.03.16/'], 1],
    ['the same', ['*'], 0],
    ['the same and more', ['/*', '/2026*'], 0],
  ])('that keeps %s paths on its volume interrupts what mounts it, or not', async (_, dbPaths, interrupted) => {
    const { changesetId } = await fixture.backend.call('GetKxDataview', {
      environmentId: fixture.environmentId,
      ...VIEW,
    });
    const guardedCall = { ...VIEW, changesetId, segmentConfigurations: [{ dbPaths, volumeName: 'fast' }] };
    expect(await plan('update_kx_dataview', guardedCall)).toMatchObject({ counts: { interrupted } });
  });

  it('lists the settings that `remove` could name if it names another', async () => {
    const outcome = await here('update_kx_dataview', { ...VIEW, segmentConfigurations: [], remove: ['description'] });
    expect(textOf(outcome)).toContain('This call would remove: segmentConfigurations');
  });

  it('moves to the newest changeset if the call gives nothing else, and keeps it if there is no newer one', async () => {
    const { changesetId } = (await fixture.builder.changeset('trades', '/2026.03.19/')) as Members;
    const beside = await here('update_kx_dataview', { ...VIEW, description: 'of trades' });
    expect(textOf(beside)).toContain('- changesetId: ');
    expect(await here('update_kx_dataview', VIEW)).toMatchObject({ kind: 'done', content: { changesetId } });
    const described = await here('update_kx_dataview', { ...VIEW, description: 'of trades' });
    expect(described).toMatchObject({ kind: 'done', content: { changesetId, description: 'of trades' } });
  });

  it('that names its changeset in `remove` says to which one it moves, and loses nothing', async () => {
    const { changesetId: present } = await fixture.backend.call('GetKxDataview', {
      environmentId: fixture.environmentId,
      ...VIEW,
    });
    const { changesetId } = (await fixture.builder.changeset('trades', '/2026.03.19/')) as Members;
    const moved = `changesetId: "${present}" -> "${changesetId}"`;
    const described = { ...VIEW, description: 'of trades' };
    expect(textOf(await here('update_kx_dataview', described))).toContain(
      `it would change those that its arguments omit:\n- ${moved}`,
    );
    const onPurpose = { ...described, remove: ['changesetId'] };
    expect(await plan('update_kx_dataview', onPurpose)).toMatchObject({
      changes: ['description: not set -> "of trades"', moved],
      lost: [],
    });
    expect(await here('update_kx_dataview', onPurpose)).toMatchObject({ kind: 'done', content: { changesetId } });
  });

  it('without a changeset says that the service moves it to the newest one, whatever else it sets', async () => {
    await fixture.builder.database('quotes');
    const empty = { databaseName: 'quotes', dataviewName: 'empty' };
    await fixture.builder.dataview('empty', { databaseName: 'quotes' });
    const { changesetId } = (await fixture.builder.changeset('quotes')) as Members;
    const changes = ['description: not set -> "of quotes"', `changesetId: not set -> "${changesetId}"`];
    const described = { ...empty, description: 'of quotes' };
    expect(await plan('update_kx_dataview', described)).toMatchObject({ changes });
    expect(await here('update_kx_dataview', described)).toMatchObject({
      kind: 'done',
      content: { changesetId, changes },
    });
  });

  it('loses and interrupts nothing that a service omits from its reply', async () => {
    const segmentConfigurations = [{ dbPaths: ['/2026.03.16/'], volumeName: 'fast' }];
    for (const activeVersions of [undefined, [{}]]) {
      const call = answering(fixture.backend.call, (name, reply) =>
        name === 'GetKxDataview' ? { status: 'ACTIVE', autoUpdate: true, activeVersions } : reply,
      );
      const content = await plan('update_kx_dataview', { ...VIEW, segmentConfigurations }, { call });
      expect(content).toMatchObject({ counts: { lost: 0, interrupted: 0 } });
    }
  });

  it('with autoUpdate accepts no changeset', async () => {
    await fixture.builder.dataview('following', { autoUpdate: true });
    const guardedCall = { databaseName: 'trades', dataviewName: 'following', changesetId: 'abc' };
    expect(JSON.stringify(await plan('update_kx_dataview', guardedCall))).toContain('follows the latest changeset');
  });
});

describe('the plan', () => {
  it.each<[string, string, Members]>([
    [
      'the databases of an RDB',
      'update_kx_cluster_databases',
      { databases: [{ databaseName: 'trades', changesetId: 'c1' }] },
    ],
    [
      'code without a restart where that is for GP only',
      'update_kx_cluster_code_configuration',
      { code: { ...CODE, s3Key: 'b.zip' }, deploymentConfiguration: { deploymentStrategy: 'NO_RESTART' } },
    ],
  ])('of %s is blocked, without a request for approval', async (_, tool, given) => {
    const savedownStorageConfiguration = { type: 'SDS01' as const, size: 100 };
    await fixture.builder.cluster('memory', { clusterType: 'RDB', code: CODE, savedownStorageConfiguration });
    const guardedCall = { clusterName: 'memory', ...given };
    const kinds = ((await plan(tool, guardedCall)) as { blockers: Members[] }).blockers.map(({ kind }) => kind);
    expect(kinds).toContain('cluster');
    expect((await here(tool, guardedCall)).kind).toBe('refused');
  });

  it('of a volume with an invalid size is blocked', async () => {
    const guardedCall = { volumeName: 'fast', nas1Configuration: { type: 'SSD_1000', size: 3_600 } };
    expect(JSON.stringify(await plan('update_kx_volume', guardedCall))).toContain('multiples of 2400 GB, not in 3600');
  });

  it('names five of the clusters that continue to serve, and the number of others', async () => {
    const serving = { clusterType: 'HDB' as const, databases: [{ databaseName: 'trades' }] };
    for (const at of [1, 2, 3, 4, 5, 6, 7]) await fixture.builder.cluster(`hdb-${at}`, { ...serving, code: CODE });
    const content = await plan('update_kx_cluster_code_configuration', {
      clusterName: 'hdb-1',
      code: { ...CODE, s3Key: 'b.zip' },
    });
    expect(JSON.stringify(content)).toContain('and 2 more.');
  });

  it('shows that new code drops the version of the old one, which belongs to its object', async () => {
    await fixture.builder.cluster('versioned', { code: { ...CODE, s3ObjectVersion: 'v1' } });
    const code = { ...CODE, s3Key: 'b.zip' };
    expect(await plan('update_kx_cluster_code_configuration', { clusterName: 'versioned', code })).toMatchObject({
      changes: ['code.s3Key: "app.zip" -> "b.zip"', 'code.s3ObjectVersion: "v1" -> removed'],
      counts: { lost: 0 },
    });
  });

  it('counts no nodes of a cluster without a node count', async () => {
    await fixture.builder.cluster('sparse', { code: CODE });
    const call = answering(fixture.backend.call, (name, reply) =>
      name === 'GetKxCluster' ? { ...reply, capacityConfiguration: { nodeType: 'kx.s.large' } } : reply,
    );
    const { capacityConfiguration: _, ...rest } = await fixture.backend.call('GetKxCluster', {
      environmentId: fixture.environmentId,
      clusterName: 'sparse',
    });
    const guardedCall = {
      clusterName: 'new',
      clusterType: 'GP',
      releaseLabel: '1.0',
      azMode: 'SINGLE',
      availabilityZoneId: rest.availabilityZoneId,
      vpcConfiguration: rest.vpcConfiguration,
      capacityConfiguration: { nodeType: 'kx.s.large', nodeCount: 1 },
    };
    expect(JSON.stringify(await plan('create_kx_cluster', guardedCall, { call }))).not.toContain('NaN');
  });
});

it('takes no former name from a rename that the service rejected', async () => {
  const other = await openBuilder(fixture.backend.call, 'uat');
  let refuses = true;
  const call: Call = async (name, input, options) => {
    if (name !== 'UpdateKxEnvironment' || !refuses) return fixture.backend.call(name, input, options);
    throw new FinspaceError({ operation: name, code: 'Conflict', detail: 'no', retryable: false, advice: 'none' });
  };
  const guard = await openGuard({ call, clock: fixture.backend.clock });
  onTestFinished(guard.close);
  const rename = (id: string, name: string) =>
    guard.attempt({ tool: 'update_kx_environment', arguments: { environmentId: id, name } });
  expect((await rename(fixture.environmentId, 'interim')).kind).toBe('refused');
  refuses = false;
  await fixture.backend.call('UpdateKxEnvironment', { environmentId: fixture.environmentId, name: 'elsewhere' });
  expect((await rename(other.environmentId, 'trading')).kind).toBe('done');
});

it('shows a tag that does not change', async () => {
  await fixture.builder.tag('');
  const guardedCall = { resourceArn: fixture.builder.environmentArn, tags: PROTECT };
  const outcome = await attempt('tag_resource', guardedCall);
  expect(outcome).toMatchObject({ kind: 'asked', message: expect.stringContaining('stays "true"') });
});
