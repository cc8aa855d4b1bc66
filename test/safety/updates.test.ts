import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Members } from './support/backend.ts';
import { ROLE } from './support/call-environment-builder.ts';
import { openGuard } from './support/guard.ts';
import { CODE, openUpdatable, type Updatable } from './support/updatable.ts';

let world: Updatable;
let backend: Updatable['backend'];
let builder: Updatable['builder'];
let reached: Updatable['reached'];
let environmentId: Updatable['environmentId'];
let attempt: Updatable['attempt'];
let plan: Updatable['plan'];

beforeEach(async () => {
  world = await openUpdatable();
  ({ backend, builder, reached, environmentId, attempt, plan } = world);
});
afterEach(() => world.close());

describe('an update', () => {
  it('that changes nothing is not sent, and reports that', async () => {
    const outcome = await attempt('update_kx_user', { userName: 'ann', iamRole: ROLE });
    expect(outcome).toMatchObject({
      kind: 'done',
      content: { changes: [], why: expect.stringContaining('it would change nothing in the user "ann"') },
    });
    expect(reached).toEqual([]);
    expect(await plan('update_kx_user', { userName: 'ann', iamRole: ROLE })).toMatchObject({
      wouldRun: false,
      needsApproval: false,
    });
  });

  it('reloads code under the same key, which may contain something new', async () => {
    expect((await attempt('update_kx_cluster_code_configuration', { clusterName: 'science', code: CODE })).kind).toBe(
      'done',
    );
  });

  it('with values that the service would ignore is refused with those that it accepts', async () => {
    expect(await attempt('update_kx_cluster_databases', { clusterName: 'history', databases: [] })).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('databases: The service would accept an empty list'),
    });
    expect(reached).toEqual([]);
  });

  it('that only omits settings is not reported as changing nothing', async () => {
    const servers = [{ customDNSServerName: 'dns.example.com', customDNSServerIP: '10.0.0.1' }];
    await backend.call('UpdateKxEnvironmentNetwork', { environmentId, customDNSConfiguration: servers });
    backend.clock.advance(3_600_000);
    const planned = await plan('update_kx_environment_network', { customDNSConfiguration: [] });
    expect(planned).toMatchObject({ blocked: true, wouldRun: false, needsApproval: true, lost: [{ kind: 'setting' }] });
    expect(planned).not.toHaveProperty('changesNothing');
  });

  it('reads only the databases that its cluster mounts, each once', async () => {
    let reads = 0;
    const counting = await openGuard({
      call: (name, ...rest) => {
        if (name === 'GetKxDatabase') reads += 1;
        return backend.call(name, ...rest);
      },
      clock: backend.clock,
    });
    const entries = ['trades', ...Array.from({ length: 100 }, (_, at) => `other-${at}`)].flatMap((databaseName) => [
      { databaseName },
      { databaseName },
    ]);
    await counting.attempt({
      tool: 'update_kx_cluster_databases',
      arguments: { environmentId, clusterName: 'history', databases: entries },
    });
    expect(reads).toBe(1);
    await counting.close();
  });

  it('is required to repeat every other mounted database with its current changeset', async () => {
    await builder.database('quotes');
    await builder.changeset('quotes');
    const changesets = async (databaseName: string) => {
      const { kxChangesets = [] } = await backend.call('ListKxChangesets', { environmentId, databaseName });
      return kxChangesets.map(({ changesetId }) => changesetId);
    };
    const [pinned] = await changesets('quotes');
    await builder.cluster('several', {
      clusterType: 'HDB',
      databases: [{ databaseName: 'trades' }, { databaseName: 'quotes' }],
    });
    await builder.changeset('quotes', '/2026.03.17/');
    const guardedCall = { clusterName: 'several', databases: [{ databaseName: 'trades' }] };
    const refused = await attempt('update_kx_cluster_databases', guardedCall);
    expect(refused).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining(`{"databaseName":"quotes","changesetId":"${pinned}"}`),
    });
    expect(refused).toMatchObject({ text: expect.stringContaining('add remove: ["databases.quotes"]') });
    await attempt('update_kx_cluster_databases', { ...guardedCall, remove: ['databases.quotes'] });
    const { databases } = await backend.call('GetKxCluster', { environmentId, clusterName: 'several' });
    expect(databases?.map(({ databaseName }) => databaseName)).toEqual(['trades']);
  });

  it('is never asked to repeat arguments that contradict each other', async () => {
    await builder.volume('old');
    await builder.volume('new');
    await builder.dataview('view', { segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'old' }] });
    const moved = await attempt('update_kx_dataview', {
      databaseName: 'trades',
      dataviewName: 'view',
      segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'new' }],
    });
    expect(moved).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('These settings cannot be kept together with'),
    });
    expect(moved).not.toMatchObject({ text: expect.stringContaining('To keep everything') });
  });

  it('removes what `remove` names, and shows it as lost', async () => {
    await builder.cluster('scripted', { code: CODE, initializationScript: 'init.q' });
    const guardedCall = { clusterName: 'scripted', code: CODE };
    expect(await attempt('update_kx_cluster_code_configuration', guardedCall)).toMatchObject({ kind: 'refused' });
    expect(await plan('update_kx_cluster_code_configuration', guardedCall)).toMatchObject({
      blocked: true,
      lost: [{ kind: 'setting', name: 'initializationScript', detail: 'init.q' }],
    });
    const removing = { ...guardedCall, remove: ['initializationScript'] };
    expect(await attempt('update_kx_cluster_code_configuration', removing)).toMatchObject({
      kind: 'done',
      content: { changes: ['initializationScript: "init.q" -> removed'] },
    });
    const cluster = await backend.call('GetKxCluster', { environmentId, clusterName: 'scripted' });
    expect(cluster).not.toHaveProperty('initializationScript');
  });

  it('explains why an omitted setting cannot be kept with the given ones', async () => {
    for (const volume of ['fast', 'slow']) await builder.volume(volume);
    const on = (volumeName: string) => [{ dbPaths: ['/*'], volumeName }];
    await builder.dataview('view', { segmentConfigurations: on('fast') });
    const guardedCall = { databaseName: 'trades', dataviewName: 'view', segmentConfigurations: on('slow') };
    expect(await attempt('update_kx_dataview', guardedCall)).toMatchObject({
      kind: 'refused',
      text: expect.stringMatching(
        /^These settings cannot be kept together with the given arguments: The dbPaths of two segments overlap.*\nTo remove all of these on purpose, add remove: \["segmentConfigurations\.fast"\]$/m,
      ),
    });
    expect((await attempt('update_kx_dataview', { ...guardedCall, remove: ['segmentConfigurations.fast'] })).kind).toBe(
      'done',
    );
  });

  it('is refused if `remove` names something that it would not remove', async () => {
    expect(
      await attempt('update_kx_cluster_code_configuration', {
        clusterName: 'science',
        code: CODE,
        remove: ['vpcConfiguration'],
      }),
    ).toMatchObject({ kind: 'refused', text: expect.stringContaining('"vpcConfiguration"') });
  });

  it('is refused if `remove` names a list of which it gives a part', async () => {
    const commandLineArguments = [
      { key: 's', value: '4' },
      { key: 'mode', value: '1' },
    ];
    await builder.cluster('scripted', { code: CODE, commandLineArguments });
    const guardedCall = { clusterName: 'scripted', code: CODE, commandLineArguments: commandLineArguments.slice(0, 1) };
    const naming = (name: string) =>
      attempt('update_kx_cluster_code_configuration', { ...guardedCall, remove: [name] });
    expect(await naming('commandLineArguments')).toMatchObject({
      kind: 'refused',
      text: expect.stringMatching(
        /give it or a part of it[\s\S]*This call would remove: commandLineArguments\.mode\.$/,
      ),
    });
    expect((await naming('commandLineArguments.mode')).kind).toBe('done');
  });

  it('removes a list with repeated entries, as the error advises', async () => {
    const repeated = ['4', '8'].map((value) => ({ key: 's', value }));
    const other = { key: 'mode', value: '1' };
    await builder.cluster('scripted', { code: CODE, commandLineArguments: [...repeated, other] });
    const guardedCall = { clusterName: 'scripted', code: CODE, commandLineArguments: repeated.slice(0, 1) };
    const refused = await attempt('update_kx_cluster_code_configuration', guardedCall);
    expect(refused).toMatchObject({ text: expect.stringContaining('add remove: ["commandLineArguments"]') });
    const named = { ...guardedCall, remove: ['commandLineArguments'] };
    expect((await attempt('update_kx_cluster_code_configuration', named)).kind).toBe('done');
    const { commandLineArguments } = await backend.call('GetKxCluster', { environmentId, clusterName: 'scripted' });
    expect(commandLineArguments).toEqual(guardedCall.commandLineArguments);
  });

  it('names the entry of a list that is given twice, and does not say that it would remove another', async () => {
    const commandLineArguments = [{ key: 's', value: '4' }];
    await builder.cluster('scripted', { code: CODE, commandLineArguments });
    const twice = ['1', '2'].map((value) => ({ key: 'mode', value }));
    const given = { clusterName: 'scripted', code: CODE, commandLineArguments: twice };
    const outcome = await attempt('update_kx_cluster_code_configuration', given);
    expect(outcome).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('commandLineArguments.mode is given twice.'),
    });
    expect(outcome).not.toMatchObject({ text: expect.stringContaining('would remove') });
    const planned = await plan('update_kx_cluster_code_configuration', given);
    expect(planned['changes']).toEqual([expect.stringMatching(/^commandLineArguments: "s: 4" -> "\[.*mode.*\]"$/)]);
  });

  it.each([
    ['both', { transitGatewayID: 'tgw-0abc1def2abc3def4', routableCIDRSpace: '100.64.0.0/26' }, []],
    ['neither', undefined, undefined],
  ])('of the network that gives %s of its blocks is refused in one sentence', async (_, gateway, servers) => {
    const guardedCall = { transitGatewayConfiguration: gateway, customDNSConfiguration: servers };
    const says = 'Exactly one of transitGatewayConfiguration and customDNSConfiguration must be given.';
    const outcome = await attempt('update_kx_environment_network', guardedCall);
    expect(outcome).toMatchObject({ kind: 'refused', text: expect.stringContaining(says) });
    expect(outcome).not.toMatchObject({ text: expect.stringContaining('in this order') });
    const planned = await plan('update_kx_environment_network', guardedCall);
    expect(planned).toMatchObject({ blocked: true, blockers: [{ first: says }] });
    expect(planned).not.toHaveProperty('changesNothing');
  });

  it('hides values from a caller who may not read its target', async () => {
    await builder.cluster('scripted', { code: CODE, initializationScript: 'init.q' });
    const blind = await openGuard({
      call: backend.call,
      clock: backend.clock,
      restrictions: { deny: ['get_kx_cluster'] },
    });
    const outcome = await blind.attempt({
      tool: 'update_kx_cluster_code_configuration',
      arguments: { environmentId, clusterName: 'scripted', code: CODE },
    });
    expect(outcome).toMatchObject({ kind: 'refused', text: expect.stringContaining('initializationScript: removed') });
    expect(JSON.stringify(outcome)).not.toContain('init.q');
    await blind.close();
  });
});

