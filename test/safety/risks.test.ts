import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planCall } from '../../src/safety/plan.ts';
import { answering, type Members } from './support/backend.ts';
import { PROTECT, ROLE } from './support/call-environment-builder.ts';
import { accept, approved, asked, openGuard, PLACE } from './support/guard.ts';
import { CODE, openUpdatable, SAVEDOWN, type Updatable } from './support/updatable.ts';

const PATHS = [{ changeType: 'DELETE', dbPath: '/2026.03.16/' }];
const PUTS = [{ changeType: 'PUT', s3Path: 's3://some-bucket/new/', dbPath: '/2026.03.18/' }];

let world: Updatable;
let backend: Updatable['backend'];
let builder: Updatable['builder'];
let guard: Updatable['guard'];
let reached: Updatable['reached'];
let environmentId: Updatable['environmentId'];
let attempt: Updatable['attempt'];
let plan: Updatable['plan'];

beforeEach(async () => {
  world = await openUpdatable();
  ({ backend, builder, guard, reached, environmentId, attempt, plan } = world);
});
afterEach(() => world.close());

describe('a changeset that deletes data', () => {
  it('needs approval, with the name of the database', async () => {
    const guardedCall = {
      tool: 'create_kx_changeset',
      arguments: { environmentId, databaseName: 'trades', changeRequests: PATHS },
    };
    expect(await guard.attempt(guardedCall)).toMatchObject({
      kind: 'asked',
      message: expect.stringContaining('\nPermanent loss: files "/2026.03.16/" (of trades).\n'),
    });
    expect(reached).toEqual([]);
    expect((await approved(guard, guardedCall, 'trades')).kind).toBe('done');
  });

  it('shows all requests in order if some add files', async () => {
    const changeRequests = [...PUTS, ...PATHS];
    expect(await attempt('create_kx_changeset', { databaseName: 'trades', changeRequests })).toMatchObject({
      kind: 'asked',
      message: expect.stringContaining(
        'Request 1 of 2: PUT "s3://some-bucket/new/" to "/2026.03.18/".\nRequest 2 of 2: DELETE "/2026.03.16/".\n',
      ),
    });
  });

  it('says that PUT requests replace files of the same name', async () => {
    const replaces = 'PUT also replaces files of the same name.';
    const notesOf = async (changeRequests: object[]) =>
      (await plan('create_kx_changeset', { databaseName: 'trades', changeRequests }))['notes'];
    expect(await notesOf(PUTS)).toContain(replaces);
    expect(await notesOf([...PUTS, ...PATHS])).toContain(replaces);
    expect(await notesOf(PATHS)).not.toContain(replaces);
  });

  it('is refused because the database is missing, not because its tags are unreadable', async () => {
    const input = { databaseName: 'quotes', changeRequests: PATHS };
    expect(await attempt('create_kx_changeset', input)).toMatchObject({
      kind: 'refused',
      text: expect.stringMatching(/^1\. database "quotes" \("does not exist"\)/m),
    });
    expect(reached).toEqual([]);
  });

  it('is listed among the losses of its plan, with the files that it adds', async () => {
    const content = await plan('create_kx_changeset', { databaseName: 'trades', changeRequests: [...PUTS, ...PATHS] });
    expect(content).toMatchObject({
      risk: 'destroy',
      needsApproval: true,
      target: { kind: 'database', name: 'trades' },
      counts: { lost: 1 },
      lost: [{ kind: 'files', name: '/2026.03.16/', detail: 'of trades' }],
    });
  });

  it('is refused if the database is protected, unlike one that only adds files', async () => {
    await builder.tag('/kxDatabase/trades');
    const load = (changeRequests: unknown) =>
      attempt('create_kx_changeset', { databaseName: 'trades', changeRequests });
    expect(await load(PATHS)).toMatchObject({ kind: 'refused', text: expect.stringContaining('carries the tag') });
    expect((await load(PUTS)).kind).toBe('done');
  });

  it('needs approval also if its list is sent as text', async () => {
    const changeRequests = JSON.stringify(PATHS);
    expect((await attempt('create_kx_changeset', { databaseName: 'trades', changeRequests })).kind).toBe('asked');
  });
});

