import { diskSizeProblem } from '../disk-sizes.ts';
import type { Input } from '../index.ts';
import { type Condition, condition, valueCondition } from './condition.ts';

type Disk = { readonly type?: string | undefined; readonly size?: number | undefined };

/** Why a disk cannot have its size; undefined if it can, or its type or size is missing. */
export const sizeProblem = ({ type, size }: Disk = {}): string | undefined =>
  type === undefined || size === undefined ? undefined : diskSizeProblem(type, size);

/** Disks of the type are available in the size. */
export const validDiskSize = valueCondition<{ nas1Configuration?: Disk | undefined }>(
  'nas1Configuration.size',
  ({ nas1Configuration }) => sizeProblem(nas1Configuration) === undefined,
  ({ nas1Configuration }) => sizeProblem(nas1Configuration) as string,
);

export const NEW_VOLUME: readonly Condition<Input<'CreateKxVolume'>>[] = [
  valueCondition('azMode', ({ azMode }) => azMode === 'SINGLE', 'Member must satisfy enum value set: [SINGLE]'),
  valueCondition(
    'availabilityZoneIds',
    ({ availabilityZoneIds }) => availabilityZoneIds.length === 1,
    'Member must have exactly one zone',
  ),
  condition(
    'nas1Configuration',
    ({ nas1Configuration: disk }) => disk?.type !== undefined && disk.size !== undefined,
    'nas1Configuration with type and size is required when volumeType is NAS_1',
  ),
  validDiskSize,
];
