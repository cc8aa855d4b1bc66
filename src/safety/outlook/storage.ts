import { toolName } from '../../operations/naming.ts';
import { there } from '../blast/estate.ts';
import type { Item } from '../blast/finding.ts';
import { missing } from '../problem-text.ts';
import type { Ground } from './ground.ts';
import { blocked, elsewhere, type Remark, unready } from './outlook.ts';

/** Whether a volume can be used in a zone. */
export async function volumeFits(ground: Ground, volumeName: string, zone: unknown): Promise<Remark> {
  const { environmentId } = ground;
  const volume = await there(ground, 'GetKxVolume', { environmentId, volumeName });
  if (volume === undefined) return blocked(missing('volume', volumeName, 'ListKxVolumes'));
  const item: Item = { kind: 'volume', name: volumeName };
  const zones = (volume['availabilityZoneIds'] as string[] | undefined) ?? [];
  return blocked(...unready(item, volume['status']), ...elsewhere(item, zones, zone));
}

/** Whether a changeset can be mounted. */
export async function changesetStands(ground: Ground, databaseName: string, id: unknown): Promise<Remark> {
  if (id === undefined) return {};
  const [{ environmentId }, changesetId] = [ground, String(id)];
  const changeset = await there(ground, 'GetKxChangeset', { environmentId, databaseName, changesetId });
  if (changeset === undefined) return blocked(missing('changeset', changesetId, 'ListKxChangesets'));
  const item: Item = { kind: 'changeset', name: changesetId, detail: String(changeset['status']) };
  return changeset['status'] === 'FAILED'
    ? blocked({ item, first: `It failed: name one that is COMPLETED (${toolName('ListKxChangesets')}).` })
    : blocked(...unready(item, changeset['status'], 'COMPLETED'));
}
