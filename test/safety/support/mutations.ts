import type { Call } from '../../../src/operations/index.ts';
import type { Members } from './backend.ts';
import type { EnvironmentBuilder } from './call-environment-builder.ts';

/** A change of the world between the form and the answer, and a change that reverts it. */
export interface Mutation {
  readonly what: string;
  /** Takes a new number each time, so that it really changes a value. */
  readonly happen: (round: number) => Promise<unknown>;
  readonly undo?: () => Promise<unknown>;
}

/** A call that needs approval, and the changes that make the approval stale. */
export interface Subject {
  readonly tool: string;
  readonly arguments: Members;
  readonly name: string;
  readonly mutations: readonly Mutation[];
}

/** Two environments: one in which single entities may be deleted, and one that may be deleted as a whole. */
export async function openSubjects(call: Call, town: EnvironmentBuilder, lab: EnvironmentBuilder): Promise<Subject[]> {
  for (const builder of [town, lab]) {
    await builder.database('trades');
    await builder.changeset('trades');
    await builder.volume('fast');
    await builder.user('ann');
    await builder.group('hosts');
    await builder.dataview('view', { autoUpdate: true });
  }
  await town.database('plain');

  await town.cluster('gateway');
  return [...singles(call, town), whole(call, lab)];
}

const role = (round: number) => `arn:aws:iam::111122223333:role/desk-${round}`;

function singles(call: Call, town: EnvironmentBuilder): Subject[] {
  const { environmentId } = town;
  const database = { environmentId, databaseName: 'plain' };
  const volume = { environmentId, volumeName: 'fast' };
  const group = { environmentId, scalingGroupName: 'hosts' };
  const user = { environmentId, userName: 'ann' };
  const view = { environmentId, databaseName: 'trades', dataviewName: 'view' };
  const gateway = { environmentId, clusterName: 'gateway' };
  return [
    {
      tool: 'delete_kx_database',
      arguments: database,
      name: 'plain',
      mutations: [
        {
          what: 'its description changed',
          happen: (round) => call('UpdateKxDatabase', { ...database, description: `v${round}` }),
        },
        { what: 'it got a changeset', happen: () => town.changeset('plain') },
        {
          what: 'it was replaced by a namesake',
          happen: async () => {
            await call('DeleteKxDatabase', { ...database, clientToken: token() });
            await town.database('plain');
          },
        },
        {
          what: 'it got a dataview',
          happen: () => town.dataview('late', { databaseName: 'plain' }),
          undo: () => call('DeleteKxDataview', { ...database, dataviewName: 'late', clientToken: token() }),
        },
        {
          what: 'a cluster mounted it',
          happen: async () => {
            await town.changeset('plain');
            await town.cluster('late', {
              clusterType: 'HDB',
              cacheStorageConfigurations: [],
              databases: [{ databaseName: 'plain' }],
            });
          },
          undo: () => call('DeleteKxCluster', { environmentId, clusterName: 'late' }),
        },
      ],
    },
    {
      tool: 'delete_kx_volume',
      arguments: volume,
      name: 'fast',
      mutations: [
        {
          what: 'its description changed',
          happen: (round) => call('UpdateKxVolume', { ...volume, description: `v${round}` }),
        },
        {
          what: 'it was replaced by a namesake',
          happen: async () => {
            await call('DeleteKxVolume', volume);
            await town.volume('fast');
          },
        },
        {
          what: 'a dataview was cached on it',
          happen: () =>
            town.dataview('cached', {
              autoUpdate: true,
              segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'fast' }],
            }),
          undo: () =>
            call('DeleteKxDataview', {
              environmentId,
              databaseName: 'trades',
              dataviewName: 'cached',
              clientToken: token(),
            }),
        },
      ],
    },
    {
      tool: 'delete_kx_scaling_group',
      arguments: group,
      name: 'hosts',
      mutations: [
        {
          what: 'it was replaced by a namesake',
          happen: async () => {
            await call('DeleteKxScalingGroup', group);
            await town.group('hosts');
          },
        },
        {
          what: 'a cluster was put on it',
          happen: () =>
            town.cluster('tenant', {
              scalingGroupConfiguration: { scalingGroupName: 'hosts', memoryReservation: 6, nodeCount: 1 },
            }),
          undo: () => call('DeleteKxCluster', { environmentId, clusterName: 'tenant' }),
        },
      ],
    },
    {
      tool: 'delete_kx_user',
      arguments: user,
      name: 'ann',
      mutations: [
        {
          what: 'its role changed',
          happen: (round) => call('UpdateKxUser', { ...user, iamRole: role(round) }),
        },
        {
          what: 'it was replaced by a namesake with the same role',
          happen: async () => {
            const { iamRole = '' } = await call('GetKxUser', user);
            await call('DeleteKxUser', user);
            await town.user('ann', iamRole);
          },
        },
      ],
    },
    {
      tool: 'delete_kx_dataview',
      arguments: view,
      name: 'view',
      mutations: [
        {
          what: 'its description changed',
          happen: (round) => call('UpdateKxDataview', { ...view, description: `v${round}`, clientToken: token() }),
        },
        { what: 'its database got a changeset, which it follows', happen: () => town.changeset('trades') },
        {
          what: 'it was replaced by a namesake',
          happen: async () => {
            await call('DeleteKxDataview', { ...view, clientToken: token() });
            await town.dataview('view', { autoUpdate: true });
          },
        },
      ],
    },
    {
      tool: 'delete_kx_cluster',
      arguments: gateway,
      name: 'gateway',
      mutations: [
        {
          what: 'it was replaced by a namesake',
          happen: async () => {
            await call('DeleteKxCluster', gateway);
            await town.cluster('gateway');
          },
        },
      ],
    },
  ];
}

