import type { Call, OperationName } from '../../../src/operations/index.ts';
import { openState, type StateDatabase } from '../../../src/safety/state.ts';
import { type Clock, cachingReads, type Members, openEmbedded } from './backend.ts';
import { openBuilder } from './call-environment-builder.ts';

/** A call that needs approval, the name that the person types, and the read that returns its target. */
export interface GuardedCall {
  readonly tool: string;
  readonly arguments: Members;
  readonly name: string;
  readonly reader: OperationName;
  readonly target: readonly [member: string, value: string];
}

export interface ApprovalFixture {
  readonly environmentId: string;
  readonly call: Call;
  readonly clock: Clock;
  readonly guardedCalls: readonly GuardedCall[];
  readonly state: StateDatabase;
  readonly close: () => Promise<void>;
}

/** A world with four entities to delete and one environment to connect to a gateway. Reads are cached. */
export async function openApprovalFixture(): Promise<ApprovalFixture> {
  const { call: direct, clock, close } = await openEmbedded();
  const state = await openState(':memory:');
  const call = cachingReads(direct);
  const { environmentId, ...builder } = await openBuilder(call);
  for (const name of ['trades', 'quotes']) await builder.database(name);
  await builder.user('ann');
  await builder.volume('fast');
  const transitGatewayConfiguration = { transitGatewayID: 'tgw-0a1b2c3d4e5f60718', routableCIDRSpace: '100.64.0.0/26' };
  const guardedCall = (tool: string, reader: OperationName, member: string, name: string): GuardedCall => ({
    tool,
    arguments: { environmentId, [member]: name },
    name,
    reader,
    target: [member, name],
  });
  return {
    ...{ environmentId, call, clock, state },
    close: async () => {
      await state.close();
      await close();
    },
    guardedCalls: [
      guardedCall('delete_kx_database', 'GetKxDatabase', 'databaseName', 'trades'),
      guardedCall('delete_kx_database', 'GetKxDatabase', 'databaseName', 'quotes'),
      { ...guardedCall('delete_kx_user', 'ListKxUsers', 'userName', 'ann'), target: ['environmentId', environmentId] },
      guardedCall('delete_kx_volume', 'GetKxVolume', 'volumeName', 'fast'),
      {
        tool: 'update_kx_environment_network',
        arguments: { environmentId, transitGatewayConfiguration },
        name: `trading ${environmentId.slice(0, 4)}`,
        reader: 'GetKxEnvironment',
        target: ['environmentId', environmentId],
      },
    ],
  };
}
