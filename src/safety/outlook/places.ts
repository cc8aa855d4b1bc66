import { environmentsNow } from '../../inventory/fleet.ts';
import { room } from '../preview.ts';
import { taken } from '../problem-text.ts';
import type { Ground } from './ground.ts';
import { blocked, type Remark, together } from './outlook.ts';

/** Whether no environment has the name, and one more is within the quota of the account. */
export async function roomForEnvironment(ground: Ground): Promise<Remark> {
  const present = await environmentsNow(ground.call, ground.options);
  const namesakes = present.filter(({ name }) => name === ground.input['name']);
  const { lines, blockers, unchecked } = room({
    quota: { what: 'kdb environments in this account and region', of: 'kx-environment' },
    used: present.length,
    limit: ground.quotas?.environments,
    more: 1,
  });
  return together([
    blocked(
      ...namesakes.map(({ name, status }) => taken({ kind: 'kdb environment', name: String(name), detail: status })),
    ),
    { quotas: lines, blockers, unchecked },
  ]);
}
