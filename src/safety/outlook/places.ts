import { environmentsNow } from '../../inventory/fleet.ts';
import { taken } from '../problem-text.ts';
import type { Ground } from './ground.ts';
import { blocked, type Remark, together } from './outlook.ts';
import { room } from './quota.ts';

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
