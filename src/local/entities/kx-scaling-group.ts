import type { Input } from '../../operations/index.ts';
import { HOST_TYPES } from '../../operations/machine-types.ts';
import { arnOf, inEnvironment } from '../arns.ts';
import type { Context, Handlers } from '../context.ts';
import { begin, enter } from '../lifecycle.ts';
import { paged } from '../paging.ts';
import { quotasOf, withinQuota } from '../quotas.ts';
import { demand, Refusal, violation } from '../refusal.ts';
import { stamps } from '../timestamps.ts';
import type { Entity } from '../transaction.ts';
import { clustersOn } from './kx-dataview-versions.ts';
import { environmentOf, openEnvironment, requireZone } from './kx-environment.ts';

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
    demand(
      HOST_TYPES.has(hostType),
      'Validation',
      violation('hostType', `Member must satisfy enum value set: [${[...HOST_TYPES.keys()].join(', ')}]`),
    );
    const environment = await openEnvironment({ environmentId }, context);
    const { tx, now, world } = context;
    const collection = inEnvironment(world, environmentId, 'kxScalingGroup');
    demand(
      (await tx.get(collection, scalingGroupName)) === undefined,
      'NameTaken',
      `Scaling group ${scalingGroupName} already exists`,
    );
    requireZone(availabilityZoneId, environment);
    const quotas = await quotasOf(context);
    await withinQuota(
      quotas.scalingGroups,
      async () => (await tx.count(collection)) + 1,
      'scaling groups per environment',
    );
    const ofThisType = async () =>
      (await tx.page<Body>(collection, { after: '', limit: 1000 })).filter(({ body }) => body.hostType === hostType)
        .length + 1;
    await withinQuota(quotas.hosts[hostType] ?? 0, ofThisType, `${hostType} hosts per environment`);
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
    await openEnvironment(input, context);
    const group = await groupOf(input, context);
    const { name, status } = group;
    const clusters = await clustersOn(arnOf(group), context);
    demand(clusters.length === 0, 'InUse', `Scaling group ${name} still has clusters: ${clusters.join(', ')}`);
    demand(
      ['ACTIVE', 'CREATE_FAILED', 'DELETE_FAILED'].includes(status),
      'WrongState',
      `Scaling group ${name} is ${status}; it has to be ACTIVE`,
    );
    const { statusReason: _, ...body } = { ...group.body, modified: context.now };
    await context.tx.put(enter({ ...group, body }, 'DELETING', context));
    return {};
  },
};

type Named = Pick<Input<'GetKxScalingGroup'>, 'environmentId' | 'scalingGroupName'>;

/** The scaling group that a request names. */
export async function groupOf(
  { environmentId, scalingGroupName }: Named,
  { tx, world }: Context,
): Promise<KxScalingGroup> {
  const group = await tx.get<Body>(inEnvironment(world, environmentId, 'kxScalingGroup'), scalingGroupName);
  if (group === undefined) throw new Refusal('ResourceNotFound', `Scaling group ${scalingGroupName} not found`);
  return group;
}

function described({ name, status, body }: KxScalingGroup) {
  const { created, modified, ...members } = body;
  return { scalingGroupName: name, status, ...members, ...stamps({ created, modified }) };
}

const listed = async (group: KxScalingGroup, context: Context) => ({
  ...described(group),
  clusters: await clustersOn(arnOf(group), context),
});
