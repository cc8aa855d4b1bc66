import { arnOf, environmentIdOf } from '../arns.ts';
import type { Context, Handlers } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import { enter } from '../lifecycle.ts';
import { seconds } from '../timestamps.ts';
import type { Bodies } from '../worlds/bodies.ts';
import { clustersOn } from './kx-dataview-versions.ts';
import { added, deleteOf, getOf, listOf, type Storage, type Stored, settingsIn } from './storage.ts';

type Disk = Bodies['kx-volume']['nas1Configuration'];
type Operations = 'CreateKxVolume' | 'GetKxVolume' | 'ListKxVolumes' | 'UpdateKxVolume' | 'DeleteKxVolume';

function summary({ name, status, body }: Stored<'kx-volume'>) {
  const { created, modified, nas1Configuration: _, ...members } = body;
  return {
    volumeName: name,
    status,
    ...members,
    createdTimestamp: seconds(created),
    lastModifiedTimestamp: seconds(modified),
  };
}

function described(volume: Stored<'kx-volume'>) {
  const { lastModifiedTimestamp: _, ...members } = summary(volume);
  return {
    environmentId: environmentIdOf(volume),
    ...members,
    volumeArn: arnOf(volume),
    nas1Configuration: volume.body.nas1Configuration,
  };
}

async function detail(volume: Stored<'kx-volume'>, context: Context) {
  const environmentId = environmentIdOf(volume);
  const attached = (await clustersOn(arnOf(volume), context)).map(async (clusterName) => {
    const { status, body } = await entityAt('kx-cluster', { environmentId, clusterName }, context);
    return { clusterName, clusterType: body.clusterType, clusterStatus: status };
  });
  return {
    ...described(volume),
    lastModifiedTimestamp: seconds(volume.body.modified),
    attachedClusters: await Promise.all(attached),
  };
}

const VOLUME: Storage<'kx-volume'> = {
  kind: 'kx-volume',
  detail,
  items: 'kxVolumeSummaries',
  summary,
  filter: 'volumeType',
};

export const kxVolumes: Handlers<Operations> = {
  // The service ignored tags given here; clients tag afterwards.
  async CreateKxVolume(input, context) {
    const settings = settingsIn('kx-volume', input);
    const nas1Configuration = settings.nas1Configuration as Disk;
    const body = { ...settings, nas1Configuration, created: context.now, modified: context.now };
    return described(await added('kx-volume', input, { status: 'CREATING', body, facet: body.volumeType }, context));
  },

  GetKxVolume: getOf(VOLUME),
  ListKxVolumes: listOf(VOLUME),

  async UpdateKxVolume(input, context) {
    const volume = await entityAt('kx-volume', input, context);
    const { body } = volume;
    const settings = settingsIn('kx-volume', input);
    const nas1Configuration = { ...body.nas1Configuration, ...input.nas1Configuration } as Disk;
    const growth = nas1Configuration.size - body.nas1Configuration.size;
    const { statusReason: _, ...rest } = body;
    // An update that is going to fail leaves the size unchanged.
    const disk = context.fate === undefined ? nas1Configuration : body.nas1Configuration;
    const changed = { ...volume, body: { ...rest, ...settings, nas1Configuration: disk, modified: context.now } };
    const updated = growth > 0 ? enter(changed, 'UPDATING', context) : changed;
    await context.tx.put(updated);
    return detail(updated, context);
  },

  DeleteKxVolume: deleteOf('kx-volume'),
};
