import { arnOf, environmentIdOf } from '../arns.ts';
import type { Handlers } from '../context.ts';
import { withTimestamps } from '../timestamps.ts';
import { dependentClusters } from './links.ts';
import { addEntity, deleteOf, getOf, listOf, type Presentation, type Stored, settingsIn } from './storage.ts';

const basicMembers = ({ name, status, body }: Stored<'kx-scaling-group'>) => ({
  scalingGroupName: name,
  status,
  ...withTimestamps(body),
});

const GROUP: Presentation<'kx-scaling-group'> = {
  kind: 'kx-scaling-group',
  detail: async (group, context) => {
    const arn = arnOf(group);
    return { ...basicMembers(group), clusters: await dependentClusters(arn, context), scalingGroupArn: arn };
  },
};

export const kxScalingGroups = {
  async CreateKxScalingGroup(input, context) {
    const body = { created: context.now, modified: context.now, ...settingsIn('kx-scaling-group', input) };
    const group = await addEntity('kx-scaling-group', input, { status: 'CREATING', body, tags: input.tags }, context);
    return { environmentId: environmentIdOf(group), ...basicMembers(group) };
  },

  GetKxScalingGroup: getOf(GROUP),
  ListKxScalingGroups: listOf(GROUP),
  DeleteKxScalingGroup: deleteOf('kx-scaling-group'),
} satisfies Partial<Handlers>;
