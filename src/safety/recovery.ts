import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { agentInput } from '../operations/derive.ts';
import { type Call, OPERATION_NAMES, type OperationName, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import { databaseDetails, dataviews, scalingGroups, users, volumeDetails } from './blast/estate.ts';
import type { Members } from './blast/finding.ts';
import { isLeaving } from './blast/statuses.ts';
import type { Plan } from './plan.ts';
import type { Place } from './question.ts';
import { subjectOf } from './subject.ts';

/** One call that makes a piece of configuration anew. */
interface Step {
  readonly tool: string;
  readonly arguments: Members;
  /** What has to be looked at by hand, because the API does not give it back. */
  readonly remark?: string;
}

/** What it takes to make the configuration of something deleted anew: inputs for the creates, in order. No data. */
export interface RecoveryKit {
  readonly about: string;
  readonly deleted: {
    readonly operation: OperationName;
    readonly arguments: Members;
    readonly place: Place;
    readonly at: string;
  };
  readonly create: readonly Step[];
}

const ABOUT =
  'Configuration only: data, code and logs are not in here and cannot be brought back with it. Run the creates in order; wait for each to be ready.';

/** Reads what a deletion would take along and turns it into creates. Rejects when it cannot be read. */
async function recoveryKit(call: Call, plan: Plan, at: Date): Promise<RecoveryKit> {
  const { operation, input, place } = plan;
  const subject = await subjectOf(call, operation, input, {});
  const whole = operationNamed(operation).entity === 'kx-environment';
  const own = createFor(operation, { ...input, ...flat({ ...subject?.entity }) });
  const inside = whole ? await contents(call, String(input['environmentId'])) : [];
  return {
    about: ABOUT,
    deleted: { operation, arguments: input, place, at: at.toISOString() },
    create: [own, ...inside],
  };
}

/** What goes with an environment. Clusters do not: they stand in the way until they are gone, with a kit of their own. */
async function contents(call: Call, environmentId: string): Promise<Step[]> {
  const estate = { call, environmentId, options: {} };
  const [data, disks, groups, views, people] = await Promise.all([
    databaseDetails(estate),
    volumeDetails(estate),
    scalingGroups(estate),
    dataviews(estate),
    users(estate),
  ]);
  const inside = (name: OperationName, entities: readonly Members[]) =>
    entities.map((entity) => createFor(name, { environmentId, ...entity }));
  return [
    ...inside('CreateKxDatabase', data),
    ...inside('CreateKxVolume', disks),
    ...inside('CreateKxScalingGroup', groups),
    ...inside(
      'CreateKxDataview',
      views.filter(({ status }) => !isLeaving(status)),
    ),
    ...inside('CreateKxUser', people),
  ];
}

/** The create of the same kind of entity, with the arguments that its description gives. */
function createFor(operation: OperationName, entity: Members): Step {
  const { entity: kind } = operationNamed(operation);
  const create = OPERATION_NAMES.find(
    (name) => operationNamed(name).entity === kind && operationNamed(name).risk === 'create',
  ) as OperationName;
  const schema = agentInput(operationNamed(create));
  const known = Object.keys(schema.shape).filter((member) => entity[member] !== undefined);
  const given = Object.fromEntries(known.map((member) => [member, requestForm(member, entity[member])]));
  const step = { tool: toolName(create), arguments: given };
  const { success, error } = schema.safeParse(given);
  if (success) return step;
  return { ...step, remark: `Complete by hand: ${error.issues.map(({ path }) => path.join('.')).join(', ')}.` };
}

/** Responses describe what a cluster mounts in another form than requests do. */
function requestForm(member: string, value: unknown): unknown {
  if (member !== 'databases') return value;
  return (value as Members[]).map(({ dataviewConfiguration, ...database }) => {
    const { dataviewName } = (dataviewConfiguration as Members | undefined) ?? {};
    return dataviewName === undefined ? database : { databaseName: database['databaseName'], dataviewName };
  });
}

/** The deprecated GetEnvironment nests what it shows. */
const flat = (entity: Members): Members => ({ ...entity, ...(entity['environment'] as Members | undefined) });

/** The kits that were written, and the way to write one. */
export interface RecoveryKits {
  /** Writes a kit for a plan that is about to run; the plan must not run when this rejects. */
  keep(plan: Plan): Promise<void>;
  list(): Promise<string[]>;
  /** The JSON of a kit; undefined when there is none of that name. */
  read(id: string): Promise<string | undefined>;
}

/** Kits as files that only this user can read. */
export function fileKits(folder: string, call: Call, now: () => number): RecoveryKits {
  const list = async () => {
    const names = await readdir(folder).catch(() => [] as string[]);
    return names
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length))
      .sort();
  };
  return {
    keep: async (plan) => {
      const { id, text } = await written(call, plan, now());
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(join(folder, `${id}.json`), text, { mode: 0o600, flag: 'wx' });
    },
    list,
    read: async (id) => ((await list()).includes(id) ? readFile(join(folder, `${id}.json`), 'utf8') : undefined),
  };
}

/** The kits of some environments alone. */
export function kitsWithin(kits: RecoveryKits, environments: readonly string[]): RecoveryKits {
  const isWithin = (id: string) => environments.includes(String(id.split('-').at(-2)));
  return {
    ...kits,
    list: async () => (await kits.list()).filter(isWithin),
    read: async (id) => (isWithin(id) ? kits.read(id) : undefined),
  };
}

/** Kits of a world that forgets: they last as long as it does. */
export function passingKits(call: Call, now: () => number): RecoveryKits {
  const kits = new Map<string, string>();
  return {
    keep: async (plan) => {
      const { id, text } = await written(call, plan, now());
      kits.set(id, text);
    },
    list: async () => [...kits.keys()],
    read: async (id) => kits.get(id),
  };
}

async function written(call: Call, plan: Plan, time: number): Promise<{ id: string; text: string }> {
  const at = new Date(time);
  const kit = await recoveryKit(call, plan, at);
  const made = at.toISOString().replaceAll(/[:.]/g, '-');
  const id = [made, plan.tool, plan.input['environmentId'], randomBytes(3).toString('hex')].join('-');
  return { id, text: `${JSON.stringify(kit, null, 2)}\n` };
}

/** Whether a plan destroys something that could be made anew. */
export const needsKit = ({ operation }: Plan) => operationNamed(operation).risk === 'destroy';
