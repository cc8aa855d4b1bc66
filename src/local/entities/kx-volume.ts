import { arnOf, environmentIdOf } from '../arns.ts';
import type { Context, Handlers } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import { enterStatus } from '../lifecycle.ts';
import { withTimestamps } from '../timestamps.ts';
import type { Bodies } from '../worlds/bodies.ts';
import { dependentClusters } from './links.ts';
import { addEntity, deleteOf, getOf, listOf, type Presentation, type Stored, settingsIn } from './storage.ts';

type Disk = Bodies['kx-volume']['nas1Configuration'];

const summary = (volume: Stored<'kx-volume'>) => ({
  environmentId: environmentIdOf(volume),
  volumeName: volume.name,
  volumeArn: arnOf(volume),
  status: volume.status,
  ...withTimestamps(volume.body),
});

async function detail(volume: Stored<'kx-volume'>, context: Context) {
  const environmentId = environmentIdOf(volume);
  const attached = (await dependentClusters(arnOf(volume), context)).map(async (clusterName) => {
    const { status, body } = await entityAt('kx-cluster', { environmentId, clusterName }, context);
    return { clusterName, clusterType: body.clusterType, clusterStatus: status };
  });
  return { ...summary(volume), attachedClusters: await Promise.all(attached) };
}

const VOLUME: Presentation<'kx-volume'> = {
  kind: 'kx-volume',
  detail,
  summary,
  filter: 'volumeType',
};

export const kxVolumes = {
  // The service ignored tags given here; clients tag afterwards.
  async CreateKxVolume(input, context) {
    const settings = settingsIn('kx-volume', input);
    const nas1Configuration = settings.nas1Configuration as Disk;
    const body = { ...settings, nas1Configuration, created: context.now, modified: context.now };
    return summary(await addEntity('kx-volume', input, { status: 'CREATING', body }, context));
  },

  GetKxVolume: getOf(VOLUME),
  ListKxVolumes: listOf(VOLUME),

  async UpdateKxVolume(input, context) {
    const volume = await entityAt('kx-volume', input, context);
    const { body } = volume;
    const settings = settingsIn('kx-volume', input);
    const nas1Configuration = { ...body.nas1Configuration, ...input.nas1Configuration } as Disk;
    const isGrowing = nas1Configuration.size > body.nas1Configuration.size;
    const { statusReason: _, ...withoutReason } = body;
    const kept = isGrowing ? withoutReason : body;
    // An update that is going to fail leaves the size unchanged.
    const disk = context.plannedFailure === undefined ? nas1Configuration : body.nas1Configuration;
    const changed = { ...volume, body: { ...kept, ...settings, nas1Configuration: disk, modified: context.now } };
    const updated = isGrowing ? enterStatus(changed, 'UPDATING', context) : changed;
    await context.tx.put(updated);
    return detail(updated, context);
  },

  DeleteKxVolume: deleteOf('kx-volume'),
} satisfies Partial<Handlers>;
