import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import type { Environment } from '../../inventory/fleet.ts';
import type { Kind } from '../../inventory/graph.ts';
import { getterInput, KINDS, kindFacts } from '../../inventory/kinds.ts';
import { didYouMean } from '../../nearest.ts';
import { isNotFound } from '../../operations/failure.ts';
import { type OperationName, operationNamed } from '../../operations/index.ts';
import { toolName } from '../../operations/naming.ts';
import { plainOrQuoted, quoted } from '../../untrusted.ts';
import { progressOf } from '../progress.ts';
import { structured } from '../result.ts';
import { EnvironmentArgument, GONE, listed, NotThere, noSuch, type Scene } from './scene.ts';
import { fleetTool } from './tool.ts';

/** Below the time after which clients give up on a call. */
const SLICE_MS = 25_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 3_000;

/** The kinds that come and go over time. */
export const WAITED_FOR = KINDS.filter((kind) => kind !== 'user' && kind !== 'database');
/** What an entity of a kind is when it is ready. */
const READY: Record<string, string> = {
  environment: 'CREATED',
  cluster: 'RUNNING',
  dataview: 'ACTIVE',
  changeset: 'COMPLETED',
  'scaling-group': 'ACTIVE',
  volume: 'ACTIVE',
};

const Wanted = () =>
  z.strictObject({
    environment: EnvironmentArgument(),
    kind: z.enum(WAITED_FOR),
    name: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe('Name of the entity, for a changeset its id. Required unless kind is environment.'),
    database: z
      .string()
      .max(64)
      .optional()
      .describe('Database of the dataview or changeset; needed only if the name is not unique'),
    until: z
      .string()
      .max(40)
      .optional()
      .describe('Status to wait for, such as DELETED. Default: the one that means ready.'),
    handle: z
      .string()
      .refine((text) => startIn(text) !== undefined, 'expects the handle of the last answer, whole and unchanged')
      .optional()
      .describe('From the last answer, to keep waiting'),
  });

export const waitFor = fleetTool({
  name: 'wait_for_kx_entity',
  title: 'Wait for kdb entity',
  description:
    'Wait until an environment, cluster, dataview, changeset, scaling group or volume is ready or deleted. ' +
    'Returns when it is, or at once with the reason if it failed. After 25 seconds it returns a handle; call it ' +
    'again with that handle to keep waiting.',
  keywords: 'ready done finished poll',
  input: Wanted,
  needs: ['ListKxEnvironments', 'GetKxEnvironment'],
  run: async (scene, { environment: wanted, kind, name: given, database: within, until, handle }, { context }) => {
    if (kind !== 'environment' && given === undefined) throw new NotThere(`name: required, the one of the ${kind}.`);
    const place = await scene.environmentOrDeleted(wanted);
    const { environmentId = '' } = place;
    const name = kind === 'environment' ? ownName(place, given) : (given ?? '');
    const isInside = kind === 'dataview' || kind === 'changeset';
    const database = within ?? (isInside ? await databaseOf(scene, place, kind, name) : undefined);
    const goal = goalOf(kind, until);
    const { getter } = kindFacts(kind);
    const states = statesOf(getter);
    if (!states.includes(goal)) throw noSuch(`state of a ${kind}`, goal, states);
    const refusal = scene.options.refusal?.(getter);
    if (refusal !== undefined) throw new NotThere(`${toolName(getter)} is not offered. ${refusal}`);
    const input = getterInput(kind, environmentId, name, database);
    const { signal } = context.mcpReq;
    const report = progressOf(context);
    const began = Date.now();
    const since = startIn(handle) ?? began;
    const end = (reached: boolean, seen: Seen, more: object = {}) =>
      structured({
        reached,
        entity: `${kind}:${database === undefined ? '' : `${database}/`}${name}`,
        ...seen,
        waitedSeconds: Math.round((Date.now() - since) / 1000),
        ...more,
      });

    let wait = FIRST_PAUSE_MS;
    let wasThere = handle !== undefined;
    for (;;) {
      const seen = await look(async () => (await scene.call(getter, input as never, { signal })) as Seen);
      const isReached = seen.status === goal || (goal === READY[kind] && ALSO_READY[kind] === seen.status);
      const isGone = seen.status === GONE;
      const isUnseen = isGone && !wasThere && kind !== 'environment';
      if (isReached) return end(true, seen, isUnseen ? { why: `${NONE}.` } : {});
      if (isUnseen) return end(false, seen, { why: await noneOf(scene, place, kind, name) });
      if (isGone) return end(false, seen, { why: 'It does not exist any more.' });
      if (seen.status.includes('FAILED')) return end(false, seen, { why: 'It failed; waiting longer will not help.' });
      if (Date.now() - began + wait > SLICE_MS) {
        const again = 'Call again with the same arguments and this handle.';
        return end(false, seen, { why: `Still ${plainOrQuoted(seen.status)}. ${again}`, handle: handleOf(since) });
      }
      wasThere = true;
      await report(`${plainOrQuoted(name)} is ${plainOrQuoted(seen.status)}`);
      await pause(wait, undefined, { signal });
      wait = Math.min(wait * 1.5, LONGEST_PAUSE_MS);
    }
  },
});

