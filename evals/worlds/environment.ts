import { type ClusterSettings, clusterEntities } from './cluster.ts';
import { type DatabaseBuilder, databaseBuilder } from './database.ts';
import { added, DAY, HEX, HOUR, type Place, type Settings, type World, ZONE } from './place.ts';

/** An environment that is being built. */
export interface EnvironmentBuilder {
  scalingGroup(name: string, hostType: string, settings?: Settings): void;
  volume(name: string, type: 'SSD_1000' | 'SSD_250' | 'HDD_12', sizeGB: number, settings?: Settings): void;
  user(name: string, role: string, settings?: Settings): void;
  database(name: string, settings?: Settings): DatabaseBuilder;
  cluster(name: string, settings: ClusterSettings): void;
}

export function environmentBuilder(world: World, environment: string, id: string, age: number): EnvironmentBuilder {
  const createdAt = (entityAge = 90 * DAY) => world.now - Math.min(entityAge, age - HOUR);
  const place: Place = { world, environment, path: `kxEnvironment/${id}`, createdAt };
  const network = networkOf(place);
  return {
    scalingGroup: (name, hostType, settings) =>
      void added(
        place,
        'kxScalingGroup',
        name,
        { hostType, availabilityZoneId: ZONE },
        { ...settings, readyAfter: 330_000 },
      ),
    volume: (name, type, size, settings) =>
      void added(place, 'kxVolume', name, volumeBody(type, size), { ...settings, readyAfter: 540_000 }),
    user: (name, role, settings) => void added(place, 'kxUser', name, { iamRole: world.role(role) }, settings),
    database: (name, settings) => databaseBuilder(place, name, settings),
    cluster: (name, settings) => clusterEntities(place, network, name, settings).forEach(world.add),
  };
}

const volumeBody = (type: string, size: number) => ({
  volumeType: 'NAS_1',
  azMode: 'SINGLE',
  availabilityZoneIds: [ZONE],
  nas1Configuration: { type, size },
});

function networkOf({ world, environment }: Place) {
  const id = (prefix: string) => `${prefix}-${world.id(`${prefix} ${environment}`, 17, HEX)}`;
  return { vpcId: id('vpc'), securityGroupIds: [id('sg')], subnetIds: [id('subnet')], ipAddressType: 'IP_V4' };
}
