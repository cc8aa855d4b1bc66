import {
  type CallToolResult,
  type ClientCapabilities,
  type InputRequiredResult,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server';

/** The extension of MCP by which a call returns a task that the client polls (SEP-2663). */
const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

/** The tool whose calls become tasks. A wait changes nothing, so a task needs no state: its id contains the call. */
const WAIT = 'wait_for_kx_entity';
const POLL_MS = 5_000;
/** Fifty entities with the longest names that there are. */
const MAX_ID_LENGTH = 20_000;

type Result = CallToolResult | InputRequiredResult;
type Arguments = Readonly<Record<string, unknown>>;

/** A wait that continues while no one polls it. */
interface Wait {
  readonly createdAt: string;
  readonly arguments: Arguments;
}

interface Call {
  readonly name: string;
  readonly arguments?: Arguments | undefined;
}

/** Whether a call may become a task: the tool waits, and the client has declared in this request that it supports tasks. */
export function mayBecomeTask({ name }: Call, declared: ClientCapabilities | undefined): boolean {
  const { extensions } = (declared ?? {}) as { readonly extensions?: Readonly<Record<string, unknown>> };
  return name === WAIT && extensions?.[TASKS_EXTENSION] !== undefined;
}

/** The task of a call that has to be repeated to keep waiting; otherwise its result. */
export function taskFor(call: Call, result: Result, now: Date) {
  const handle = handleIn(result);
  if (handle === undefined) return result;
  const createdAt = now.toISOString();
  const wait: Wait = { createdAt, arguments: { ...call.arguments, handle } };
  const taskId = Buffer.from(JSON.stringify(wait)).toString('base64url');
  return { resultType: 'task', ...working(taskId, wait, result, now) };
}

interface Request {
  readonly params?: { readonly taskId?: unknown };
}
type Run = (call: { name: string; arguments: Record<string, unknown> }, context: ServerContext) => Promise<Result>;

/** The methods of the extension. `run` makes a call without waiting. A wait takes no input, and nothing runs that could be cancelled. */
export function taskHandlers(run: Run) {
  const acknowledge = ({ params }: Request) => {
    waitIn(params?.taskId);
    return {};
  };
  return {
    'tasks/get': async ({ params }: Request, context: ServerContext) => {
      const wait = waitIn(params?.taskId);
      const result = await run({ name: WAIT, arguments: { ...wait.arguments } }, context);
      if (handleIn(result) !== undefined) return working(String(params?.taskId), wait, result, new Date());
      return { ...common(String(params?.taskId), wait, new Date()), status: 'completed', result };
    },
    'tasks/update': acknowledge,
    'tasks/cancel': acknowledge,
  };
}

/** Throws ProtocolError for an id that no server of this kind has issued. */
function waitIn(taskId: unknown): Wait {
  const isShort = typeof taskId === 'string' && taskId.length <= MAX_ID_LENGTH;
  const wait = isShort ? parseWait(Buffer.from(taskId, 'base64url').toString()) : undefined;
  if (wait === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is no task with that id.');
  return wait;
}

const working = (taskId: string, wait: Wait, result: Result, now: Date) => {
  const why = structuredContentOf(result)['why'];
  const message = typeof why === 'string' ? { statusMessage: why.replace(/ ?Call again .*$/, '') } : {};
  return { ...common(taskId, wait, now), status: 'working', ...message, pollIntervalMs: POLL_MS };
};

const common = (taskId: string, { createdAt }: Wait, now: Date) => ({
  ...{ taskId, createdAt, lastUpdatedAt: now.toISOString(), ttlMs: null },
});

const structuredContentOf = (result: object) =>
  ('structuredContent' in result ? result.structuredContent : {}) as Readonly<Record<string, unknown>>;

function handleIn(result: object): unknown {
  return structuredContentOf(result)['handle'];
}

function parseWait(text: string): Wait | undefined {
  try {
    const wait: unknown = JSON.parse(text);
    const { createdAt, arguments: given } = wait as Wait;
    const isWait = typeof given === 'object' && given !== null && !Number.isNaN(Date.parse(createdAt));
    return isWait ? { createdAt: new Date(createdAt).toISOString(), arguments: given } : undefined;
  } catch {
    return undefined;
  }
}
