import { isUtf8 } from 'node:buffer';
import * as z from 'zod';
import { ExcessiveJson, parseBounded } from '../bounded-json.ts';
import { isObject } from '../is-object.ts';
import { oncePer } from '../once-per.ts';
import { type Binding, binding } from '../operations/http.ts';
import { operationNamed } from '../operations/index.ts';
import type { Operation } from '../operations/operation.ts';
import type { FoundRoute } from './routing.ts';
import { ServiceError } from './service-error.ts';
import { WireError } from './wire-error.ts';

/** The input of a request, collected from path, query and body, not validated. */
export function parseInput(search: string, content: Uint8Array, { name, labels }: FoundRoute): Record<string, unknown> {
  const operation = operationNamed(name);
  const query = search === '' ? NO_QUERY : new URLSearchParams(search);
  if (content.length > USUAL_BODY_BYTES && content.length > maxBodyBytes(operation))
    throw new WireError(413, 'RequestEntityTooLargeException', TOO_LARGE);
  const body = bodyOf(content);
  const input: Record<string, unknown> = {};
  const valueAt = ({ member, schema, binding }: BoundMember) => {
    if (binding === 'label') return labels[member];
    return binding === 'body' ? own(body, member) : coerce(query, member, schema);
  };
  for (const bound of membersOf(operation)) {
    const value = valueAt(bound);
    if (value !== undefined) input[bound.member] = value;
  }
  return input;
}

const NO_QUERY = new URLSearchParams();

const own = (body: Readonly<Record<string, unknown>>, member: string): unknown =>
  Object.hasOwn(body, member) ? body[member] : undefined;

interface BoundMember {
  readonly member: string;
  readonly schema: z.ZodType;
  readonly binding: Binding;
}

/** The input members of an operation, and what each is bound to. */
const membersOf = oncePer((operation: Operation): readonly BoundMember[] =>
  Object.entries(operation.input().shape as Record<string, z.ZodType>).map(([member, schema]) => ({
    member,
    schema,
    binding: binding(operation, member),
  })),
);

const TOO_LARGE = 'The request is too large';
const USUAL_BODY_BYTES = 1_048_576;

/** The usual body, and the longest text that a member may have: the SAML document of a legacy environment has 10 million characters. */
const maxBodyBytes = (operation: Operation): number => USUAL_BODY_BYTES + longestText(operation.input());

function longestText(schema: z.ZodType): number {
  if (schema instanceof z.ZodOptional) return longestText(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodObject)
    return Math.max(0, ...Object.values(schema.shape as Record<string, z.ZodType>).map(longestText));
  return schema instanceof z.ZodString ? (schema.maxLength ?? 0) : 0;
}

function bodyOf(content: Uint8Array): Record<string, unknown> {
  if (content.length === 0) return {};
  const body = json(content);
  removeNulls(body);
  if (!isObject(body)) throw new ServiceError('Validation', 'The body of the request has to be a JSON object');
  return body;
}

function json(content: Uint8Array): unknown {
  try {
    if (isUtf8(content)) return parseText(Buffer.from(content.buffer, content.byteOffset, content.length).toString());
  } catch (error) {
    if (error instanceof ExcessiveJson)
      throw new ServiceError('Validation', `The body of the request ${error.message}`);
  }
  throw new ServiceError('Validation', 'The body of the request is not JSON in UTF-8');
}

/** Trimming also removes a byte order mark. */
function parseText(text: string): unknown {
  const json = text.trim();
  return json === '' ? {} : parseBounded(json);
}

/** A null member counts as absent. */
function removeNulls(value: unknown): void {
  if (value === null || typeof value !== 'object') return;
  const hasMembers = !Array.isArray(value);
  for (const name of Object.keys(value)) {
    const member = value[name as never];
    if (member === null && hasMembers) delete value[name as never];
    else removeNulls(member);
  }
}

/** A member of the query, converted to the type in its schema; validation reports values that do not fit. */
function coerce(query: URLSearchParams, member: string, schema: z.ZodType): unknown {
  const values = query.getAll(member);
  const [first] = values;
  if (first === undefined) return undefined;
  const inner = schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
  if (inner instanceof z.ZodArray) return values;
  if (inner instanceof z.ZodNumber && /^[+-]?\d+(\.\d+)?$/.test(first)) return Number(first);
  return first;
}
