import { argument, argumentsNamed, REPORT, type Runbook, STOP, steps, tool } from './runbook.ts';

export const onboardUser: Runbook = {
  name: 'onboard_kx_user',
  title: 'Onboard a user',
  description: 'Give someone access to a kdb environment: the user, the role, tags, and how to connect.',
  when: 'Use when a person or a process needs to connect to kdb.',
  arguments: [
    ...argumentsNamed('environmentId'),
    argument('userName', 'Name of the new user'),
    argument('iamRole', 'ARN of the IAM role that the user connects with'),
  ],
  text: ({ environmentId, userName, iamRole }) =>
    steps(
      `Give the user ${userName} access to the kdb environment ${environmentId} with the role ${iamRole}.`,
      [
        `${tool('ListKxUsers')}: if the name exists with the same role, there is nothing to do; with another role, ask whether to change it with ${tool('UpdateKxUser')}. If another user has that role, say so: callers with the role can connect as either user.`,
        `${tool('CreateKxUser')}; for several users, \`create_kx_entities\` in one call. Ask for an owner and a cost centre if other users carry such tags (${tool('ListTagsForResource')} on a userArn).`,
        `${tool('GetKxUser')}: note userArn.`,
        `Tell the person how the user connects: with that role, ${tool('GetKxConnectionString')} with userArn and clusterName gives a short-lived credential. Do not fetch it yourself: it works only for the role of the user and belongs to the user.`,
      ],
      [REPORT, STOP],
    ),
};

export const tearDown: Runbook = {
  name: 'tear_down_kx_environment_safely',
  title: 'Tear an environment down safely',
  description: 'Check whether an environment can be deleted and what would be lost, then delete it in the right order.',
  when: 'Use when an environment is no longer needed.',
  arguments: argumentsNamed('environmentId'),
  text: ({ environmentId }) =>
    steps(
      `Tear down the kdb environment ${environmentId}, if that is safe.`,
      [
        '`describe_kx_environment`: what is in it. `find_kx_problems` for the environment (problem: underway): what is being created, changed or loaded now. If anything is RUNNING or underway, ask whether this is the right environment.',
        'Its tags, in the first answer of step 1: who owns it? If it has the tag finspace-mcp:protected, stop.',
        'Show the person what is lost for good: databases with their sizes and numbers of changesets. Ask whether the sources in S3 still exist (`get_kx_changeset` lists them), and whether the data is needed elsewhere.',
        '`plan_change` for `tear_down_kx_environment`: what is deleted, in which order, and what blocks it.',
        '`tear_down_kx_environment` does it as one plan that a person approves once: clusters, dataviews, volumes, databases, scaling groups, users, then the environment. If it stops before all deletions are requested, wait for what is DELETING, and call it again: a person approves what is left. Where it is not offered, delete in this order and wait for each with `wait_for_kx_entity` until DELETED; databases and users are deleted at once.',
        `\`wait_for_kx_entity\` (kind environment, until DELETED), then ${tool('GetKxEnvironment')} with its id, because its name is no longer found: its status must be DELETED. ${tool('ListKxEnvironments')} shows it, too.`,
      ],
      [REPORT, STOP, 'You cannot approve any of this yourself.'],
    ),
};

export const inventory: Runbook = {
  name: 'inventory_before_migrating',
  title: 'Inventory before a migration',
  description: 'List everything that must be rebuilt elsewhere: data and its sources, clusters, code, users, network.',
  when: 'Use before a move to another platform or another account.',
  arguments: argumentsNamed('environmentId'),
  text: ({ environmentId }) =>
    steps(
      `Make an inventory of the kdb environment ${environmentId} from which it can be rebuilt on another platform. Change nothing.`,
      [
        '`describe_kx_environment` (view: full), page by page: everything in it. Its picture and diagram are resources; link them.',
        `Data: for each database its size, and \`find_kx_entities\` (this environment, kinds: changeset, view: full) for the S3 sources of its loads. Mark sources whose existence nobody can confirm: their data must be exported before this environment is shut down.`,
        'Processes: for each cluster, its type, its size in memory and CPUs, code and init script in S3, command line, execution role, what it mounts, which volumes it writes to, and what depends on it.',
        `Access: ${tool('ListKxUsers')} with roles; network: ${tool('GetKxEnvironment')} (transit gateway, CIDR, DNS, KMS key).`,
        'Owners: `find_kx_entities` (this environment, groupBy: tag:owner), and a second time with a condition in tags (key owner, absent), for entities without an owner. Code: the same tool (this environment, kinds: cluster, groupBy: code).',
        '`find_kx_problems` for the environment: what is unused need not move; what is failed or behind should be repaired or dropped first.',
        'Deliver: a table per kind, the order in which to rebuild (network, storage, databases and data, dataviews, scaling groups, clusters, users), open questions, and what can be switched off today.',
      ],
      ['Name every part that could not be read.'],
    ),
};
