import { DEFAULT_ACCOUNT } from '../../src/local/defaults.ts';
import { header, type WorldFile } from '../../src/local/worlds/world-file.ts';
import { type EnvironmentBuilder, environmentBuilder } from './environment.ts';
import { DIGITS, type Entity, emptyWorld, LOWER_CASE, REGION, type Tags, type World, ZONE } from './place.ts';

/** A world file of the local service that is being built. */
export interface WorldBuilder extends World {
  environment(name: string, settings: EnvironmentSettings): EnvironmentBuilder;
  file(): WorldFile;
}

interface EnvironmentSettings {
  readonly age: number;
  readonly description: string;
  readonly tags?: Tags;
  readonly transitGateway?: { readonly transitGatewayID: string; readonly routableCIDRSpace: string };
  /** Why its creation failed. */
  readonly failure?: string;
}

/** Begins a world. Its quotas are those that AWS publishes, or high enough for several environments. */
export function buildWorld(name: string, now: number, quotas: 'published' | 'raised'): WorldBuilder {
  const entities: Entity[] = [];
  const world = emptyWorld(name, now, entities);
  return {
    ...world,
    environment(environment, settings) {
      const id = world.id(`environment ${environment}`, 22, LOWER_CASE);
      world.add(environmentEntity(world, id, environment, settings));
      return environmentBuilder(world, environment, id, settings.age);
    },
    file: () => ({ ...header, account: DEFAULT_ACCOUNT, region: REGION, settings: { quotas }, entities }),
  };
}

function environmentEntity(
  world: World,
  id: string,
  name: string,
  { age, description, tags, transitGateway, failure }: EnvironmentSettings,
): Entity {
  const created = world.now - age;
  const modified = created + 325_000;
  return {
    in: 'kxEnvironment',
    name: id,
    position: `${String(created).padStart(15, '0')}.${id}`,
    status: failure === undefined ? 'CREATED' : 'FAILED_CREATION',
    since: modified,
    tags,
    body: {
      name,
      description,
      kmsKeyId: `arn:aws:kms:${REGION}:${DEFAULT_ACCOUNT}:key/${world.uuid(`key ${name}`)}`,
      created,
      modified,
      tgwStatus: transitGateway === undefined ? 'NONE' : 'SUCCESSFULLY_UPDATED',
      dnsStatus: 'NONE',
      ...(transitGateway && { transitGatewayConfiguration: transitGateway }),
      ...(failure === undefined ? { opened: opened(world, name) } : { errorMessage: failure }),
    },
  };
}

/** What an environment has once it is CREATED. */
function opened(world: World, name: string) {
  const serviceAccount = world.id(`service account ${name}`, 12, DIGITS);
  const authority = world.uuid(`certificate authority ${name}`);
  return {
    dedicatedServiceAccountId: serviceAccount,
    availabilityZoneIds: [ZONE, 'use1-az6', 'use1-az4'],
    certificateAuthorityArn: `arn:aws:acm-pca:${REGION}:${serviceAccount}:certificate-authority/${authority}`,
  };
}
