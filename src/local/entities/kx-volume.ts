import { soldSize } from '../../operations/conditions/volumes.ts';
import type { Input } from '../../operations/index.ts';
import { arnOf, environmentIdOf, inEnvironment } from '../arns.ts';
import { requireAll, requireConditions } from '../conditions.ts';
import type { Context, Handlers } from '../context.ts';
import { begin, enter } from '../lifecycle.ts';
import { paged } from '../paging.ts';
import { quotasOf, withinQuota } from '../quotas.ts';
import { demand, Refusal } from '../refusal.ts';
import { seconds } from '../timestamps.ts';
import type { Entity } from '../transaction.ts';
import { clustersOn } from './kx-dataview-versions.ts';
import { environmentOf, openEnvironment, requireZone } from './kx-environment.ts';

interface Body {
  volumeType: string;
  description?: string | undefined;
  azMode: string;
  statusReason?: string;
  availabilityZoneIds: string[];
  nas1Configuration: { type: string; size: number };
  created: number;
  modified: number;
}
export type KxVolume = Entity<Body>;

type Operations = 'CreateKxVolume' | 'GetKxVolume' | 'ListKxVolumes' | 'UpdateKxVolume' | 'DeleteKxVolume';

export const kxVolumes: Handlers<Operations> = {
  // Tags given here were never applied; clients tag afterwards.
  async CreateKxVolume(request, context) {
    requireConditions('CreateKxVolume', request);
    const { environmentId, volumeName, nas1Configuration: disk, ...input } = request;
    const { volumeType, azMode, availabilityZoneIds, description } = input;
    const [zone] = availabilityZoneIds as [string];
    const nas1Configuration = disk as Body['nas1Configuration'];
    const environment = await openEnvironment({ environmentId }, context);
    const { tx, now, world } = context;
    const collection = inEnvironment(world, environmentId, 'kxVolume');
    demand(
      (await tx.get(collection, volumeName)) === undefined,
      'ResourceAlreadyExists',
      `Volume ${volumeName} already exists`,
    );
    requireZone(zone, environment);
    await withinQuota(
      (await quotasOf(context)).volumes,
      async () => (await tx.count(collection)) + 1,
      'volumes per environment',
    );
    await requireStorage(environmentId, nas1Configuration.size, context);
    const body = {
      volumeType,
      description,
      azMode,
      availabilityZoneIds,
      nas1Configuration,
      created: now,
      modified: now,
    };
    const created = begin<Body>(context, { collection, name: volumeName, facet: volumeType }, 'CREATING', body);
    await tx.put(created);
    return described(created);
  },

  async GetKxVolume(input, context) {
    await environmentOf(input, context);
    return detail(await volumeOf(input, context), context);
  },

  async ListKxVolumes(input, context) {
    await environmentOf(input, context);
    const collection = inEnvironment(context.world, input.environmentId, 'kxVolume');
    const { entities, ...rest } = await paged<Body>(input, context, collection, input.volumeType);
    return { kxVolumeSummaries: entities.map(summary), ...rest };
  },

  async UpdateKxVolume(input, context) {
    await openEnvironment(input, context);
    const volume = await volumeOf(input, context);
    const { body, name, status } = volume;
    const { description = body.description } = input;
    const nas1Configuration = { ...body.nas1Configuration, ...input.nas1Configuration } as Body['nas1Configuration'];
    const growth = nas1Configuration.size - body.nas1Configuration.size;
    demand(
      nas1Configuration.type === body.nas1Configuration.type,
      'Validation',
      `The type of volume ${name} cannot be changed`,
    );
    demand(growth >= 0, 'Validation', `The size of volume ${name} can only be increased`);
    if (growth > 0) requireAll([soldSize], { nas1Configuration });
    const isReady = status === 'ACTIVE' || status === 'UPDATE_FAILED';
    demand(isReady, 'WrongState', `Volume ${name} is ${status}; it has to be ACTIVE`);
    if (growth > 0) await requireStorage(input.environmentId, growth, context);
    const { statusReason: _, ...rest } = body;
    // An update that is going to fail leaves the size as it was.
    const disk = context.fate === undefined ? nas1Configuration : body.nas1Configuration;
    const changed = { ...volume, body: { ...rest, description, nas1Configuration: disk, modified: context.now } };
    const updated = growth > 0 ? enter(changed, 'UPDATING', context) : changed;
    await context.tx.put(updated);
    return detail(updated, context);
  },

  async DeleteKxVolume(input, context) {
    await openEnvironment(input, context);
    const volume = await volumeOf(input, context);
    const { name, status } = volume;
    const users = (await context.tx.sources(arnOf(volume))).map((arn) => arn.split('/').at(-1));
    demand(users.length === 0, 'InUse', `Volume ${name} is attached to ${users.join(', ')}`);
    demand(
      ['ACTIVE', 'CREATE_FAILED', 'UPDATE_FAILED', 'DELETE_FAILED'].includes(status),
      'WrongState',
      `Volume ${name} is ${status}; it has to be ACTIVE`,
    );
    const { statusReason: _, ...body } = { ...volume.body, modified: context.now };
    await context.tx.put(enter({ ...volume, body }, 'DELETING', context));
    return {};
  },
};

