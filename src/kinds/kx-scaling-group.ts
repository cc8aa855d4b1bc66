import { HOST_TYPES } from '../operations/machine-types.ts';
import { openEnvironment } from './environment-rules.ts';
import type { KindDefinition, RequestedChange, RuleResult } from './model.ts';
import { hostQuota, SCALING_GROUPS } from './quotas.ts';
import { constraintText, exists, freeName, inZones, targetReady, unused } from './rules.ts';

type Create = RequestedChange<'kx-scaling-group', 'CreateKxScalingGroup'>;

/** AWS may offer host types that are not documented yet. */
function knownHost({ input }: Create): RuleResult {
  if (HOST_TYPES.has(input.hostType)) return undefined;
  const says = `Member must satisfy enum value set: [${[...HOST_TYPES.keys()].join(', ')}]`;
  const message = constraintText('hostType', says);
  return { error: 'Validation', message, listedAsUnchecked: 'whether hosts of that type are available' };
}

export const kxScalingGroup: KindDefinition<'kx-scaling-group'> = {
  changes: {
    CreateKxScalingGroup: {
      rules: [
        knownHost,
        openEnvironment,
        freeName('kx-scaling-group', 'NameTaken'),
        inZones(({ input }) => [input.availabilityZoneId]),
      ],
      quotas: ({ input: { hostType } }) => [
        { quota: SCALING_GROUPS, more: 1 },
        ...(HOST_TYPES.has(hostType) ? [{ quota: hostQuota(hostType), more: 1 }] : []),
      ],
    },
    DeleteKxScalingGroup: {
      rules: [
        openEnvironment,
        exists('kx-scaling-group'),
        unused('kx-scaling-group', (name, by) => `Scaling group ${name} still has clusters: ${by}`),
        targetReady('kx-scaling-group', ['CREATE_FAILED', 'DELETE_FAILED']),
      ],
      impact: ({ key, target }) => ({ lost: [{ kind: 'host', name: target.hostType ?? key.scalingGroupName }] }),
    },
  },
};
