import { listPages } from '../inventory/pages.ts';
import { KIND_NAMES } from '../kinds/names.ts';
import { isLeaving, statusClass } from '../kinds/statuses.ts';
import type { KindName } from '../kinds/views.ts';
import { mapConcurrent } from '../map-concurrent.ts';
import { agentInput } from '../operations/derive.ts';
import { type Call, OPERATION_NAMES, type OperationName, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import type { EntityKind } from '../operations/operation.ts';
import { cachesIn } from '../operations/update-rules.ts';
import type { PlanLocation } from './backend-location.ts';
import type { Plan } from './plan.ts';
import type { Members } from './plan-parts.ts';
import { environmentArn, targetPath } from './protection.ts';
import { readTarget } from './target.ts';
import { contentsToDelete, type TeardownPlan } from './teardown.ts';

/** One call that recreates a part of the configuration. */
interface Step {
  readonly tool: string;
  readonly arguments: Members;
  /** What must be filled in manually, when the service refuses the call, or what the kit does not include. */
  readonly remark?: string;
}

/** The calls that recreate the configuration of a deleted entity, in order. No data. */
export interface RecoveryKit {
  readonly about: string;
  /** What cannot be restored. */
  readonly lacks: readonly string[];
  readonly deleted: {
    readonly tool: string;
    readonly arguments: Members;
    readonly place: PlanLocation;
    readonly at: string;
  };
  readonly create: readonly Step[];
}

const ABOUT = 'Configuration only. Run the calls in order, and wait until each entity is ready before the next call.';
const ELSEWHERE =
  'Replace <environmentId> and <environmentArn> with those of the environment that the first call creates.';
const NOT_RESTORED = [
  'Data that was written to volumes and writable dataviews, logs, caches, and what nodes held in memory.',
  'The objects in S3 that code and changesets were read from: the calls contain only their paths.',
  'Passwords, keys and roles: users and clusters name roles, and environments KMS keys, that have to exist.',
  'The superuser and the datasets of a dataset browser environment.',
  'Ids, times and versions: recreated entities get new ones. If the database of a changesetId was recreated, omit the changesetId.',
  'Older versions: what used one of a dataview or of a deleted database uses the newest.',
];

const ENVIRONMENT_KINDS: ReadonlySet<EntityKind> = new Set(['environment', 'kx-environment']);

interface Deletion {
  readonly operation: OperationName;
  readonly input: Members;
}

interface DeletedEntity extends Deletion {
  readonly kind: EntityKind;
  readonly entity: Members | undefined;
}

/** Reads what a deletion or a teardown would delete and converts it to calls. Rejects when it cannot be read. */
export async function recoveryKit(call: Call, plan: Plan | TeardownPlan, at: Date): Promise<RecoveryKit> {
  const { tool, input, backendLocation } = plan;
  const deletions: readonly Deletion[] = 'deletions' in plan ? plan.deletions : [plan];
  const environmentDeletion = deletions.find(({ operation }) => ENVIRONMENT_KINDS.has(operationNamed(operation).kind));
  // A teardown names what it deletes; the plan of a whole kdb environment does not.
  const isWhole = deletions.length === 1 && environmentDeletion?.operation === 'DeleteKxEnvironment';
  const all = isWhole ? [...(await contentsOf(call, input)), ...deletions] : deletions;
  const found = await mapConcurrent(all, (deletion) => readEntity(call, deletion));
  const entities = found.toSorted(byCreation);
  const databases = entities.filter(({ kind }) => kind === 'kx-database').map((entity) => entity.input['databaseName']);
  const steps = await mapConcurrent(entities, (entity) => stepsFor(call, entity, databases));
  const create =
    environmentDeletion === undefined
      ? steps.flat()
      : forNewEnvironment(steps.flat(), environmentDeletion.input, await environmentArnOf(call, environmentDeletion));
  const about = environmentDeletion === undefined ? ABOUT : `${ABOUT} ${ELSEWHERE}`;
  return {
    about,
    lacks: NOT_RESTORED,
    deleted: { tool, arguments: input, place: { ...backendLocation, server: undefined }, at: at.toISOString() },
    create,
  };
}

/**
 * What others need comes first. Other dataviews may be on the volume of a writable one only if they are created after it. What had
 * failed comes last among its kind, because it may take memory of hosts that others need.
 */
const byCreation = (a: DeletedEntity, b: DeletedEntity) =>
  KIND_NAMES.indexOf(a.kind as KindName) - KIND_NAMES.indexOf(b.kind as KindName) ||
  Number(isWritable(b)) - Number(isWritable(a)) ||
  Number(hasFailed(a)) - Number(hasFailed(b));
const isWritable = ({ entity }: DeletedEntity) => entity?.['readWrite'] === true;
const hasFailed = ({ entity }: DeletedEntity) =>
  statusClass((Object(entity) as { status?: string }).status) === 'failed';

async function contentsOf(call: Call, { environmentId }: Members): Promise<Deletion[]> {
  const all = await contentsToDelete(call, String(environmentId));
  return all.filter(({ status }) => !isLeaving(status));
}

async function readEntity(call: Call, { operation, input }: Deletion): Promise<DeletedEntity> {
  const target = await readTarget(call, operation, input);
  return { operation, input, kind: operationNamed(operation).kind, entity: target?.entity };
}

const environmentArnOf = (call: Call, { operation, input }: Deletion) => environmentArn(call, operation, input);

/** The create call of an entity, the updates after it, and its tags. */
async function stepsFor(call: Call, deleted: DeletedEntity, lostDatabases: readonly unknown[]): Promise<Step[]> {
  const createStep = createFor(deleted, lostDatabases);
  if (createStep === undefined) return [];
  const { operation, input, kind, entity } = deleted;
  if (entity === undefined) return [createStep];
  const resourceArn = `${await environmentArnOf(call, deleted)}${targetPath(operation, input)}`;
  const { tags = {} } = await call('ListTagsForResource', { resourceArn });
  return [
    createStep,
    ...(Object.keys(tags).length === 0 ? [] : [step('TagResource', { resourceArn, tags })]),
    ...(kind === 'kx-environment' ? networkOf(deleted) : []),
    ...(kind === 'kx-database' ? await changesetsOf(call, input) : []),
  ];
}

const step = (operation: OperationName, given: Members): Step => ({ tool: toolName(operation), arguments: given });

/** The gateway and the DNS servers are set in separate calls. */
function networkOf({ input, entity = {} }: DeletedEntity): Step[] {
  return ['transitGatewayConfiguration', 'customDNSConfiguration'].flatMap((member) =>
    entity[member] === undefined ? [] : [step('UpdateKxEnvironmentNetwork', { ...input, [member]: entity[member] })],
  );
}

const MAX_CHANGESETS = 1_000;

/** The loads of a database with their sources, oldest first, including those in progress. */
async function changesetsOf(call: Call, { environmentId, databaseName }: Members): Promise<Step[]> {
  const database = { environmentId: String(environmentId), databaseName: String(databaseName) };
  const { items, complete } = await listPages(call, 'ListKxChangesets', database, MAX_CHANGESETS);
  const loaded = items.filter(({ status }) => status !== 'FAILED').reverse();
  const steps = await mapConcurrent(loaded, async ({ changesetId }) => {
    const { changeRequests } = await call('GetKxChangeset', { ...database, changesetId: String(changesetId) });
    return step('CreateKxChangeset', { ...database, changeRequests });
  });
  return complete
    ? steps
    : steps.map((one, at) => (at === 0 ? { ...one, remark: 'Older ones are not included.' } : one));
}

/** The create call for an entity, with those of the members read from it that are arguments of the create. */
function createFor(deleted: DeletedEntity, lostDatabases: readonly unknown[]): Step | undefined {
  const { operation, input, kind, entity } = deleted;
  // The service itself replaces a deleted node.
  if (operation === 'DeleteKxClusterNode') return undefined;
  const createOperation = OPERATION_NAMES.find(
    (name) => operationNamed(name).kind === kind && operationNamed(name).risk === 'create',
  ) as OperationName;
  const schema = agentInput(operationNamed(createOperation));
  const members = requestForm(
    { ...input, ...entity, ...(entity?.['environment'] as Members | undefined) },
    lostDatabases,
  );
  const given = Object.fromEntries(Object.entries(members).filter(([member]) => member in schema.shape));
  const { success, error } = schema.safeParse(given);
  if (success) return { ...step(createOperation, given), ...(isWritable(deleted) ? { remark: NEEDS_OWN_VOLUME } : {}) };
  const missing = error.issues.map(({ path }) => path.join('.')).join(', ');
  return { ...step(createOperation, given), remark: `Fill in manually: ${missing}.` };
}

const NEEDS_OWN_VOLUME = 'The service refuses it while another dataview is on its volume.';

/** Responses describe mounts in another form than requests, and name changesets that are deleted with their databases. */
function requestForm(entity: Members, lostDatabases: readonly unknown[]): Members {
  const { databases, changesetId, ...rest } = entity;
  const isPinned = entity['autoUpdate'] !== true && !lostDatabases.includes(entity['databaseName']);
  const mounts = (databases as Members[] | undefined)?.map(({ dataviewConfiguration: dataview, ...entry }) => {
    const database: Members = { ...entry, cacheConfigurations: cachesIn(entry['cacheConfigurations']) };
    const { changesetId: mounted, ...unpinned } = database;
    const { dataviewName } = (dataview as Members | undefined) ?? {};
    if (dataviewName !== undefined) return { databaseName: database['databaseName'], dataviewName };
    return lostDatabases.includes(database['databaseName']) || mounted === undefined ? unpinned : database;
  });
  return {
    ...rest,
    ...(mounts === undefined ? {} : { databases: mounts }),
    ...(isPinned && changesetId !== undefined ? { changesetId } : {}),
  };
}

/** The calls with placeholders for the id and the ARN of the environment that the first of them creates. */
function forNewEnvironment(steps: readonly Step[], { environmentId }: Members, root: string): Step[] {
  const text = JSON.stringify(steps).replaceAll(root, '<environmentArn>');
  return JSON.parse(text.replaceAll(`"environmentId":"${environmentId}"`, '"environmentId":"<environmentId>"'));
}

/** Whether a plan deletes entities, so that a kit must be kept first; for a deleted node, the kit contains no calls. */
export const needsKit = (plan: Plan | TeardownPlan): boolean =>
  'deletions' in plan || operationNamed(plan.operation).risk === 'destroy';