type Named = Pick<Input<'GetKxVolume'>, 'environmentId' | 'volumeName'>;

export const volumeArn = ({ world }: Context, environmentId: string, volumeName: string): string =>
  `${inEnvironment(world, environmentId, 'kxVolume')}/${volumeName}`;

/** The volume that a request names, when it can be used; `Conflict` when it is not ACTIVE. */
export async function readyVolume(named: Named, context: Context): Promise<KxVolume> {
  const volume = await volumeOf(named, context);
  const { name, status } = volume;
  demand(status === 'ACTIVE', 'WrongState', `Volume ${name} is ${status}; it has to be ACTIVE`);
  return volume;
}

async function volumeOf({ environmentId, volumeName }: Named, { tx, world }: Context): Promise<KxVolume> {
  const volume = await tx.get<Body>(inEnvironment(world, environmentId, 'kxVolume'), volumeName);
  if (volume === undefined) throw new Refusal('ResourceNotFound', `Volume ${volumeName} not found`);
  return volume;
}

async function requireStorage(environmentId: string, more: number, context: Context): Promise<void> {
  const { tx, world } = context;
  const used = async () =>
    (await tx.page<Body>(inEnvironment(world, environmentId, 'kxVolume'), { after: '', limit: 1000 })).reduce(
      (sum, { body }) => sum + body.nas1Configuration.size,
      more,
    );
  await withinQuota((await quotasOf(context)).volumeStorage, used, 'GB of volume storage per environment');
}

function summary({ name, status, body }: KxVolume) {
  const { created, modified, nas1Configuration: _, ...members } = body;
  return {
    volumeName: name,
    status,
    ...members,
    createdTimestamp: seconds(created),
    lastModifiedTimestamp: seconds(modified),
  };
}

function described(volume: KxVolume) {
  const { lastModifiedTimestamp: _, ...members } = summary(volume);
  return {
    environmentId: environmentIdOf(volume),
    ...members,
    volumeArn: arnOf(volume),
    nas1Configuration: volume.body.nas1Configuration,
  };
}

async function detail(volume: KxVolume, context: Context) {
  const clusters = inEnvironment(context.world, environmentIdOf(volume), 'kxCluster');
  const attached = (await clustersOn(arnOf(volume), context)).map(async (clusterName) => {
    const cluster = await context.tx.get<{ clusterType: string }>(clusters, clusterName);
    return { clusterName, clusterType: cluster?.body.clusterType, clusterStatus: cluster?.status };
  });
  return {
    ...described(volume),
    lastModifiedTimestamp: seconds(volume.body.modified),
    attachedClusters: await Promise.all(attached),
  };
}
