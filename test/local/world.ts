import * as z from 'zod';
import { worldOf } from '../../src/local/context.ts';
import type { Credential } from '../../src/local/credentials.ts';
import type { FaultSource } from '../../src/local/faults/source.ts';
import type { Lifecycle } from '../../src/local/lifecycle.ts';
import { service } from '../../src/local/service.ts';
import type { WorldStore } from '../../src/local/store.ts';
import { lenientOutput } from '../../src/operations/derive.ts';
import type { Service, WireReply, WireRequest } from '../../src/operations/exchange.ts';
import { binding, route } from '../../src/operations/http.ts';
import { type Input, type OperationName, operationNamed } from '../../src/operations/index.ts';
import { newStore } from './engine.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const START = Date.UTC(2026, 2, 17, 9, 30);
export const ZONE = 'use1-az1';

// biome-ignore lint/suspicious/noExplicitAny: replies are looked at member by member
export type Reply = any;
export interface Refused {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  /** Only for a conflict. */
  readonly reason?: string;
}

export interface TestWorld {
  readonly store: WorldStore;
  readonly serve: Service;
  /** The decoded reply; rejects with the error's type and message. Replies have no member that the API does not have. */
  readonly call: <N extends OperationName>(name: N, input: Input<N>) => Promise<Reply>;
  readonly refusal: <N extends OperationName>(name: N, input: object) => Promise<Refused>;
  readonly advance: (milliseconds: number) => void;
  readonly now: () => number;
  readonly close: () => Promise<void>;
}

export interface WorldOptions {
  readonly lifecycle?: Lifecycle;
  readonly quotas?: 'published' | 'raised';
  readonly buckets?: string[];
  readonly store?: WorldStore;
  readonly region?: string;
  readonly start?: number;
  readonly credentials?: readonly Credential[];
  readonly faults?: FaultSource;
}

/** A service on a store and clock of its own, called over its wire protocol without a socket. */
export async function openWorld(options: WorldOptions = {}): Promise<TestWorld> {
  const {
    lifecycle = 'realistic',
    quotas = 'raised',
    buckets,
    region = 'us-east-1',
    start = START,
    credentials,
    faults,
  } = options;
  const store = options.store ?? (await newStore());
  const settings = { quotas, ...(buckets && { buckets }) };
  await store.write((tx) => tx.putSettings(worldOf('111122223333', region).arn, settings));
  let now = start;
  const unexpected: unknown[] = [];
  const serve = service(store, {
    lifecycle,
    credentials,
    faults,
    now: () => now,
    pause: async (milliseconds) => {
      now += milliseconds;
    },
    onError: (error) => unexpected.push(error),
  });
  const send = async (name: OperationName, input: object) => {
    const response = await serve(requestFor(name, input, region));
    if (unexpected.length > 0) throw unexpected[0];
    return response;
  };
  return {
    store,
    serve,
    call: async (name, input) => {
      const response = await send(name, input);
      const body = contentOf(response);
      if (response.status !== 200) throw new Error(`${typeOf(response)}: ${body['message']}`);
      requireKnown(operationNamed(name).output(), body, name);
      return z.decode(lenientOutput(operationNamed(name)), body);
    },
    refusal: async (name, input) => {
      const response = await send(name, input);
      const { message, reason } = contentOf(response);
      return { status: response.status, type: typeOf(response), message, ...(reason && { reason }) };
    },
    advance: (milliseconds) => {
      now += milliseconds;
    },
    now: () => now,
    close: () => store.close(),
  };
}

/** The JSON of a reply's body. */
export const contentOf = ({ body }: WireReply): Reply => JSON.parse(Buffer.from(body).toString());
/** The type of the error in a reply; empty for none. */
export const typeOf = ({ headers }: WireReply): string => headers['x-amzn-errortype'] ?? '';

export const authorizationFor = (region: string): string =>
  `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260317/${region}/finspace/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`;

/** The request that an AWS client sends for an operation's input. */
export function requestFor(name: OperationName, input: object, region = 'us-east-1'): WireRequest {
  const operation = operationNamed(name);
  const { method, path } = route(operation);
  const query = new URLSearchParams();
  const body: Record<string, unknown> = {};
  let filled = path as string;
  for (const [member, value] of Object.entries(input)) {
    if (value === undefined) continue;
    const place = binding(operation, member);
    if (place === 'label') filled = filled.replace(`{${member}}`, encodeURIComponent(inPath(value)));
    else if (place === 'body') body[member] = value;
    else for (const one of [value].flat()) query.append(member, inPath(one));
  }
  const hasBody = Object.keys(body).length > 0;
  const target = query.size === 0 ? filled : `${filled}?${query}`;
  return rawRequest(target, { method, region, ...(hasBody && { body: JSON.stringify(body) }) });
}

/** A value as text; a value without one, such as an object whose `toString` is not a function, as JSON. */
const inPath = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value));

export interface RawRequest {
  readonly method?: string;
  readonly region?: string;
  readonly body?: string | Uint8Array;
  /** Replaces those that an AWS client sends. */
  readonly headers?: Record<string, string>;
}

/** A request with any path, query and body. */
export function rawRequest(
  target: string,
  { method = 'GET', region = 'us-east-1', body = '', headers }: RawRequest = {},
) {
  const usual = { authorization: authorizationFor(region), 'content-type': 'application/json' };
  return { method, target, headers: headers ?? usual, body: Buffer.from(body as string) };
}

/** Fails when a reply has a member that its schema does not name. */
function requireKnown(schema: z.ZodType, value: unknown, path: string): void {
  if (schema instanceof z.ZodOptional) requireKnown(schema.unwrap() as z.ZodType, value, path);
  if (schema instanceof z.ZodArray) {
    for (const element of value as unknown[]) requireKnown(schema.element as z.ZodType, element, `${path}[]`);
  }
  if (schema instanceof z.ZodObject) {
    for (const [name, member] of Object.entries(value as object)) {
      const known = (schema.shape as Record<string, z.ZodType>)[name];
      if (known === undefined) throw new Error(`${path} has an unknown member ${name}`);
      if (member === null) throw new Error(`${path}.${name} is null`);
      requireKnown(known, member, `${path}.${name}`);
    }
  }
}

/** The clock, region and account of the demo world of the tests. */
export const SEED_OPTIONS = { now: () => START, region: 'us-east-1', account: '111122223333' };
