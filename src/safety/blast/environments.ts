import { byteSize, count } from '../../kinds/amounts.ts';
import { isLeaving, isWorking } from '../../kinds/users.ts';
import { toolName } from '../../operations/naming.ts';
import {
  clusterItem,
  clusters,
  clusterUser,
  databaseDetails,
  dataviews,
  type Estate,
  scalingGroups,
  users,
  volumeDetails,
} from './estate.ts';
import { type Blocker, dated, type Finding, type Members, NOTHING, type Subject } from './finding.ts';

const estateOf = ({ call, input, options }: Subject): Estate => ({
  call,
  environmentId: String(input['environmentId']),
  options,
});

/** An environment takes everything in it along; its clusters have to go first. */
export async function deletingKxEnvironment(subject: Subject): Promise<Finding> {
  const estate = estateOf(subject);
  const [present, data, views, disks, groups, people] = await Promise.all([
    clusters(estate),
    databaseDetails(estate),
    dataviews(estate),
    volumeDetails(estate),
    scalingGroups(estate),
    users(estate),
  ]);
  const first = `Delete it with ${toolName('DeleteKxCluster')}.`;
  return {
    ...NOTHING,
    lost: [
      ...data.map(databaseItem),
      ...views.filter(({ status }) => !isLeaving(status)).map(dataviewItem),
      ...disks.map(volumeItem),
      ...groups.map(groupItem),
      ...people.map(userItem),
    ],
    blockers: present.map((cluster): Blocker => ({ item: clusterItem(cluster), first })),
    seen: [present, data, views, disks, groups, people],
  };
}

/** A database, with how much is in it. */
export const databaseItem = dated(({ databaseName, numBytes, numChangesets }) => ({
  kind: 'database',
  name: String(databaseName),
  arn: `/kxDatabase/${databaseName}`,
  detail: `${byteSize(numBytes)}, ${count(numChangesets, 'changeset')}`,
}));

/** A dataview, with the database that it is of. */
export const dataviewItem = dated(({ dataviewName, databaseName }) => ({
  kind: 'dataview',
  name: String(dataviewName),
  arn: `/kxDatabase/${databaseName}/kxDataview/${dataviewName}`,
  detail: `of ${databaseName}`,
}));

/** A volume, with its size. */
export const volumeItem = dated(({ volumeName, nas1Configuration }) => {
  const { type, size: gigabytes } = (nas1Configuration as Members | undefined) ?? {};
  return {
    kind: 'volume',
    name: String(volumeName),
    arn: `/kxVolume/${volumeName}`,
    detail: gigabytes === undefined ? undefined : `${gigabytes} GB of ${type}`,
  };
});

/** A scaling group, with its host. */
export const groupItem = dated(({ scalingGroupName, hostType }) => ({
  kind: 'scaling group',
  name: String(scalingGroupName),
  arn: `/kxScalingGroup/${scalingGroupName}`,
  detail: String(hostType),
}));

/** A user. */
export const userItem = dated(({ userName }) => ({
  kind: 'user',
  name: String(userName),
  arn: `/kxUser/${userName}`,
}));

/** A network can be attached once; clusters may have to be made anew on it. */
export async function changingNetwork(subject: Subject): Promise<Finding> {
  const { input, entity } = subject;
  const gateway = input['transitGatewayConfiguration'] as Members | undefined;
  const present = entity['transitGatewayConfiguration'] as Members | undefined;
  const kept = entity['tgwStatus'] === 'FAILED_UPDATE' ? undefined : present;
  const isOther = (member: string) => kept !== undefined && gateway?.[member] !== kept[member];
  return {
    lost:
      gateway === undefined
        ? []
        : [{ kind: 'option to change', name: 'transit gateway', detail: 'its id and CIDR range become final' }],
    unchecked: ['whether the gateway, its CIDR space or the servers can be reached'],
    interrupted: (await clusters(estateOf(subject)))
      .filter((cluster) => isWorking(clusterUser(cluster)))
      .map(clusterItem),
    blockers: [
      ...(gateway !== undefined && (isOther('transitGatewayID') || isOther('routableCIDRSpace'))
        ? [
            {
              item: { kind: 'transit gateway', name: String(present?.['transitGatewayID']) },
              first: 'It is already attached; neither it nor its CIDR space can be replaced.',
            },
          ]
        : []),
    ],
  };
}

/** The dataset browser is deprecated; all that is known of what goes is that everything does. */
export async function deletingEnvironment({ entity }: Subject): Promise<Finding> {
  const { name } = (entity['environment'] as Members | undefined) ?? {};
  return {
    ...NOTHING,
    lost: [{ kind: 'dataset browser environment', name: String(name), detail: 'with all datasets in it' }],
  };
}
