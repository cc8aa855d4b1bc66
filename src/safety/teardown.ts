import type { CallOptions, OperationName } from '../operations/index.ts';
import { databaseItem, volumeItem } from './blast/environments.ts';
import {
  clusterItem,
  clusters,
  databaseDetails,
  dataviews,
  type Estate,
  scalingGroups,
  users,
  volumeDetails,
} from './blast/estate.ts';
import type { Blocker, Item, Members } from './blast/finding.ts';
import { digest } from './digest.ts';
import { accountIn } from './home.ts';
import { type Bound, bindingOf, type Planner, planCall } from './plan.ts';
import { protectedBy } from './protection.ts';
import { itemText, placeText } from './question.ts';
import { subjectOf } from './subject.ts';
import { quoted } from './untrusted.ts';

/** One entity to remove, in its place in the order. */
export interface Removal {
  readonly operation: OperationName;
  readonly input: Members;
  readonly item: Item;
  /** Digest of what the entity is, apart from its status and from what hangs on it, which change while its dependants go. */
  readonly identity: string;
}

export interface TeardownPlan extends Bound {
  readonly removals: readonly Removal[];
}

export interface Selection {
  readonly environmentId: string;
  /** Only these, by name; everything in the environment and the environment itself when left out. */
  readonly only?: readonly string[] | undefined;
}

const MOST_SHOWN = 500;
/** What changes about an entity while its dependants are removed. */
const PASSING = ['attachedClusters', 'clusters', 'activeVersions', 'status', 'statusReason', 'lastModifiedTimestamp'];

/** The ordered removal of an environment, or of a named set of entities in it, as one plan. Undefined when there is no such environment. */
export async function planTeardown(
  planner: Planner,
  tool: string,
  input: Members,
  { environmentId, only }: Selection,
  principal: string,
  options: CallOptions,
): Promise<TeardownPlan | undefined> {
  const { call, place } = planner;
  const found = await call('GetKxEnvironment', { environmentId }, options);
  const { name: environmentName, status, environmentArn } = found;
  if (environmentName === undefined || status === 'DELETED') return undefined;
  const all = await candidates({ call, environmentId, options });
  const chosen =
    only === undefined
      ? [...all, environmentItself(environmentId, environmentName)]
      : all.filter(({ item }) => only.includes(item.name));
  const removals = await Promise.all(chosen.map((removal) => identified(planner, removal, options)));
  const unknown = (only ?? []).filter((name) => !all.some(({ item }) => item.name === name));
  const forbidden = await firstForbidden(planner, removals, options);
  const blockers = [
    ...unknown.map(notThere),
    ...(only === undefined ? [] : await outsiders(planner, removals, principal, options)),
  ];
  const fingerprint = digest(removals.map(({ operation, input: given, identity }) => ({ operation, given, identity })));
  const bound = { tool, input, place, principal, fingerprint };
  const name = `${environmentName} ${removals.length}`;
  const where = placeText(place, { account: accountIn(environmentArn) });
  const shown = {
    operation: 'DeleteKxEnvironment' as const,
    target: place.target,
    noun: 'kdb environment and number of entities',
    name,
    text: text(environmentName, removals, `${where}, environmentId: ${quoted(environmentId)}`),
    lost: removals.map(({ item }) => item),
    interrupted: [],
  };
  return { ...bound, removals, forbidden, blockers, binding: bindingOf(bound), shown };
}

type Candidate = Omit<Removal, 'identity'>;

/** Everything in an environment in the order in which it can go: what others hang on comes last. */
async function candidates(estate: Estate): Promise<Candidate[]> {
  const { environmentId } = estate;
  const [running, views, disks, data, groups, people] = await Promise.all([
    clusters(estate),
    dataviews(estate),
    volumeDetails(estate),
    databaseDetails(estate),
    scalingGroups(estate),
    users(estate),
  ]);
  const gone = ({ status }: Members) => status === 'DELETING' || status === 'DELETED';
  const of = (
    operation: OperationName,
    members: readonly string[],
    entities: readonly Members[],
    itemOf: (entity: Members) => Item,
  ): Candidate[] =>
    entities
      .filter((entity) => !gone(entity))
      .map((entity) => ({
        operation,
        input: { environmentId, ...Object.fromEntries(members.map((member) => [member, entity[member]])) },
        item: itemOf(entity),
      }));
  const named = (kind: string, member: string) => (entity: Members) => ({ kind, name: String(entity[member]) });
  return [
    ...of('DeleteKxCluster', ['clusterName'], running, clusterItem),
    ...of('DeleteKxDataview', ['databaseName', 'dataviewName'], views, named('dataview', 'dataviewName')),
    ...of('DeleteKxVolume', ['volumeName'], disks, volumeItem),
    ...of('DeleteKxDatabase', ['databaseName'], data, databaseItem),
    ...of('DeleteKxScalingGroup', ['scalingGroupName'], groups, named('scaling group', 'scalingGroupName')),
    ...of('DeleteKxUser', ['userName'], people, named('user', 'userName')),
  ];
}

const environmentItself = (environmentId: string, name: string): Candidate => ({
  operation: 'DeleteKxEnvironment',
  input: { environmentId },
  item: { kind: 'kdb environment', name },
});

async function identified({ call }: Planner, removal: Candidate, options: CallOptions): Promise<Removal> {
  return { ...removal, identity: await identityOf({ call }, removal, options) };
}

/** What the entity of a removal is now; differs from the plan's when it was replaced or changed meanwhile. */
export async function identityOf(
  { call }: Pick<Planner, 'call'>,
  { operation, input }: Candidate,
  options: CallOptions,
): Promise<string> {
  const { entity = {} } = (await subjectOf(call, operation, input, options)) ?? {};
  return digest(Object.fromEntries(Object.entries(entity).filter(([member]) => !PASSING.includes(member))));
}

async function firstForbidden(
  { call }: Planner,
  removals: readonly Removal[],
  options: CallOptions,
): Promise<string | undefined> {
  for (const { operation, input } of removals) {
    const why = await protectedBy(call, operation, input, [], options);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** What stands in the way of a partial teardown and is not part of it. */
async function outsiders(
  planner: Planner,
  removals: readonly Removal[],
  principal: string,
  options: CallOptions,
): Promise<Blocker[]> {
  const going = new Set(removals.map(({ item: { kind, name } }) => `${kind} ${name}`));
  const found = await Promise.all(
    removals.map(({ operation, input }) => planCall(planner, operation, input, principal, options)),
  );
  const blockers = found
    .flatMap((plan) => plan?.blockers ?? [])
    .filter(({ item: { kind, name } }) => !going.has(`${kind} ${name}`));
  return [...new Map(blockers.map((blocker) => [`${blocker.item.kind} ${blocker.item.name}`, blocker])).values()];
}

const notThere = (name: string): Blocker => ({
  item: { kind: 'entity', name },
  first: 'There is nothing of that name; leave it out.',
});

function text(environmentName: string, removals: readonly Removal[], where: string): string {
  const lines = removals.map(({ item }, at) => `${at + 1}. ${itemText(item)}`);
  return [
    `DELETE ${removals.length} entities of kdb environment ${quoted(environmentName)}, in this order`,
    where,
    'All data in them is lost. This cannot be undone.',
    ...lines.slice(0, MOST_SHOWN),
    ...(lines.length > MOST_SHOWN ? [`and ${lines.length - MOST_SHOWN} more of them`] : []),
    `To approve, type the name of the environment, a space, and the number of entities. Anything else stops the call.`,
  ].join('\n');
}
