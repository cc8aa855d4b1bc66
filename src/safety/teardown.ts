import type { Call, CallOptions, OperationName } from '../operations/index.ts';
import { databaseItem, volumeItem } from './blast/environments.ts';
import {
  clusterItem,
  clusters,
  databaseDetails,
  dataviews,
  type Estate,
  eachAtOnce,
  scalingGroups,
  users,
  volumeDetails,
} from './blast/estate.ts';
import type { Blocker, Item, Members } from './blast/finding.ts';
import { digest } from './digest.ts';
import { accountIn } from './home.ts';
import { type Bound, bindingOf, identityOf, type Planner, planCall } from './plan.ts';
import { ownPath, protectedAmong } from './protection.ts';
import { itemText, placeText } from './question.ts';
import { subjectOf } from './subject.ts';
import { quoted } from './untrusted.ts';

/** One entity to remove, in its place in the order. */
export interface Removal {
  readonly operation: OperationName;
  readonly input: Members;
  readonly item: Item;
  /** What the entity was when it was planned. */
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
  const { name: given, status, environmentArn } = await call('GetKxEnvironment', { environmentId }, options);
  if (status === 'DELETED') return undefined;
  const environmentName = given || environmentId;
  const all = await candidates({ call, environmentId, options });
  const chosen =
    only === undefined
      ? [...all, environmentItself(environmentId, environmentName)]
      : all.filter(({ item }) => only.includes(item.name));
  const removals = (await eachAtOnce(chosen, (removal) => identified(call, removal, options))).flat();
  const paths = removals.map(({ item: { arn } }) => String(arn));
  const forbidden = await protectedAmong(call, 'DeleteKxEnvironment', { environmentId }, paths, options);
  const blockers = only === undefined ? [] : await outsiders(planner, only, removals, principal, options);
  const wanted = removals.map(({ operation, input: of, identity }) => ({ operation, of, identity }));
  const fingerprint = digest({ wanted, environmentArn });
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
  const of = (
    operation: OperationName,
    members: readonly string[],
    entities: readonly Members[],
    itemOf: (entity: Members) => Item,
  ): Candidate[] =>
    entities
      .filter(({ status }) => status !== 'DELETING' && status !== 'DELETED')
      .map((entity) => {
        const input = { environmentId, ...Object.fromEntries(members.map((member) => [member, entity[member]])) };
        return { operation, input, item: { ...itemOf(entity), arn: ownPath(operation, input) } };
      });
  const named = (kind: string, member: string) => (entity: Members) => ({ kind, name: String(entity[member]) });
  const view = ({ dataviewName, databaseName }: Members) => ({
    kind: 'dataview',
    name: String(dataviewName),
    detail: `of ${databaseName}`,
  });
  return [
    ...of('DeleteKxCluster', ['clusterName'], running, clusterItem),
    ...of('DeleteKxDataview', ['databaseName', 'dataviewName'], views, view),
    ...of('DeleteKxVolume', ['volumeName'], disks, volumeItem),
    ...of('DeleteKxDatabase', ['databaseName'], data, databaseItem),
    ...of('DeleteKxScalingGroup', ['scalingGroupName'], groups, named('scaling group', 'scalingGroupName')),
    ...of('DeleteKxUser', ['userName'], people, named('user', 'userName')),
  ];
}

const environmentItself = (environmentId: string, name: string): Candidate => ({
  operation: 'DeleteKxEnvironment',
  input: { environmentId },
  item: { kind: 'kdb environment', name, arn: '' },
});

/** The removal with what its entity is; none of an entity that went meanwhile. */
async function identified(call: Call, removal: Candidate, options: CallOptions): Promise<Removal[]> {
  const subject = await subjectOf(call, removal.operation, removal.input, options);
  return subject === undefined ? [] : [{ ...removal, identity: identityOf(subject.entity) }];
}

/** What stands in the way of a partial teardown and is not part of it: names of nothing, and what holds a part. */
async function outsiders(
  planner: Planner,
  only: readonly string[],
  removals: readonly Removal[],
  principal: string,
  options: CallOptions,
): Promise<Blocker[]> {
  const unknown = only.filter((name) => !removals.some(({ item }) => item.name === name));
  const keyOf = ({ kind, arn }: Item) => `${kind} ${arn}`;
  const going = new Set(removals.map(({ item }) => keyOf(item)));
  const plans = await eachAtOnce(removals, ({ operation, input }) =>
    planCall(planner, operation, input, principal, options),
  );
  const holding = plans.flatMap((plan) => plan?.blockers ?? []).filter(({ item }) => !going.has(keyOf(item)));
  return [...unknown.map(notThere), ...new Map(holding.map((blocker) => [keyOf(blocker.item), blocker])).values()];
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
