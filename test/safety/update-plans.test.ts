import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FinspaceError } from '../../src/operations/failure.ts';
import type { Call } from '../../src/operations/index.ts';
import { answering, type Embedded, embedded, type Members } from './support/backend.ts';
import { type EnvironmentBuilder, openBuilder, PROTECT } from './support/call-environment-builder.ts';
import { type Guard, type GuardOptions, openGuard } from './support/guard.ts';

const CODE = { s3Bucket: 'some-code', s3Key: 'app.zip' };
const SHARED = { scalingGroupConfiguration: { scalingGroupName: 'hosts', memoryReservation: 6, nodeCount: 1 } };
const VIEW = { databaseName: 'trades', dataviewName: 'view' };

let backend: Embedded;
let builder: EnvironmentBuilder;
let guards: Guard[];
let environmentId: string;

beforeEach(async () => {
  backend = await embedded();
  builder = await openBuilder(backend.call);
  ({ environmentId } = builder);
  guards = [];
  await builder.database('trades');
  await builder.changeset('trades');
  await builder.volume('fast');
  await builder.group('hosts');
  await builder.dataview('view', { segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'fast' }] });
  await builder.cluster('viewing', { clusterType: 'HDB', ...SHARED, databases: [VIEW] });
});
afterEach(async () => {
  for (const guard of guards) await guard.close();
  await backend.close();
});

const attempt = async (tool: string, args: Members, options: Partial<GuardOptions> = {}) => {
  const guard = await openGuard({ call: backend.call, clock: backend.clock, ...options });
  guards.push(guard);
  return guard.attempt({ tool, arguments: args });
};
const here = (tool: string, args: Members, options?: Partial<GuardOptions>) =>
  attempt(tool, { environmentId, ...args }, options);
const plan = async (tool: string, args: Members, options?: Partial<GuardOptions>) => {
  const outcome = await attempt('plan_change', { tool, arguments: { environmentId, ...args } }, options);
  return outcome.kind === 'done' ? outcome.content : outcome;
};
const text = (outcome: object) => ('text' in outcome ? String(outcome.text) : '');