describe('a plan of a call with invalid arguments', () => {
  it.each<[string, string, Members, string[]]>([
    [
      'a cluster without capacity and without a zone',
      'create_kx_cluster',
      {
        clusterName: 'new',
        clusterType: 'GP',
        releaseLabel: '1.0',
        azMode: 'SINGLE',
        vpcConfiguration: {
          vpcId: 'vpc-0c81f2d9a4e6b7351',
          subnetIds: ['subnet-04d9b6a17e83c5f21'],
          securityGroupIds: ['sg-07a1e93bd52f4c618'],
        },
      },
      ['capacityConfiguration', 'availabilityZoneId'],
    ],
    [
      'a dataview with autoUpdate and a changeset',
      'create_kx_dataview',
      {
        databaseName: 'trades',
        dataviewName: 'new',
        azMode: 'SINGLE',
        availabilityZoneId: 'use1-az1',
        autoUpdate: true,
        changesetId: 'abc',
      },
      ['changesetId'],
    ],
    [
      'a volume of an unavailable size',
      'create_kx_volume',
      {
        volumeName: 'new',
        volumeType: 'NAS_1',
        azMode: 'SINGLE',
        availabilityZoneIds: ['use1-az1'],
        nas1Configuration: { type: 'SSD_1000', size: 3600 },
      },
      ['nas1Configuration.size'],
    ],
  ])('names all invalid arguments of %s', async (_, tool, args, members) => {
    const content = await plan(tool, args);
    expect(content).toMatchObject({ blocked: true });
    const blockers = (content['blockers'] as { kind: string; name: string }[]).filter(
      ({ kind }) => kind === 'argument',
    );
    expect(blockers.map(({ name }) => name)).toEqual(members);
    expect((await attempt(tool, args)).kind).toBe('refused');
  });
});
