import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERRORS } from '../../src/operations/errors.ts';
import { type Embedded, HOUR, openEmbedded } from './support/backend.ts';
import { type EnvironmentBuilder, ofCluster, openBuilder, ROLE, ZONE } from './support/call-environment-builder.ts';
import { approved, type Guard, openGuard } from './support/guard.ts';

let backend: Embedded;
let builder: EnvironmentBuilder;
let guard: Guard;
let environmentId: string;
beforeAll(async () => {
  backend = await openEmbedded('empty', 'realistic');
  builder = await openBuilder(backend.call);
  ({ environmentId } = builder);
  backend.clock.advance(HOUR);
  await builder.database('trades');
  guard = await openGuard({ call: backend.call, clock: backend.clock });
});
afterAll(async () => {
  await guard.close();
  await backend.close();
});

const call = (tool: string, args: object) => guard.attempt({ tool, arguments: { environmentId, ...args } });
const ownPath: Record<string, string> = {
  create_kx_cluster: '/kxCluster/new',
  create_kx_dataview: '/kxDatabase/trades/kxDataview/new',
  create_kx_scaling_group: '/kxScalingGroup/new',
};

describe('the result of a call', () => {
  it.each([
    ['create_kx_cluster', { clusterName: 'new', ...ofCluster({}) }],
    ['create_kx_dataview', { databaseName: 'trades', dataviewName: 'new', azMode: 'SINGLE', availabilityZoneId: ZONE }],
    ['create_kx_scaling_group', { scalingGroupName: 'new', hostType: 'kx.sg.large', availabilityZoneId: ZONE }],
  ])('contains the ARN for the tags of a new %s if the API returns none', async (tool, args) => {
    const outcome = await call(tool, args);
    const resourceArn = `${builder.environmentArn}${ownPath[tool]}`;
    expect(outcome).toMatchObject({ kind: 'done', content: { resourceArn } });
    const tagged = await guard.attempt({ tool: 'tag_resource', arguments: { resourceArn, tags: { owner: 'fx' } } });
    expect(tagged).toMatchObject({ kind: 'done', text: '{"done":true}' });
  });

  it('contains the ARN once if the API returns it', async () => {
    const outcome = await call('create_kx_user', { userName: 'ann', iamRole: ROLE });
    expect(outcome).toMatchObject({ kind: 'done', content: { userArn: `${builder.environmentArn}/kxUser/ann` } });
    expect(outcome).not.toHaveProperty('content.resourceArn');
  });

  it('names the node that replaces a deleted one, and the call that waits for it', async () => {
    await builder.cluster('pair', {
      clusterType: 'HDB',
      databases: [{ databaseName: 'trades' }],
      capacityConfiguration: { nodeType: 'kx.s.large', nodeCount: 2 },
    });
    backend.clock.advance(HOUR);
    const { nodes = [] } = await backend.call('ListKxClusterNodes', { environmentId, clusterName: 'pair' });
    const nodeId = String(nodes[0]?.nodeId);
    const attempt = { tool: 'delete_kx_cluster_node', arguments: { environmentId, clusterName: 'pair', nodeId } };
    const outcome = await approved(guard, attempt, nodeId);
    const { nodes: after = [] } = await backend.call('ListKxClusterNodes', { environmentId, clusterName: 'pair' });
    const replacement = after.find(({ status }) => status === 'PROVISIONING');
    const next = {
      tool: 'wait_for_kx_entity',
      arguments: { environment: environmentId, kind: 'nodes', name: 'pair' },
    };
    expect(outcome).toMatchObject({ kind: 'done', content: { replacement, next } });
    const { nodeId: newId } = replacement as { nodeId: string };
    backend.clock.advance(HOUR);
    expect(await guard.attempt(next)).toMatchObject({
      content: { reached: true, nodeList: expect.arrayContaining([expect.stringContaining(`${newId} RUNNING`)]) },
    });
  });

  it('says once whether a retry helps', () => {
    for (const { advice } of Object.values(ERRORS)) expect(advice).not.toMatch(/repeating/i);
  });
});

describe('an error for a name in use', () => {
  const create = (clusterName: string) => call('create_kx_cluster', { clusterName, ...ofCluster({}) });

  it('says that it will be free if its cluster is being deleted', async () => {
    await builder.cluster('leaving');
    backend.clock.advance(HOUR);
    const deletion = { tool: 'delete_kx_cluster', arguments: { environmentId, clusterName: 'leaving' } };
    await approved(guard, deletion, 'leaving');
    expect(await create('leaving')).toMatchObject({
      kind: 'refused',
      content: { error: { retryable: true } },
      text: expect.stringMatching(
        /The cluster "leaving" is DELETING\. Call wait_for_kx_entity \(kind cluster, until DELETED\), then repeat this call\.\nRepeating the same call may help/,
      ),
    });
  });

  it('says that it stays in use by a failed cluster until that is deleted', async () => {
    await builder.group('hosts');
    backend.clock.advance(HOUR);
    const scalingGroupConfiguration = { scalingGroupName: 'hosts', memoryReservation: 9_000_000, nodeCount: 1 };
    await builder.cluster('failing', { scalingGroupConfiguration });
    backend.clock.advance(HOUR);
    expect(await create('failing')).toMatchObject({
      kind: 'refused',
      content: { error: { retryable: false } },
      text: expect.stringContaining(
        'The cluster "failing" is CREATE_FAILED: get_kx_cluster shows why. Delete it to free the name, or choose another name.',
      ),
    });
    const planned = {
      tool: 'create_kx_cluster',
      arguments: { environmentId, clusterName: 'failing', ...ofCluster({}) },
    };
    expect(await guard.attempt({ tool: 'plan_change', arguments: planned })).toMatchObject({
      content: {
        blockers: expect.arrayContaining([
          expect.objectContaining({ first: 'The name is in use: it failed, so delete it, or choose another name.' }),
        ]),
      },
    });
  });

  it('names the entity that uses it', async () => {
    await builder.user('bob');
    expect(await call('create_kx_user', { userName: 'bob', iamRole: ROLE })).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('The user "bob" already exists. Use it, or choose another name.'),
    });
    const { name, kmsKeyId } = await backend.call('GetKxEnvironment', { environmentId });
    expect(await guard.attempt({ tool: 'create_kx_environment', arguments: { name, kmsKeyId } })).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining(
        `The kdb environment "${environmentId}" has that name, and is CREATED. Use it, or choose another name.`,
      ),
    });
  });

  it('says to wait for an environment that is being deleted', async () => {
    const { kmsKeyId = '' } = await backend.call('GetKxEnvironment', { environmentId });
    const named = { name: 'leaving', kmsKeyId };
    const { environmentId: leaving = '' } = await backend.call('CreateKxEnvironment', named as never);
    backend.clock.advance(HOUR);
    await backend.call('DeleteKxEnvironment', { environmentId: leaving } as never);
    expect(await guard.attempt({ tool: 'create_kx_environment', arguments: named })).toMatchObject({
      kind: 'refused',
      content: { error: { retryable: true } },
      text: expect.stringMatching(
        /" has that name, and is DELET\w+\. Call wait_for_kx_entity \(kind environment, until DELETED\), then repeat this call\./,
      ),
    });
  });
});
