import type { WorldFile } from '../../src/local/worlds/world-file.ts';
import { DAY } from './place.ts';
import { buildWorld } from './world.ts';

/** One kdb environment, which is the maximum that the published quotas allow. */
export function full(now: number): WorldFile {
  const world = buildWorld('full', now, 'published');
  const only = world.environment('only', { age: 90 * DAY, description: 'The one', tags: { team: 'x' } });
  only.scalingGroup('sg-only', 'kx.sg.xlarge', { age: 80 * DAY });
  const shared = { group: 'sg-only', memory: 8192 };
  only.cluster('gp-only', { type: 'GP', age: 50 * DAY, shared, code: 'a.zip' });
  return world.file();
}
