import { arnOf, environmentIdOf, inEnvironment } from '../arns.ts';
import type { Context, Handlers } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import { begin, enter } from '../lifecycle.ts';
import { paged } from '../paging.ts';
import { seconds } from '../timestamps.ts';
import type { Entity } from '../transaction.ts';
import { clustersOn } from './kx-dataview-versions.ts';
import { environmentOf } from './kx-environment.ts';

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
  // The service ignored tags given here; clients tag afterwards.
  async CreateKxVolume({ environmentId, volumeName, nas1Configuration: disk, ...input }, context) {
    const { volumeType, azMode, availabilityZoneIds, description } = input;
    const nas1Configuration = disk as Body['nas1Configuration'];
    const { tx, now, world } = context;
    const collection = inEnvironment(world, environmentId, 'kxVolume');
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
    return detail(await entityAt<Body>('kx-volume', input, context), context);
  },

  async ListKxVolumes(input, context) {
    await environmentOf(input, context);
    const collection = inEnvironment(context.world, input.environmentId, 'kxVolume');
    const { entities, ...rest } = await paged<Body>(input, context, collection, input.volumeType);
    return { kxVolumeSummaries: entities.map(summary), ...rest };
  },

  async UpdateKxVolume(input, context) {
    const volume = await entityAt<Body>('kx-volume', input, context);
    const { body } = volume;
    const { description = body.description } = input;
    const nas1Configuration = { ...body.nas1Configuration, ...input.nas1Configuration } as Body['nas1Configuration'];
    const growth = nas1Configuration.size - body.nas1Configuration.size;
    const { statusReason: _, ...rest } = body;
    // An update that is going to fail leaves the size unchanged.
    const disk = context.fate === undefined ? nas1Configuration : body.nas1Configuration;
    const changed = { ...volume, body: { ...rest, description, nas1Configuration: disk, modified: context.now } };
    const updated = growth > 0 ? enter(changed, 'UPDATING', context) : changed;
    await context.tx.put(updated);
    return detail(updated, context);
  },

  async DeleteKxVolume(input, context) {
    const volume = await entityAt<Body>('kx-volume', input, context);
    const { statusReason: _, ...body } = { ...volume.body, modified: context.now };
    await context.tx.put(enter({ ...volume, body }, 'DELETING', context));
    return {};
  },
};

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
