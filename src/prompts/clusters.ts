import { argument, argumentsNamed, optionalArgument, REPORT, type Runbook, STOP, steps, tool } from './runbook.ts';

const WAIT = '`wait_for_kx_entity`';

export const rollToNewData: Runbook = {
  name: 'roll_kx_cluster_to_new_data',
  title: 'Roll a cluster to new data',
  description: 'Move a cluster to the newest changeset, or to a given one, with or without a dataview.',
  when: 'Use when a load has finished and a cluster lags behind its data, or to go back to an older changeset.',
  arguments: argumentsNamed('environmentId', 'clusterName', 'changesetId?'),
  text: ({ environmentId, clusterName, changesetId }) =>
    steps(
      `Move the cluster ${clusterName} in the kdb environment ${environmentId} to ${changesetId === undefined ? 'the newest completed changeset' : `the changeset ${changesetId}`}.`,
      [
        `${tool('GetKxCluster')}: it must be RUNNING; note its databases, each with changesetId or dataviewConfiguration. You need these to roll back.`,
        `${tool('GetKxDatabase')} for each: lastCompletedChangesetId. ${tool('ListKxChangesets')}: if a newer one is PENDING or IN_PROGRESS, ask whether to wait for it (${WAIT}, kind changeset); if a newer one FAILED, say so. Stop here if the cluster already has the requested changeset.`,
        `If it mounts a dataview: ${tool('GetKxDataview')}. If its newest active version has the requested changeset, leave the dataview as it is: a new version would only make other clusters lag behind. If it has autoUpdate, leave it, too: it follows new changesets, and cannot go to an older one; if that is requested, say so and stop. If it is readWrite, it cannot be moved: say so and stop. Otherwise ${tool('UpdateKxDataview')} with the changesetId, then ${WAIT} (kind dataview).`,
        `${tool('UpdateKxClusterDatabases')}: dataviewName where it mounts a dataview, else changesetId; keep cacheConfigurations as they are; deploymentStrategy ROLLING unless the person says otherwise.`,
        `${WAIT} (kind cluster) until RUNNING, then ${tool('GetKxCluster')}: it must show the requested changesetId. \`find_kx_problems\` (problem: behind) shows whether other clusters that mount the same database are behind.`,
        'To roll back: the same steps with the changesetId noted in step 1.',
      ],
      [REPORT, STOP],
    ),
};

export const diagnose: Runbook = {
  name: 'diagnose_kx_cluster',
  title: 'Diagnose a cluster',
  description: 'Find out why a cluster failed, is stuck or lags behind its data, and what to do about it.',
  when: 'Use when a cluster is not RUNNING, answers slowly, or serves old data.',
  arguments: argumentsNamed('environmentId', 'clusterName', 'nodeId?'),
  text: ({ environmentId, clusterName, nodeId }) =>
    steps(
      `Diagnose the cluster ${clusterName} in the kdb environment ${environmentId}${nodeId === undefined ? '' : `, especially its node ${nodeId}`}.`,
      [
        `\`what_depends_on\` with its name: its status, its problems, and what it needs with the status of each.`,
        `${tool('GetKxCluster')}: note status, statusReason, databases (changesetId or dataviewConfiguration), capacity or scaling group, code, initializationScript.`,
        `${tool('ListKxClusterNodes')}: look for nodes that stay PROVISIONING for more than half an hour after their launchTime. One that is stuck can be removed with ${tool('DeleteKxClusterNode')}, which a person approves; then ${WAIT} (kind: nodes).`,
        `For each database that it mounts: ${tool('GetKxDatabase')}, and compare lastCompletedChangesetId with what the cluster mounts. ${tool('ListKxChangesets')} shows what is pending or failed; ${tool('GetKxChangeset')} has the errorInfo.`,
        `If it mounts a dataview: ${tool('GetKxDataview')}, and see which of its active versions lists the cluster.`,
        'If it runs on a scaling group: `what_depends_on` with the name of the group: its free memory, and what each cluster on it uses. A cluster that failed for lack of memory needs a smaller reservation, another host, or memory that you free.',
        'The output of the cluster is in the CloudWatch log group /aws/vendedlogs/finspace/ENVIRONMENT_ID/CLUSTER_NAME, which these tools do not read.',
        'Report in three parts: what is wrong and since when; the evidence, with the values that you read; what to do, in order.',
      ],
      ['Change nothing unless the person asks for it.'],
    ),
};

