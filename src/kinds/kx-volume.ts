import { validDiskSize } from '../operations/conditions/volumes.ts';
import { hasDocumentedSizes } from '../operations/disk-sizes.ts';
import type { Input } from '../operations/index.ts';
import { diskText } from './amounts.ts';
import { dependentItem, isInterruptible } from './dependents.ts';
import { openEnvironment } from './environment-rules.ts';
import type { Item, KindDefinition, Problem, RequestedChange } from './model.ts';
import { VOLUME_STORAGE, VOLUMES } from './quotas.ts';
import { conditions, exists, freeName, inZones, itemOf, targetReady, unused } from './rules.ts';
import type { Views } from './views.ts';

type Volume = Views['kx-volume'];
type Update = RequestedChange<'kx-volume', 'UpdateKxVolume'>;

/** How many GB an update adds; 0 if either size is unknown. */
function growthOf({ input, target }: Pick<Update, 'input' | 'target'>): number {
  const present = target?.nas1Configuration?.size;
  return present === undefined ? 0 : (input.nas1Configuration?.size ?? present) - present;
}

/** Whether an update adds space, or may do so because the present size is unknown. */
const mayGrow = ({ input, target }: Pick<Update, 'input' | 'target'>) =>
  (input.nas1Configuration?.size ?? 0) > (target?.nas1Configuration?.size ?? 0);

const shownDisk = ({ nas1Configuration }: Partial<Volume> = {}) => diskText(nas1Configuration) ?? 'it';
const volumeItem = ({ key, target }: Update): Item => itemOf('kx-volume', key, shownDisk(target));

/** The disk of a volume keeps its type and never shrinks. */
function fixedDisk(requested: Update): Problem[] {
  const { input, key, target } = requested;
  const [wanted, present] = [input.nas1Configuration?.type, target?.nas1Configuration?.type];
  const isOtherType = wanted !== undefined && present !== undefined && wanted !== present;
  const problem = { error: 'Validation', item: volumeItem(requested) } as const;
  const typeProblem = {
    ...problem,
    message: `The type of volume ${key.volumeName} cannot be changed`,
    advice: KEEPS_TYPE,
  };
  const sizeProblem = {
    ...problem,
    message: `The size of volume ${key.volumeName} can only be increased`,
    advice: ONLY_GROWS,
  };
  return [...(isOtherType ? [typeProblem] : []), ...(growthOf(requested) < 0 ? [sizeProblem] : [])];
}

const KEEPS_TYPE = 'The type of a volume cannot be changed: create another volume.';
const ONLY_GROWS = 'A volume can only grow: request a larger size.';

/** The disk that an update asks for, if it grows. Undefined also if its type is not documented: its size is then not checked. */
function grownDisk(requested: Update): Pick<Input<'UpdateKxVolume'>, 'nas1Configuration'> | undefined {
  const nas1Configuration = { ...requested.target?.nas1Configuration, ...requested.input.nas1Configuration };
  return growthOf(requested) > 0 && hasDocumentedSizes(nas1Configuration.type) ? { nas1Configuration } : undefined;
}

const GROWS_FOR_GOOD = 'A volume cannot be made smaller later.';

export const kxVolume: KindDefinition<'kx-volume'> = {
  changes: {
    CreateKxVolume: {
      rules: [
        openEnvironment,
        freeName('kx-volume', 'ResourceAlreadyExists'),
        inZones(({ input }) => input.availabilityZoneIds),
      ],
      quotas: ({ input }) => [
        { quota: VOLUMES, more: 1 },
        { quota: VOLUME_STORAGE, more: input.nas1Configuration?.size ?? 0 },
      ],
    },
    UpdateKxVolume: {
      rules: [
        openEnvironment,
        exists('kx-volume'),
        fixedDisk,
        conditions([validDiskSize], grownDisk, volumeItem),
        targetReady('kx-volume', ['UPDATE_FAILED']),
      ],
      quotas: (requested) => [{ quota: VOLUME_STORAGE, more: Math.max(0, growthOf(requested)) }],
      // Only growth takes time, during which the volume may be unavailable.
      impact: async (requested) => {
        if (!mayGrow(requested)) return {};
        const dependents = await requested.read.dependents('kx-volume', requested.key);
        return {
          interrupted: dependents.filter(isInterruptible).map(dependentItem),
          notes: [{ says: GROWS_FOR_GOOD }],
        };
      },
    },
    DeleteKxVolume: {
      rules: [
        openEnvironment,
        exists('kx-volume'),
        unused('kx-volume', (name, by) => `Volume ${name} is attached to ${by}`),
        targetReady('kx-volume', ['CREATE_FAILED', 'UPDATE_FAILED', 'DELETE_FAILED']),
      ],
      impact: ({ key, target }) => ({
        lost: [{ kind: 'storage', name: key.volumeName, detail: `everything on ${shownDisk(target)}` }],
      }),
    },
  },
};