describe('the databases that a cluster mounts', () => {
  it('use the newest version of their dataview, and an update that names another version is refused', async () => {
    const dataviewConfiguration = { dataviewName: 'view', dataviewVersionId: 'older', changesetId: 'older' };
    const databases = [{ databaseName: 'trades', dataviewConfiguration }];
    const outcome = await here('update_kx_cluster_databases', { clusterName: 'viewing', databases });
    expect(outcome.kind).toBe('refused');
    expect(text(outcome)).toContain('The service ignores dataviewVersionId and mounts the newest version');
    expect(text(outcome)).toContain('The service ignores changesetId');
  });

  describe('in a new cluster', () => {
    const create = async (dataviewConfiguration: Members) => {
      const { clusterType, releaseLabel, azMode, availabilityZoneId, vpcConfiguration } = await backend.call(
        'GetKxCluster',
        { environmentId, clusterName: 'viewing' },
      );
      return {
        ...{ clusterType, releaseLabel, azMode, availabilityZoneId, vpcConfiguration, ...SHARED },
        clusterName: 'viewing-too',
        databases: [{ databaseName: 'trades', dataviewConfiguration }],
      };
    };
    const OLDER = { dataviewName: 'view', dataviewVersionId: 'older' };
    const withoutDataviews = (code: 'AccessDenied' | 'Throttling'): GuardOptions => ({
      clock: backend.clock,
      call: async (name, ...rest) => {
        if (name !== 'GetKxDataview') return backend.call(name, ...rest);
        throw new FinspaceError({ operation: name, code, detail: '', retryable: false, advice: 'none' });
      },
    });

    it('use the newest version of their dataview, and a create that names another version is refused', async () => {
      const older = await create(OLDER);
      const says = expect.stringContaining('The service ignores dataviewVersionId and mounts the newest version');
      expect(await plan('create_kx_cluster', older)).toMatchObject({ wouldRun: false, blockers: [{ first: says }] });
      expect(await here('create_kx_cluster', older)).toMatchObject({ kind: 'refused', text: says });
      const named = await create({ dataviewName: 'view' });
      expect(await here('create_kx_cluster', named)).toMatchObject({ kind: 'done' });
    });

    it('are left to the service for a caller who may not read dataviews, but not if the read fails', async () => {
      const older = await create(OLDER);
      const failing = await attempt('create_kx_cluster', { environmentId, ...older }, withoutDataviews('Throttling'));
      expect(failing).toMatchObject({ kind: 'refused', text: expect.stringContaining('ThrottlingException') });
      const denied = await attempt('create_kx_cluster', { environmentId, ...older }, withoutDataviews('AccessDenied'));
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
      expect(text(outcome)).toContain('The service ignores segmentConfigurations and mounts the newest version');
    }
    const same = given([{ volumeName: 'fast', dbPaths: ['/*'], onDemand: false }]);
    expect(await here('update_kx_cluster_databases', same)).toMatchObject({ kind: 'done' });
  });

  it('cannot be exchanged, and a call that tries gets no advice to keep or remove the others', async () => {
    await builder.database('quotes');
    const guardedCall = { clusterName: 'viewing', databases: [{ databaseName: 'quotes' }] };
    const refusal = text(await here('update_kx_cluster_databases', guardedCall));
    expect(refusal).toMatch(/^1\. database "quotes": The cluster does not mount it[\s\S]*^- databases\.trades/m);
    const planned = JSON.stringify(await plan('update_kx_cluster_databases', guardedCall));
    expect(`${refusal}${planned}`).not.toMatch(/To keep everything|add remove/);
  });

  it('are left to the service if the call names a dataview that does not exist', async () => {
    const databases = [{ databaseName: 'trades', dataviewName: 'none' }];
    expect(text(await here('update_kx_cluster_databases', { clusterName: 'viewing', databases }))).toContain('"none"');
  });

  it('fail the call if they cannot be read', async () => {
    const denied: Call = async (name, input, options) => {
      if (name !== 'GetKxDataview') return backend.call(name, input, options);
      throw new FinspaceError({
        operation: name,
        code: 'AccessDenied',
        detail: 'no',
        retryable: false,
        advice: 'none',
      });
    };
    const outcome = await here(
      'update_kx_cluster_databases',
      { clusterName: 'viewing', databases: [VIEW] },
      { call: denied },
    );
    expect(text(outcome)).toContain('AccessDenied');
  });
});

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
    const { changesetId } = await backend.call('GetKxDataview', { environmentId, ...VIEW });
    const guardedCall = { ...VIEW, changesetId, segmentConfigurations: [], remove };
    expect(await plan('update_kx_dataview', guardedCall)).toMatchObject({
      risk: 'disrupt',
      interrupted: [{ kind: 'cluster', name: 'viewing' }],
      lost: [{ kind: 'setting', name: 'segmentConfigurations' }],
    });
    const refusal: GuardOptions['refusal'] = (risk) => (risk === 'disrupt' ? 'It needs another scope.' : undefined);
    expect(text(await here('update_kx_dataview', guardedCall, { refusal }))).toContain(
      'It interrupts the dataview "view".',
    );
  });

  it.each([
    ['fewer', ['/2026.03.16/'], 1],
    ['the same', ['*'], 0],
    ['the same and more', ['/*', '/2026*'], 0],
  ])('that keeps %s paths on its volume interrupts what mounts it, or not', async (_, dbPaths, interrupted) => {
    const { changesetId } = await backend.call('GetKxDataview', { environmentId, ...VIEW });
    const guardedCall = { ...VIEW, changesetId, segmentConfigurations: [{ dbPaths, volumeName: 'fast' }] };
    expect(await plan('update_kx_dataview', guardedCall)).toMatchObject({ counts: { interrupted } });
  });

  it('lists the settings that `remove` could name if it names another', async () => {
    const outcome = await here('update_kx_dataview', { ...VIEW, segmentConfigurations: [], remove: ['description'] });
    expect(text(outcome)).toContain('This call would remove: segmentConfigurations');
  });

  it('moves to the newest changeset if the call gives nothing else, and keeps it if there is no newer one', async () => {
    const { changesetId } = (await builder.changeset('trades', '/2026.03.19/')) as Members;
    const beside = await here('update_kx_dataview', { ...VIEW, description: 'of trades' });
    expect(text(beside)).toContain('- changesetId: ');
    expect(await here('update_kx_dataview', VIEW)).toMatchObject({ kind: 'done', content: { changesetId } });
    const described = await here('update_kx_dataview', { ...VIEW, description: 'of trades' });
    expect(described).toMatchObject({ kind: 'done', content: { changesetId, description: 'of trades' } });
  });

  it('that names its changeset in `remove` says to which one it moves, and loses nothing', async () => {
    const { changesetId: present } = await backend.call('GetKxDataview', { environmentId, ...VIEW });
    const { changesetId } = (await builder.changeset('trades', '/2026.03.19/')) as Members;
    const moved = `changesetId: "${present}" -> "${changesetId}"`;
    const described = { ...VIEW, description: 'of trades' };
    expect(text(await here('update_kx_dataview', described))).toContain(`- ${moved}`);
    const onPurpose = { ...described, remove: ['changesetId'] };
    expect(await plan('update_kx_dataview', onPurpose)).toMatchObject({
      changes: ['description: not set -> "of trades"', moved],
      lost: [],
    });
    expect(await here('update_kx_dataview', onPurpose)).toMatchObject({ kind: 'done', content: { changesetId } });
  });

  it('without a changeset says that the service moves it to the newest one, whatever else it sets', async () => {
    await builder.database('quotes');
    const empty = { databaseName: 'quotes', dataviewName: 'empty' };
    await builder.dataview('empty', { databaseName: 'quotes' });
    const { changesetId } = (await builder.changeset('quotes')) as Members;
    const changes = ['description: not set -> "of quotes"', `changesetId: not set -> "${changesetId}"`];
    const described = { ...empty, description: 'of quotes' };
    expect(await plan('update_kx_dataview', described)).toMatchObject({ changes });
    expect(await here('update_kx_dataview', described)).toMatchObject({
      kind: 'done',
      content: { changesetId, changes },
    });
  });

  it('is also compared by the members that a service omits from its reply', async () => {
    const segmentConfigurations = [{ dbPaths: ['/2026.03.16/'], volumeName: 'fast' }];
    for (const activeVersions of [undefined, [{}]]) {
      const call = answering(backend.call, (name, reply) =>
        name === 'GetKxDataview' ? { status: 'ACTIVE', autoUpdate: true, activeVersions } : reply,
      );
      const content = await plan('update_kx_dataview', { ...VIEW, segmentConfigurations }, { call });
      expect(content).toMatchObject({ counts: { lost: 0, interrupted: 0 } });
    }
  });

  it('with autoUpdate accepts no changeset', async () => {
    await builder.dataview('following', { autoUpdate: true });
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
    await builder.cluster('memory', { clusterType: 'RDB', code: CODE, savedownStorageConfiguration });
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
    for (const at of [1, 2, 3, 4, 5, 6, 7]) await builder.cluster(`hdb-${at}`, { ...serving, code: CODE });
    const content = await plan('update_kx_cluster_code_configuration', {
      clusterName: 'hdb-1',
      code: { ...CODE, s3Key: 'b.zip' },
    });
    expect(JSON.stringify(content)).toContain('and 2 more.');
  });

  it('counts no nodes of a cluster without a node count', async () => {
    await builder.cluster('sparse', { code: CODE });
    const call = answering(backend.call, (name, reply) =>
      name === 'GetKxCluster' ? { ...reply, capacityConfiguration: { nodeType: 'kx.s.large' } } : reply,
    );
    const { capacityConfiguration: _, ...rest } = await backend.call('GetKxCluster', {
      environmentId,
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
  const other = await openBuilder(backend.call, 'uat');
  let refuses = true;
  const call: Call = async (name, input, options) => {
    if (name !== 'UpdateKxEnvironment' || !refuses) return backend.call(name, input, options);
    throw new FinspaceError({ operation: name, code: 'Conflict', detail: 'no', retryable: false, advice: 'none' });
  };
  const guard = await openGuard({ call, clock: backend.clock });
  guards.push(guard);
  const rename = (id: string, name: string) =>
    guard.attempt({ tool: 'update_kx_environment', arguments: { environmentId: id, name } });
  expect((await rename(environmentId, 'interim')).kind).toBe('refused');
  refuses = false;
  await backend.call('UpdateKxEnvironment', { environmentId, name: 'elsewhere' });
  expect((await rename(other.environmentId, 'trading')).kind).toBe('done');
});

it('shows a tag that does not change', async () => {
  await builder.tag('');
  const guardedCall = { resourceArn: builder.environmentArn, tags: PROTECT };
  const outcome = await attempt('tag_resource', guardedCall);
  expect(outcome).toMatchObject({ kind: 'asked', message: expect.stringContaining('stays "true"') });
});
