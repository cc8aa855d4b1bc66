import { environmentsNow } from '../../inventory/fleet.ts';
import { taken } from '../problem-text.ts';
import type { Ground } from './ground.ts';
import { blocked, type Remark } from './outlook.ts';

/** Whether an environment can be changed, and no other has the name that it is to have. */
export async function renamingStands(ground: Ground): Promise<Remark> {
  const { environmentId, input } = ground;
  const others = input['name'] === undefined ? [] : await environmentsNow(ground.call, ground.options);
  const namesakes = others.filter((other) => other.name === input['name'] && other.environmentId !== environmentId);
  return blocked(
    ...namesakes.map(({ name, status }) => taken({ kind: 'kdb environment', name: String(name), detail: status })),
  );
}