function whole(call: Call, lab: EnvironmentBuilder): Subject {
  const { environmentId } = lab;
  const inside = { environmentId };
  const replaced = (what: string, remove: () => Promise<unknown>, make: () => Promise<unknown>): Mutation => ({
    what: `${what} in it was replaced by a namesake`,
    happen: async () => {
      await remove();
      await make();
    },
  });
  return {
    tool: 'delete_kx_environment',
    arguments: inside,
    name: `lab ${environmentId.slice(0, 4)}`,
    mutations: [
      {
        what: 'its description changed',
        happen: (round) => call('UpdateKxEnvironment', { ...inside, description: `v${round}` }),
      },
      {
        what: 'the description of a database in it changed',
        happen: (round) => call('UpdateKxDatabase', { ...inside, databaseName: 'trades', description: `v${round}` }),
      },
      { what: 'a database in it got a changeset', happen: () => lab.changeset('trades') },
      {
        what: 'a volume in it changed',
        happen: (round) => call('UpdateKxVolume', { ...inside, volumeName: 'fast', description: `v${round}` }),
      },
      {
        what: 'a user in it got another role',
        happen: (round) => call('UpdateKxUser', { ...inside, userName: 'ann', iamRole: role(round) }),
      },
      replaced(
        'the volume',
        () => call('DeleteKxVolume', { ...inside, volumeName: 'fast' }),
        () => lab.volume('fast'),
      ),
      replaced(
        'the scaling group',
        () => call('DeleteKxScalingGroup', { ...inside, scalingGroupName: 'hosts' }),
        () => lab.group('hosts'),
      ),
      replaced(
        'the dataview',
        () =>
          call('DeleteKxDataview', {
            ...inside,
            databaseName: 'trades',
            dataviewName: 'view',
            clientToken: token(),
          }),
        () => lab.dataview('view', { autoUpdate: true }),
      ),
      {
        what: 'a database was made in it',
        happen: () => lab.database('extra'),
        undo: () => call('DeleteKxDatabase', { ...inside, databaseName: 'extra', clientToken: token() }),
      },
      {
        what: 'a cluster was made in it',
        happen: () => lab.cluster('late'),
        undo: () => call('DeleteKxCluster', { ...inside, clusterName: 'late' }),
      },
    ],
  };
}

let tokens = 0;
const token = () => `mutation-${++tokens}`;
