import {
  type CallToolResult,
  type ClientCapabilities,
  type InputRequiredResult,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { isObject } from '../is-object.ts';
import { quoteUnlessPlain } from '../untrusted.ts';
import { extensionOf } from './capabilities.ts';
import { completed } from './task-run.ts';
import type { TaskRuns } from './task-runs.ts';

const { InvalidParams } = ProtocolErrorCode;

/** The extension of MCP by which a call returns a task that the client polls (SEP-2663). */
const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

/** The tool that only waits. Its tasks need no state, because it changes nothing: the id contains the call. */
const WAIT = 'wait_for_kx_entity';
const POLL_MS = 5_000;
/** Characters, enough for fifty entities with the longest names that there are. */
const MAX_ID_LENGTH = 20_000;

type Result = CallToolResult | InputRequiredResult;
type Arguments = Readonly<Record<string, unknown>>;

/** A call that each poll of its task repeats; nothing runs between polls. */
interface Wait {
  readonly createdAt: string;
  readonly arguments: Arguments;
}

interface Call {
  readonly name: string;
  readonly arguments?: Arguments | undefined;
}

/** Whether a client has declared in this request that it supports tasks. */
export const supportsTasks = (declared: ClientCapabilities | undefined): boolean =>
  extensionOf(declared, TASKS_EXTENSION) !== undefined;

/** The arguments of a call that only waits, also through another tool. Such a call becomes a task without state. Undefined for others. */
export function waitArguments({ name, arguments: given = {} }: Call): Arguments | undefined {
  if (name === WAIT) return given;
  return given['tool'] === WAIT && isObject(given['arguments']) ? given['arguments'] : undefined;
}

/** The task of a call that has to be repeated to keep waiting; otherwise its result. */
export function taskFor(given: Arguments, result: Result, now: Date) {
  const handle = handleIn(result);
  if (handle === undefined) return result;
  const createdAt = now.toISOString();
  const wait: Wait = { createdAt, arguments: { ...given, handle } };
  const taskId = Buffer.from(JSON.stringify(wait)).toString('base64url');
  return { resultType: 'task', ...working(taskId, wait, result, now) };
}

interface Request {
  readonly params?: { readonly taskId?: unknown };
}

interface TaskMethods {
  readonly runs: TaskRuns;
  readonly ownerOf: (context: ServerContext) => string;
  readonly declaredBy: (context: ServerContext) => ClientCapabilities | undefined;
  readonly callWithoutWaiting: (
    call: { name: string; arguments: Record<string, unknown> },
    context: ServerContext,
  ) => Promise<Result>;
}

/** The methods of the extension. No task takes input, and a wait cannot be cancelled, because nothing runs. */
export function taskHandlers({ runs, ownerOf, declaredBy, callWithoutWaiting }: TaskMethods) {
  const method =
    (respond: (id: string, owner: string, context: ServerContext) => Promise<object | undefined>) =>
    async ({ params }: Request, context: ServerContext) => {
      if (!supportsTasks(declaredBy(context))) throw new MissingRequiredClientCapabilityError(NEEDED);
      const found = await respond(String(params?.taskId), ownerOf(context), context);
      if (found === undefined) throw new ProtocolError(InvalidParams, 'There is no task with that id.');
      return found;
    };
  return {
    'tasks/get': method(async (id, owner, context) => {
      const wait = waitIn(id);
      if (wait === undefined) return runs.find(id, owner);
      const result = await callWithoutWaiting({ name: WAIT, arguments: { ...wait.arguments } }, context);
      if (handleIn(result) !== undefined) return working(id, wait, result, new Date());
      return { ...taskMembers(id, wait, new Date()), ...completed(result) };
    }),
    'tasks/update': method(async (id, owner) => (waitIn(id) ?? (await runs.find(id, owner))) && {}),
    'tasks/cancel': method(async (id, owner) => {
      const isKnown = waitIn(id) !== undefined || (await runs.cancel(id, owner));
      return isKnown ? {} : undefined;
    }),
  };
}

const NEEDED = { requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } } };

/** The wait whose id this is; undefined for other ids. */
const waitIn = (taskId: string): Wait | undefined =>
  taskId.length <= MAX_ID_LENGTH ? parseWait(Buffer.from(taskId, 'base64url').toString()) : undefined;

const working = (taskId: string, wait: Wait, result: Result, now: Date) => {
  const { status } = structuredContentOf(result);
  const message = status === undefined ? {} : { statusMessage: `Still ${quoteUnlessPlain(status)}.` };
  return { ...taskMembers(taskId, wait, now), status: 'working', ...message, pollIntervalMs: POLL_MS };
};

const taskMembers = (taskId: string, { createdAt }: Wait, now: Date) => ({
  taskId,
  createdAt,
  lastUpdatedAt: now.toISOString(),
  ttlMs: null,
});

const structuredContentOf = (result: object) =>
  ('structuredContent' in result ? result.structuredContent : {}) as Readonly<Record<string, unknown>>;

const handleIn = (result: object): unknown => structuredContentOf(result)['handle'];

function parseWait(text: string): Wait | undefined {
  try {
    const wait: unknown = JSON.parse(text);
    const { createdAt, arguments: given } = wait as Wait;
    const isValid = typeof given === 'object' && given !== null && !Number.isNaN(Date.parse(createdAt));
    return isValid ? { createdAt: new Date(createdAt).toISOString(), arguments: given } : undefined;
  } catch {
    return undefined;
  }
}
