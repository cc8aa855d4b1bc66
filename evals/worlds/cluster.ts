import type { WorldFile } from '../../src/local/worlds/world-file.ts';
import type { Mount } from './database.ts';
import { HOUR, type Place, type Tags, ZONE } from './place.ts';

export interface ClusterSettings {
  readonly type: 'HDB' | 'RDB' | 'GATEWAY' | 'GP' | 'TICKERPLANT';
  readonly age: number;
  /** How long ago it was changed. Default: when it became RUNNING. */
  readonly changed?: number;
  /** Runs one node on a scaling group, with memory in MiB. */
  readonly shared?: { readonly group: string; readonly memory: number; readonly limit?: number };
  /** Runs on dedicated nodes. */
  readonly dedicated?: { readonly nodeType: string; readonly nodeCount: number };
  /** Whether its first node is stuck in PROVISIONING. */
  readonly stuckNode?: boolean;
  /** The key of its zip file in the bucket of the code. */
  readonly code: string;
  readonly script?: string;
  readonly arguments?: Readonly<Record<string, string>>;
  readonly databases?: readonly Mount[];
  readonly caches?: readonly { readonly type: string; readonly size: number }[];
  readonly savedown?: { readonly type: string; readonly size: number };
  readonly logVolume?: string;
  readonly executionRole?: string;
  readonly description?: string;
  readonly tags?: Tags;
}

const BUCKET = 'nordlys-kdb';

/** A RUNNING cluster and its nodes. */
export function clusterEntities(
  place: Place,
  network: object,
  name: string,
  settings: ClusterSettings,
): WorldFile['entities'] {
  const { world, path, createdAt } = place;
  const created = createdAt(settings.age);
  const running = created + 860_000;
  const modified = settings.changed === undefined ? running : world.now - settings.changed;
  const cluster = {
    in: `${path}/kxCluster`,
    name,
    status: 'RUNNING',
    since: modified,
    tags: settings.tags,
    body: { ...clusterBody(place, network, settings), created, modified },
  };
  const nodes = Array.from({ length: settings.dedicated?.nodeCount ?? 1 }, (_, index) => {
    const isStuck = settings.stuckNode === true && index === 0;
    const launched = isStuck ? world.now - 9 * HOUR : created + 20_000;
    return {
      in: `${path}/kxCluster/${name}/kxNode`,
      name: world.uuid(`node ${place.environment} ${name} ${index}`),
      status: isStuck ? 'PROVISIONING' : 'RUNNING',
      since: isStuck ? launched : running,
      body: { availabilityZoneId: ZONE, launched },
    };
  });
  return [cluster, ...nodes];
}

function clusterBody({ world }: Place, network: object, settings: ClusterSettings): Record<string, unknown> {
  const { shared, dedicated, databases, caches, savedown, logVolume, executionRole } = settings;
  const volumes = new Set(
    (databases ?? []).flatMap(({ dataviewConfiguration }) =>
      (dataviewConfiguration?.segmentConfigurations ?? []).map(({ volumeName }) => volumeName),
    ),
  );
  if (logVolume !== undefined) volumes.add(logVolume);
  return withoutUndefined({
    releaseLabel: '1.0',
    azMode: 'SINGLE',
    availabilityZoneId: ZONE,
    vpcConfiguration: network,
    clusterType: settings.type,
    clusterDescription: settings.description,
    databases,
    cacheStorageConfigurations: caches,
    savedownStorageConfiguration: savedown,
    tickerplantLogConfiguration: logVolume && { tickerplantLogVolumes: [logVolume] },
    capacityConfiguration: dedicated,
    scalingGroupConfiguration:
      shared &&
      withoutUndefined({
        scalingGroupName: shared.group,
        memoryReservation: shared.memory,
        memoryLimit: shared.limit,
        nodeCount: 1,
      }),
    code: { s3Bucket: BUCKET, s3Key: settings.code },
    initializationScript: settings.script,
    commandLineArguments:
      settings.arguments && Object.entries(settings.arguments).map(([key, value]) => ({ key, value })),
    executionRole: executionRole && world.role(executionRole),
    volumes: volumes.size === 0 ? undefined : [...volumes].map((volumeName) => ({ volumeName, volumeType: 'NAS_1' })),
  });
}

const withoutUndefined = (members: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