export const changeSize: Runbook = {
  name: 'change_kx_cluster_size',
  title: "Change a cluster's size",
  description:
    'No operation resizes a cluster: create a copy in another size, check it, and only then delete the old cluster.',
  when: 'Use when a cluster needs more or less memory, CPUs or nodes, or should move to a scaling group.',
  arguments: [
    ...argumentsNamed('environmentId', 'clusterName'),
    argument('size', 'The new size, such as 4 nodes of kx.s.4xlarge, or 64 GiB on sg-history'),
  ],
  text: ({ environmentId, clusterName, size }) =>
    steps(
      `Give the cluster ${clusterName} in the kdb environment ${environmentId} this size: ${size}. Size and type are fixed at creation, so this needs a new cluster.`,
      [
        `${tool('GetKxCluster')}: note every setting and the tags.`,
        `If the copy is to run on a scaling group: \`what_depends_on\` with the name of the group. If the old cluster keeps running beside the copy, the free memory of the group must be enough for the copy.`,
        `Ask the person whether clients can use a new name. If yes, the copy gets a new name, and both run side by side. If not, the old cluster must be deleted first, which causes an outage: say how long its creation took (createdTimestamp to lastModifiedTimestamp, if it was never updated). If the person agrees to the outage, delete it now, as in step 6, and \`wait_for_kx_entity\` until DELETED. The delete of a tickerplant or RDB, here or in step 6, loses the data that is only in its memory: agree on a time with the person first.`,
        `${tool('CreateKxCluster')} with all noted settings and tags, and the new size. Leave out status, statusReason, volumes and times, and give dataviewName in place of dataviewConfiguration. If the copy moves between dedicated nodes and a scaling group, some settings do not fit any more: autoScalingConfiguration, cacheStorageConfigurations, cacheConfigurations and savedown storage with a type belong to dedicated nodes; dataviewName and savedown storage with a volumeName belong to a scaling group. Then \`wait_for_kx_entity\` until RUNNING. If it is CREATE_FAILED, report statusReason and delete nothing.`,
        `${tool('GetKxCluster')} on the copy: the same databases and dataviews, and the new size. Changesets are the same, too, except where the old cluster mounts an older version of a dataview: the copy mounts the newest one.`,
        `Unless the old cluster was deleted in step 3: when the person says that clients have moved, \`plan_change\` for ${tool('DeleteKxCluster')} of the old cluster. Show the plan, then make the call. A person approves it.`,
      ],
      [REPORT, STOP],
    ),
};

export const copyCluster: Runbook = {
  name: 'copy_kx_cluster_to_environment',
  title: 'Copy a cluster to another environment',
  description:
    'Create a cluster with the same settings, and the entities that it needs, in another environment. Takes seven calls, one more if volumes have tags, and more while entities are not ready.',
  when: 'Use to promote a cluster from test to production, or to reproduce one elsewhere.',
  arguments: [
    ...argumentsNamed('environmentId', 'clusterName'),
    argument('targetEnvironmentId', 'Id or name of the kdb environment to copy it to'),
    optionalArgument('changes', 'Differences from the original, such as another name, 8 GiB, or one node'),
  ],
  text: ({ environmentId, clusterName, targetEnvironmentId, changes }) =>
    steps(
      `Copy the cluster ${clusterName} of the kdb environment ${environmentId} to the kdb environment ${targetEnvironmentId}${changes === undefined ? '' : `, with these changes: ${changes}`}. It takes one call per step; repeat steps 5 and 6 until everything is ready.`,
      [
        `${tool('GetKxCluster')}: every setting, including the segments of the dataviews that it mounts.`,
        '`what_depends_on` with its name: its tags, and the type and size of the databases, volumes and scaling group that it needs.',
        '`find_kx_entities` in the source (kinds: database, dataview, volume, scaling-group; view: full): the tags of these.',
        '`find_kx_entities` in the target (kinds: environment, cluster, database, dataview, volume, scaling-group; view: full): its zones, the network of its clusters, and which of the names from step 2 already exist there. Use the existing entities as they are.',
        `\`create_kx_entities\` in the target: the database, volume, scaling group and dataview that are missing there, then the cluster. Give all of them their tags, except the volume: ${tool('CreateKxVolume')} takes none. Use a zone of the target, and the network of its own clusters. Leave out status, statusReason, volumes, times and changesetId, which belong to the source, and give dataviewName in place of dataviewConfiguration. A new database is empty: ask whether data is to be loaded, and from where. If the answer lists entities in \`notDone\`, make the call in its member \`next\`, and repeat it until what was created is ready. Then call \`create_kx_entities\` again with the entities in \`notDone\`.`,
        `${WAIT}, kind cluster: until it is RUNNING. If it is CREATE_FAILED, report the reason.`,
        `${tool('GetKxCluster')} on the copy: compare it with the original, and report each difference.`,
        'If volumes have tags: `tag_kx_entities` sets them on the copies.',
      ],
      [REPORT, STOP],
    ),
};

export const rotateRdb: Runbook = {
  name: 'rotate_rdb_at_end_of_day',
  title: 'End of day: rotate an RDB',
  description:
    "Check that the day's data is saved down, create the next RDB with the same settings, then delete the old one.",
  when: 'Use at the end of a trading day.',
  arguments: argumentsNamed('environmentId', 'clusterName'),
  text: ({ environmentId, clusterName }) =>
    steps(
      `Rotate the RDB ${clusterName} in the kdb environment ${environmentId}.`,
      [
        `${tool('GetKxCluster')}: it must be of type RDB and RUNNING; note every setting and the tags, especially databases, savedownStorageConfiguration and tickerplantLogConfiguration.`,
        `${tool('ListKxChangesets')} of its database: was today's data saved down and COMPLETED? If not, say so and stop: data that is only in memory is lost with the cluster.`,
        `${tool('CreateKxCluster')} with the same settings and tags under the next name (rdb1, rdb2, …): leave out status, volumes and times, and give dataviewName in place of dataviewConfiguration. On ConflictException the name is in use: use the next number.`,
        '`wait_for_kx_entity` until the new one is RUNNING. If it is CREATE_FAILED, report statusReason and leave the old one alone.',
        'Ask the person to move feeds and gateways to the new RDB, and to tell you when that is done.',
        `${tool('DeleteKxCluster')} of the old one; a person approves it. Then \`wait_for_kx_entity\` until DELETED.`,
        `Then move the HDB to the new data with the runbook ${rollToNewData.name}.`,
      ],
      [REPORT, STOP],
    ),
};
