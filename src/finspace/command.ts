import type {
  FinspaceClient,
  FinspaceClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from '@aws-sdk/client-finspace';
import { requestBuilder } from '@smithy/core';
import { getEndpointPlugin } from '@smithy/middleware-endpoint';
import { getSerdePlugin } from '@smithy/middleware-serde';
import type { HttpRequest, HttpResponse } from '@smithy/protocol-http';
import { Command } from '@smithy/smithy-client';
import type {
  DeserializeHandlerArguments,
  InitializeHandler,
  MetadataBearer,
  Pluggable,
  RelativeMiddlewareOptions,
  SerdeContext,
  SerializeMiddleware,
} from '@smithy/types';
import { lenientOutput } from '../operations/derive.ts';
import { labels, route } from '../operations/http.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from '../operations/index.ts';
import { changesNothing, lazy } from '../operations/operation.ts';
import { VERSION } from '../version.ts';
import { DiagnosedError } from './diagnosed-error.ts';
import { diagnoseErrorResponse } from './error-response.ts';
import type { AttemptOptions, Handler } from './handler.ts';

type Members = Record<string, unknown>;
/** What the SDK returns for a command: the members of the output, under one name. */
type Reply = MetadataBearer & { members: Members };

/** Sends one attempt of an operation, and returns the members of its output. */
export type Send = (name: OperationName, input: object, attempt: AttemptOptions) => Promise<Members>;

/**
 * Sends commands that are built from the operations of the catalog with the same parts as the SDK's own commands. The SDK's
 * commands are not used: version 3.523.0 lacks DeleteKxClusterNode and drops `readWrite` and node `status`. The middleware of an
 * operation is resolved once, and not for each call as by `client.send`.
 */
export function sender({ middlewareStack, config }: FinspaceClient): Send {
  middlewareStack.add(() => withAttempt(config.requestHandler as Handler), {
    step: 'deserialize',
    priority: 'low',
    name: 'attemptMiddleware',
  });
  const entries = OPERATION_NAMES.map((name) => [
    name,
    lazy(() => new (commandClass(name))({}).resolveMiddleware(middlewareStack, config, undefined)),
  ]);
  const handlers: Record<OperationName, () => InitializeHandler<object, Reply>> = Object.fromEntries(entries);
  return async (name, input, attempt) => {
    const args: AttemptArguments = { input, attempt };
    return (await handlers[name]()(args)).output.members;
  };
}

/** What middleware passes on: the input, and the options of the attempt. */
interface AttemptArguments {
  readonly input: object;
  readonly attempt: AttemptOptions;
}

/** The last middleware, which calls the request handler with the options of the attempt instead of those of the resolution. */
const withAttempt = (handler: Handler) => (args: DeserializeHandlerArguments<object>) =>
  handler.handle(args.request as HttpRequest, (args as typeof args & AttemptArguments).attempt) as never;

/** The endpoint parameters that every FinSpace command takes from the client's configuration. */
const ENDPOINT_PARAMETERS = {
  UseFIPS: { type: 'builtInParams', name: 'useFipsEndpoint' },
  Endpoint: { type: 'builtInParams', name: 'endpoint' },
  Region: { type: 'builtInParams', name: 'region' },
  UseDualStack: { type: 'builtInParams', name: 'useDualstackEndpoint' },
} as const;

function commandClass(name: OperationName) {
  const serialize = serializer(name);
  const deserialize = deserializer(name);
  return Command.classBuilder<
    ServiceInputTypes,
    Reply,
    FinspaceClientResolvedConfig,
    ServiceInputTypes,
    ServiceOutputTypes
  >()
    .m((_class, _stack, config) => [getSerdePlugin(config, serialize, deserialize), endpointPlugin(config)])
    .s('AWSHabaneroManagementService', name)
    .n('FinspaceClient', `${name}Command`)
    .build();
}

/** The plugin of the SDK, whose middleware resolves the endpoint for the first call of an operation, and not for each. */
function endpointPlugin(config: Parameters<typeof getEndpointPlugin>[0]): Pluggable<object, object> {
  const { applyToStack } = getEndpointPlugin(config, ENDPOINT_PARAMETERS);
  return {
    applyToStack: (stack) =>
      applyToStack({
        ...stack,
        addRelativeTo: (middleware: SerializeMiddleware<object, object>, options: RelativeMiddlewareOptions) =>
          stack.addRelativeTo(firstCallOnly(middleware), options),
      }),
  };
}

/** Runs middleware until it first succeeds; it only changes the context of its operation, which all calls of the operation share. */
const firstCallOnly =
  (middleware: SerializeMiddleware<object, object>): SerializeMiddleware<object, object> =>
  (next, context) => {
    let isDone = false;
    const first = middleware((args) => {
      isDone = true;
      return next(args);
    }, context);
    return (args) => (isDone ? next(args) : first(args));
  };

function serializer(name: OperationName) {
  const operation = operationNamed(name);
  const { method, path } = route(operation);
  const pathLabels = labels(operation);
  const inQuery = method === 'GET' || method === 'DELETE';
  return (input: object, context: SerdeContext): Promise<HttpRequest> => {
    const members = Object.entries(input).filter(
      ([member, value]) => value !== undefined && !pathLabels.includes(member),
    );
    const request = requestBuilder(input, context).bp(path).m(method);
    for (const label of pathLabels) request.p(label, () => labelValue(input, label), `{${label}}`, false);
    request.h({ 'user-agent': USER_AGENT, ...(inQuery ? {} : { 'content-type': 'application/json' }) });
    if (inQuery) request.q(Object.fromEntries(members.map(([member, value]) => [member, queryValue(value)])));
    else request.b(JSON.stringify(Object.fromEntries(members)));
    return request.build() as Promise<HttpRequest>;
  };
}

const USER_AGENT = `finspace-mcp/${VERSION}`;

/** The value of a path label. `.` and `..` would name another path, so they are never sent. */
function labelValue(input: object, label: string): string {
  const value = (input as Members)[label];
  if (typeof value === 'string' && value !== '' && value !== '.' && value !== '..') return value;
  throw new DiagnosedError({ code: 'Validation', detail: `${label} cannot be used in a path.` });
}

const queryValue = (value: unknown) => (Array.isArray(value) ? value.map(String) : String(value)) as string;

function deserializer(name: OperationName) {
  const operation = operationNamed(name);
  const isRead = changesNothing(operation.risk);
  return async ({ statusCode, headers, body }: HttpResponse): Promise<Reply> => {
    const $metadata = { httpStatusCode: statusCode, ...requestId(headers) };
    // The reply to a change may be empty.
    const content = body.length === 0 && !isRead ? {} : parse(body);
    if (statusCode >= 300) throw new DiagnosedError(diagnoseErrorResponse(statusCode, headers, content), $metadata);
    const schema = lenientOutput(operation);
    const exact = schema.safeParse(content);
    const output = exact.success ? exact : schema.safeParse(withoutNulls(content));
    if (output.success) return { members: withoutEmptyToken(output.data), $metadata };
    const detail = 'The endpoint returned something other than a FinSpace response.';
    throw new DiagnosedError({ code: 'BadResponse', detail, mayHaveRun: true }, $metadata);
  };
}

/** Some endpoints send an empty token with the last page. */
function withoutEmptyToken(output: Members): Members {
  if (output['nextToken'] !== '') return output;
  const { nextToken: _, ...others } = output;
  return others;
}

const UTF_8 = new TextDecoder();

/** The JSON of a body; anything else counts as undefined. */
function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(UTF_8.decode(body));
  } catch {
    return undefined;
  }
}

/** The value as the SDK reads it: null members and elements count as absent. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((element) => element !== null).map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}

const REQUEST_ID_HEADERS = ['x-amzn-requestid', 'x-amzn-request-id', 'x-amz-request-id'];

/** The request id for the operators of the service; a value with another format is dropped. */
function requestId(headers: Record<string, string>): { requestId?: string } {
  const id = REQUEST_ID_HEADERS.map((name) => headers[name]).find((value) => value !== undefined);
  return id !== undefined && /^[\w-]{1,64}$/.test(id) ? { requestId: id } : {};
}