/** What else is as good as ready: a volume of which an endpoint says that it was updated. */
const ALSO_READY: Record<string, string> = { volume: 'UPDATED' };

/** The state that is waited for; people say ready, and gone. */
function goalOf(kind: string, until: string | undefined): string {
  const said = (until ?? 'READY').toUpperCase();
  return said === 'READY' ? (READY[kind] ?? '') : said === 'GONE' ? GONE : said;
}

/** The name of the environment that is waited for itself. Throws NotThere when another one was named. */
function ownName({ name = '', environmentId }: Environment, given = name): string {
  if (given === environmentId || given.toLowerCase() === name.toLowerCase()) return name;
  throw new NotThere(`The environment is ${quoted(name)}, not ${quoted(given)}: name one of them only.`);
}

/** The only database that has something of a kind and name. Throws NotThere when there is none, or several. */
async function databaseOf(
  scene: Scene,
  { environmentId = '' }: Environment,
  kind: Kind,
  name: string,
): Promise<string> {
  const options = { kinds: [kind], details: false, everyChangeset: true };
  const { graphs } = await scene.again([{ environmentId }], options);
  const holders = graphs.flatMap(({ entities }) =>
    entities.flatMap((each) => (each.kind === kind && each.name === name ? [each.database ?? ''] : [])),
  );
  const [only, second] = holders;
  if (only !== undefined && second === undefined) return only;
  const which = only === undefined ? '' : ` Several have one of that name: ${listed(holders)}.`;
  throw new NotThere(`A ${kind} is in a database: give its name as database.${which}`);
}

const NONE = 'There is none of that name now. Unless it was seen before, check the name';

/** That there is nothing of a name, with those that there are, as far as they can be read. */
async function noneOf(scene: Scene, { environmentId, status }: Environment, kind: Kind, name: string): Promise<string> {
  if (status === GONE) return 'Its environment was deleted, and with it all that was in it.';
  const options = { kinds: [kind], details: false, everyChangeset: true };
  const { graphs, gaps } = await scene.again([{ environmentId: environmentId ?? '' }], options);
  const others = graphs.flatMap(({ entities }) => entities.filter((each) => each.kind === kind));
  const known = others.map((each) => each.name);
  const otherwise = gaps.length > 0 ? '.' : `; there are: ${listed(known)}.`;
  return `${NONE}${didYouMean(name, known, { otherwise, shown: quoted })}`;
}

/** The states that an operation can report, and that of what it does not find any more. */
function statesOf(getter: OperationName): string[] {
  const status = (operationNamed(getter).output() as z.ZodObject).shape['status'];
  const known = status instanceof z.ZodOptional ? status.unwrap() : status;
  return [...new Set([...(known instanceof z.ZodEnum ? known.options.map(String) : []), GONE])];
}

interface Seen {
  readonly status: string;
  readonly reason?: string;
}

async function look(read: () => Promise<object>): Promise<Seen> {
  try {
    const { status, statusReason, errorMessage, errorInfo } = (await read()) as Record<string, unknown>;
    const reason = statusReason ?? errorMessage ?? (errorInfo as Record<string, unknown> | undefined)?.['errorMessage'];
    return { status: String(status), ...(reason === undefined ? {} : { reason: String(reason) }) };
  } catch (error) {
    if (isNotFound(error)) return { status: GONE };
    throw error;
  }
}

const handleOf = (since: number) => Buffer.from(`since ${since}`).toString('base64url');

/** When the first of a row of waits began; undefined for what is not a handle of ours. */
function startIn(handle = ''): number | undefined {
  const found = /^since (\d{13})$/.exec(Buffer.from(handle.slice(0, 40), 'base64url').toString());
  const since = Number(found?.[1]);
  return handleOf(since) === handle && since <= Date.now() ? since : undefined;
}
