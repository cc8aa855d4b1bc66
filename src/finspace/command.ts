import { requestBuilder } from '@smithy/core';
import { getEndpointPlugin } from '@smithy/middleware-endpoint';
import { getSerdePlugin } from '@smithy/middleware-serde';
import type { HttpRequest, HttpResponse } from '@smithy/protocol-http';
import { Command } from '@smithy/smithy-client';
import { lenientOutput } from '../operations/derive.ts';
import { binding, labels, route } from '../operations/http.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from '../operations/index.ts';
import { once } from '../operations/operation.ts';
import { BadResponse, ServiceRefusal } from './errors.ts';

type Members = Record<string, unknown>;

/**
 * A command for FinspaceClient, built from one operation of the catalog with the parts that the SDK's own commands are
 * made of. The SDK's commands are not used: version 3.523.0 lacks DeleteKxClusterNode and drops `readWrite` and node `status`.
 */
export function command(name: OperationName, input: Members) {
  return new (commandClasses()[name]())(input);
}

const commandClasses = once(
  () =>
    Object.fromEntries(OPERATION_NAMES.map((name) => [name, once(() => commandClass(name))])) as Record<
      OperationName,
      () => ReturnType<typeof commandClass>
    >,
);

/** The endpoint parameters that every FinSpace command takes from the client's configuration. */
const ENDPOINT_PARAMETERS = {
  UseFIPS: { type: 'builtInParams', name: 'useFipsEndpoint' },
  Endpoint: { type: 'builtInParams', name: 'endpoint' },
  Region: { type: 'builtInParams', name: 'region' },
  UseDualStack: { type: 'builtInParams', name: 'useDualstackEndpoint' },
} as const;

function commandClass(name: OperationName) {
  // biome-ignore lint/suspicious/noExplicitAny: the builder's type parameters describe generated clients, not a table
  return (Command.classBuilder as () => any)()
    .ep(ENDPOINT_PARAMETERS)
    .m(function (this: Serde, ctor: CommandStatics, _stack: unknown, config: never) {
      return [
        getSerdePlugin(config, this.serialize as never, this.deserialize as never),
        getEndpointPlugin(config, ctor.getEndpointParameterInstructions() as never),
      ];
    })
    .s('AWSHabaneroManagementService', name, {})
    .n('FinspaceClient', `${name}Command`)
    .f(undefined, undefined)
    .ser(serializer(name))
    .de(deserializer(name))
    .build() as new (
    input: Members,
  ) => CommandInstance;
}

interface Serde {
  serialize: unknown;
  deserialize: unknown;
}
interface CommandStatics {
  getEndpointParameterInstructions(): object;
}
export type CommandInstance = InstanceType<ReturnType<ReturnType<typeof Command.classBuilder>['build']>>;

function serializer(name: OperationName) {
  const operation = operationNamed(name);
  const { method, path } = route(operation);
  const inPath = labels(operation);
  return (input: Members, context: never): Promise<HttpRequest> => {
    const request = requestBuilder(input, context).bp(path).m(method);
    for (const label of inPath) request.p(label, () => input[label] as string, `{${label}}`, false);
    const query = bound(operation, input, 'query');
    const hasBody = method !== 'GET' && method !== 'DELETE';
    if (Object.keys(query).length > 0) request.q(mapValues(query, queryValue) as Record<string, string>);
    request.h(hasBody ? { 'content-type': 'application/json' } : {});
    request.b(hasBody ? JSON.stringify(bound(operation, input, 'body')) : undefined);
    return request.build() as Promise<HttpRequest>;
  };
}

const bound = (
  operation: { http: `GET /${string}` } | Parameters<typeof binding>[0],
  input: Members,
  where: 'query' | 'body',
) =>
  Object.fromEntries(
    Object.entries(input).filter(([member, value]) => value !== undefined && binding(operation, member) === where),
  );
const mapValues = <T>(members: Members, change: (value: unknown) => T) =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [name, change(value)]));
const queryValue = (value: unknown) => (Array.isArray(value) ? value.map(String) : String(value));

function deserializer(name: OperationName) {
  const operation = operationNamed(name);
  return async (response: HttpResponse): Promise<Members> => {
    const $metadata = { httpStatusCode: response.statusCode, requestId: requestId(response.headers) };
    const body = parse(response.body as Uint8Array);
    if (response.statusCode >= 300)
      throw new ServiceRefusal(errorType(response.headers, body), messageOf(body), $metadata);
    const output = lenientOutput(operation).safeParse(body ?? {});
    if (!output.success || body === NOT_JSON) throw new BadResponse($metadata);
    return { ...output.data, $metadata };
  };
}

const NOT_JSON = Symbol('not JSON');

function parse(body: Uint8Array): Members | typeof NOT_JSON | undefined {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8')) as Members;
  } catch {
    return NOT_JSON;
  }
}

const requestId = (headers: Record<string, string>) =>
  headers['x-amzn-requestid'] ?? headers['x-amzn-request-id'] ?? headers['x-amz-request-id'];

/** The error's name as restJson1 clients find it: in the header, else in `code` or `__type`, without namespace and suffix. */
function errorType(headers: Record<string, string>, body: ReturnType<typeof parse>): string {
  const members = typeof body === 'object' && body !== null ? body : {};
  const named = headers['x-amzn-errortype'] ?? members['code'] ?? members['__type'];
  return typeof named === 'string' ? named.split(':')[0]?.split('#').at(-1) || '' : '';
}

function messageOf(body: ReturnType<typeof parse>): string {
  const members = typeof body === 'object' && body !== null ? body : {};
  const message = members['message'] ?? members['Message'];
  return typeof message === 'string' ? message : '';
}