describe('a restart of a cluster', () => {
  const deploy = (clusterName: string, more: Members = {}) =>
    attempt('update_kx_cluster_code_configuration', { clusterName, code: { ...CODE, s3Key: 'new.zip' }, ...more });

  it('of an RDB loses data in memory, and needs approval', async () => {
    expect(await deploy('memory')).toMatchObject({
      kind: 'asked',
      message: expect.stringContaining('unsaved data in memory'),
    });
    expect(reached).toEqual([]);
  });

  it('of an RDB does not run if it was protected after the person saw the form', async () => {
    const wanted = { clusterName: 'memory', code: { ...CODE, s3Key: 'new.zip' } };
    const call = { tool: 'update_kx_cluster_code_configuration', arguments: { environmentId, ...wanted } };
    const { state } = await asked(guard, call);
    await builder.tag('/kxCluster/memory');
    expect(await guard.attempt({ ...call, state, answers: accept('memory') })).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('changed after the person saw it'),
    });
    expect(reached).toEqual([]);
    expect((await approved(guard, call, 'memory')).kind).toBe('done');
  });

  it('of an RDB is refused to a caller who may not destroy', async () => {
    const wanted = { clusterName: 'memory', code: { ...CODE, s3Key: 'new.zip' } };
    const restricted = await openGuard({
      call: backend.call,
      clock: backend.clock,
      refusal: (risk) => (risk === 'destroy' ? 'It needs the scope finspace:destroy.' : undefined),
    });
    const outcome = await restricted.attempt({
      tool: 'update_kx_cluster_code_configuration',
      arguments: { environmentId, ...wanted },
    });
    expect(outcome).toMatchObject({ kind: 'refused', text: expect.stringContaining('finspace:destroy') });
    const planned = await restricted.attempt({
      tool: 'plan_change',
      arguments: { tool: 'update_kx_cluster_code_configuration', arguments: { environmentId, ...wanted } },
    });
    expect(planned).toMatchObject({
      content: { blocked: true, wouldRun: false, refused: expect.stringContaining('finspace:destroy') },
    });
    await restricted.close();
  });

  it('of a GP may lose data in memory, and says so in its plan and its result', async () => {
    const says = 'Data that is only in the memory of its nodes is lost; whether there is any cannot be read.';
    const input = { clusterName: 'science', code: { ...CODE, s3Key: 'new.zip' } };
    expect(await plan('update_kx_cluster_code_configuration', input)).toMatchObject({
      risk: 'disrupt',
      notes: expect.arrayContaining([says]),
    });
    expect(await deploy('science')).toMatchObject({ kind: 'done', content: { notes: expect.arrayContaining([says]) } });
  });

  it('of the only node of an RDB does not name an HDB as its substitute', async () => {
    await builder.cluster('today', {
      clusterType: 'RDB',
      code: CODE,
      databases: [{ databaseName: 'trades' }],
      ...SAVEDOWN,
    });
    const input = { clusterName: 'today', code: { ...CODE, s3Key: 'new.zip' } };
    expect(await plan('update_kx_cluster_code_configuration', input)).toMatchObject({
      notes: ['The cluster does not answer until its nodes run again.'],
    });
  });

  it('of the only node of an HDB names the clusters that serve its databases in the meantime', async () => {
    const input = { clusterName: 'history', code: { ...CODE, s3Key: 'new.zip' } };
    const alone = await plan('update_kx_cluster_code_configuration', input);
    expect(alone).toMatchObject({
      interrupted: [{ name: 'history', detail: 'its only node restarts' }],
      notes: ['No other cluster serves "trades" until its nodes run again.'],
    });
    await builder.cluster('twin', { clusterType: 'HDB', databases: [{ databaseName: 'trades' }] });
    expect(await plan('update_kx_cluster_code_configuration', input)).toMatchObject({
      notes: ['Still serving "trades": "twin".'],
    });
  });

  it('of a cluster with one running node of two reports that nothing serves while that node restarts', async () => {
    const nodes = ['RUNNING', 'PROVISIONING'].map((status) => ({ nodeId: status, status }));
    const call = answering(backend.call, (name, reply) => (name === 'ListKxClusterNodes' ? { nodes } : reply));
    const input = { environmentId, clusterName: 'history', code: { ...CODE, s3Key: 'new.zip' } };
    const planned = await planCall({ call, backendLocation: PLACE }, 'UpdateKxClusterCodeConfiguration', input, 'ann');
    const [few, alone] = planned?.notes ?? [];
    expect(few?.says).toBe('Only 1 of its 2 nodes is running.');
    expect(alone?.says).toBe('No other cluster serves "trades" until its nodes run again.');
  });

  it('does not happen with NO_RESTART, which interrupts nothing', async () => {
    const input = {
      clusterName: 'science',
      code: { ...CODE, s3Key: 'new.zip' },
      deploymentConfiguration: { deploymentStrategy: 'NO_RESTART' },
    };
    expect(await plan('update_kx_cluster_code_configuration', input)).toMatchObject({
      counts: { interrupted: 0 },
      notes: ['No node restarts: running nodes keep what q loaded until it loads the new version.'],
    });
  });
});

