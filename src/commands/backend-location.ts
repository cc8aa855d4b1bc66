import { join, resolve } from 'node:path';
import { type Config, defaultStateDir } from '../config.ts';
import { environmentRegion } from '../finspace/region.ts';
import { DEFAULT_REGION } from '../local/defaults.ts';
import type { BackendLocation } from '../safety/backend-location.ts';

/** Where calls go, as clients and people read it. */
export const backendLocation = (config: Config): Pick<BackendLocation, 'backend' | 'region'> => ({
  backend: backendName(config),
  region: configuredRegion(config) ?? 'from the AWS profile',
});

/** The text for people; the alias comes first, so that an approval for one target never holds for another. */
function backendName({ backend: kind, endpoint, target }: Config): string {
  const name = kind === 'local' ? 'local (embedded FinSpace-compatible service)' : (endpoint ?? 'aws');
  return target === undefined ? name : `${target}: ${name}`;
}

/** The file of a local world, unless it is the default file. */
export function worldFile({ backend: kind, state, worldStore }: Config): string | undefined {
  const hasFile = kind === 'local' && worldStore === undefined && state !== ':memory:';
  if (!hasFile || state === join(defaultStateDir(process.env), 'world.db')) return undefined;
  const path = resolve(state);
  return path.length <= MAX_PATH ? path : `...${path.slice(3 - MAX_PATH)}`;
}

/** Files differ more at the end of their paths than at the beginning, and dialogs keep the end. */
const MAX_PATH = 75;

/** The region that is configured; undefined where the AWS profile has it. */
export function configuredRegion({ backend: kind, region }: Config): string | undefined {
  return region ?? (kind === 'local' ? DEFAULT_REGION : environmentRegion(process.env));
}
