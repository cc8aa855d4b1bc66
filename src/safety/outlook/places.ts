import { environmentsNow } from '../../inventory/fleet.ts';
import type { OperationName } from '../../operations/index.ts';
import { taken } from '../problem-text.ts';
import { type Ground, listed } from './ground.ts';
import { blocked, type Remark, together } from './outlook.ts';
import { room } from './quota.ts';

/** Whether nothing in the environment has the name already. */
export const freeName =
  (kind: string, member: string, lister: OperationName) =>
  async (ground: Ground): Promise<Remark> => {
    const wanted = ground.input[member];
    const found = (await listed(ground, lister)).filter((item) => item[member] === wanted);
    return blocked(
      ...found.map(({ status }) =>
        taken({ kind, name: String(wanted), ...(status === undefined ? {} : { detail: String(status) }) }),
      ),
    );
  };

/** Whether the environment is in the zones that are asked for. */
export async function inZones({ input, environment }: Ground): Promise<Remark> {
  const zones = (environment['availabilityZoneIds'] as string[] | undefined) ?? [];
  const wanted = [input['availabilityZoneId'] ?? input['availabilityZoneIds'] ?? []].flat();
  const outside = zones.length === 0 ? [] : wanted.filter((zone) => !zones.includes(String(zone)));
  const detail = `the environment is in ${zones.join(', ')}`;
  const first = 'Choose a zone that the environment is in.';
  return blocked(...outside.map((zone) => ({ item: { kind: 'zone', name: String(zone), detail }, first })));
}

/** Whether no environment has the name, and one more is within the quota of the account. */
export async function roomForEnvironment(ground: Ground): Promise<Remark> {
  const present = await environmentsNow(ground.call, ground.options);
  const namesakes = present.filter(({ name }) => name === ground.input['name']);
  return together([
    blocked(
      ...namesakes.map(({ name, status }) => taken({ kind: 'kdb environment', name: String(name), detail: status })),
    ),
    room(ground, {
      what: 'kdb environments in this account and region',
      limit: ({ environments }) => environments,
      used: present.length,
      lister: 'ListKxEnvironments',
    }),
  ]);
}
