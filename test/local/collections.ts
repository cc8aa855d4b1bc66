import { environmentCollection } from '../../src/local/arns.ts';
import type { World } from '../../src/local/context.ts';

type InEnvironment = 'kxCluster' | 'kxDatabase' | 'kxScalingGroup' | 'kxVolume' | 'kxUser';
export const inEnvironment = (world: World, environmentId: string, kind: InEnvironment): string =>
  `${environmentCollection(world)}/${environmentId}/${kind}`;

type InDatabase = 'kxChangeset' | 'kxDataview';
export const inDatabase = (world: World, environmentId: string, database: string, kind: InDatabase): string =>
  `${inEnvironment(world, environmentId, 'kxDatabase')}/${database}/${kind}`;
