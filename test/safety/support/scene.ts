import type { Call, OperationName } from '../../../src/operations/index.ts';
import { openState, type StateDatabase } from '../../../src/safety/state.ts';
import { type Clock, embedded, type Members, remembering } from './backend.ts';
import { openEstate } from './estate.ts';

/** A call that needs a person, what the person has to type, and the read that shows its target. */
export interface Wish {
  readonly tool: string;
  readonly arguments: Members;
  readonly name: string;
  readonly reader: OperationName;
  readonly target: readonly [member: string, value: string];
}

export interface Scene {
  readonly environmentId: string;
  readonly call: Call;
  readonly clock: Clock;
  readonly wishes: readonly Wish[];
  readonly state: StateDatabase;
  readonly close: () => Promise<void>;
}

/** A world in which four things may be destroyed and one may be cut off the network, read once and then remembered. */
export async function openScene(): Promise<Scene> {
  const { call: direct, clock, close } = await embedded();
  const state = await openState(':memory:');
  const call = remembering(direct);
  const { environmentId, ...estate } = await openEstate(call);
  for (const name of ['trades', 'quotes']) await estate.database(name);
  await estate.user('ann');
  await estate.volume('fast');
  const transitGatewayConfiguration = { transitGatewayID: 'tgw-0a1b2c3d4e5f60718', routableCIDRSpace: '100.64.0.0/26' };
  const wish = (tool: string, reader: OperationName, member: string, name: string): Wish => ({
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
    wishes: [
      wish('delete_kx_database', 'GetKxDatabase', 'databaseName', 'trades'),
      wish('delete_kx_database', 'GetKxDatabase', 'databaseName', 'quotes'),
      { ...wish('delete_kx_user', 'ListKxUsers', 'userName', 'ann'), target: ['environmentId', environmentId] },
      wish('delete_kx_volume', 'GetKxVolume', 'volumeName', 'fast'),
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