describe('protection', () => {
  beforeEach(() => builder.tag(''));

  it.each<[string, string, Members]>([
    ['a role', 'update_kx_user', { userName: 'ann', iamRole: `${ROLE}-2` }],
    ['the name of an environment', 'update_kx_environment', { name: 'other' }],
    ['code', 'update_kx_cluster_code_configuration', { clusterName: 'science', code: { ...CODE, s3Key: 'new.zip' } }],
  ])('requires approval before %s changes', async (_, tool, args) => {
    expect(await attempt(tool, args)).toMatchObject({
      kind: 'asked',
      message: expect.stringContaining(
        '\nThe target, what contains it, or what the call interrupts is protected (finspace-mcp:protected).\n',
      ),
    });
    expect(reached).toEqual([]);
  });

  it('needs approval for a change of a dataview cache, but not of its data', async () => {
    await builder.volume('fast');
    const segments = [{ dbPaths: ['/*'], volumeName: 'fast' }];
    await builder.dataview('view', { segmentConfigurations: segments });
    const { changesetId } = (await builder.changeset('trades', '/2026.03.19/')) as Members;
    const view = { databaseName: 'trades', dataviewName: 'view' };
    expect((await attempt('update_kx_dataview', { ...view, changesetId })).kind).toBe('done');
    const remove = ['segmentConfigurations'];
    expect(
      (await attempt('update_kx_dataview', { ...view, changesetId, segmentConfigurations: [], remove })).kind,
    ).toBe('asked');
  });

  it('does not affect creates, loads, other tags and descriptions', async () => {
    const resourceArn = `${builder.environmentArn}/kxDatabase/trades`;
    for (const outcome of [
      await attempt('create_kx_user', { userName: 'bob', iamRole: ROLE }),
      await attempt('create_kx_changeset', { databaseName: 'trades', changeRequests: PUTS }),
      await attempt('update_kx_database', { databaseName: 'trades', description: 'all trades' }),
      await attempt('update_kx_environment', { description: 'of the desk' }),
      await guard.attempt({ tool: 'tag_resource', arguments: { resourceArn, tags: { owner: 'fx' } } }),
    ])
      expect(outcome.kind).toBe('done');
  });

  it('requires approval before it is removed', async () => {
    const arguments_ = { resourceArn: builder.environmentArn, tagKeys: Object.keys(PROTECT) };
    expect((await guard.attempt({ tool: 'untag_resource', arguments: arguments_ })).kind).toBe('asked');
  });
});
