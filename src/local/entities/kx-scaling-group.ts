import type { Input } from '../../operations/index.ts';
import { arnOf, inEnvironment } from '../arns.ts';
import type { Context, Handlers } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import { begin, enter } from '../lifecycle.ts';
import { paged } from '../paging.ts';
import { stamps } from '../timestamps.ts';
import type { Entity } from '../transaction.ts';
import { clustersOn } from './kx-dataview-versions.ts';
import { environmentOf } from './kx-environment.ts';

interface Body {
  hostType: string;
  availabilityZoneId: string;
  statusReason?: string;
  created: number;
  modified: number;
}
export type KxScalingGroup = Entity<Body>;

type Operations = 'CreateKxScalingGroup' | 'GetKxScalingGroup' | 'ListKxScalingGroups' | 'DeleteKxScalingGroup';

export const kxScalingGroups: Handlers<Operations> = {
  async CreateKxScalingGroup({ environmentId, scalingGroupName, hostType, availabilityZoneId, tags }, context) {
    const { tx, now, world } = context;
    const collection = inEnvironment(world, environmentId, 'kxScalingGroup');
    const body = { hostType, availabilityZoneId, created: now, modified: now };
    const created = begin<Body>(context, { collection, name: scalingGroupName, tags }, 'CREATING', body);
    await tx.put(created);
    return { environmentId, ...described(created) };
  },

  async GetKxScalingGroup(input, context) {
    await environmentOf(input, context);
    const group = await groupOf(input, context);
    return { ...(await listed(group, context)), scalingGroupArn: arnOf(group) };
  },

  async ListKxScalingGroups(input, context) {
    await environmentOf(input, context);
    const collection = inEnvironment(context.world, input.environmentId, 'kxScalingGroup');
    const { entities, ...rest } = await paged<Body>(input, context, collection);
    return { scalingGroups: await Promise.all(entities.map((group) => listed(group, context))), ...rest };
  },

  async DeleteKxScalingGroup(input, context) {
    const group = await groupOf(input, context);
    const { statusReason: _, ...body } = { ...group.body, modified: context.now };
    await context.tx.put(enter({ ...group, body }, 'DELETING', context));
    return {};
  },
};

type Named = Pick<Input<'GetKxScalingGroup'>, 'environmentId' | 'scalingGroupName'>;

/** The scaling group that a request names. */
export const groupOf = (input: Named, context: Context): Promise<KxScalingGroup> =>
  entityAt('kx-scaling-group', input, context);

function described({ name, status, body }: KxScalingGroup) {
  const { created, modified, ...members } = body;
  return { scalingGroupName: name, status, ...members, ...stamps({ created, modified }) };
}

const listed = async (group: KxScalingGroup, context: Context) => ({
  ...described(group),
  clusters: await clustersOn(arnOf(group), context),
});
